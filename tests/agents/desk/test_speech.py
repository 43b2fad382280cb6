import asyncio

from desk.speech import Speech, Take
from tests.agents.jumping import now, run

TEXT = "One two three. Four five."


def take(words: str, chunks: list[tuple[int, int]]) -> Take:
    """A synthesis with a word every 100 ms."""
    return Take([(word, 0.1 * (at + 1)) for at, word in enumerate(words.split())], chunks)


def test_words_count_when_all_of_their_audio_is_there() -> None:
    half = take(TEXT, [(0, 800), (800, 1599)])
    assert half.synthesised() == ["One", "two"]
    assert half.heard(1600) == ["One", "two"]
    assert half.heard(1500) == ["One"]


def test_a_filler_between_chunks_is_not_part_of_the_take() -> None:
    split = take(TEXT, [(0, 800), (8800, 800)])
    assert split.heard(8000) == ["One"]
    assert split.heard(9600) == ["One", "two"]


def test_history_gets_what_was_heard() -> None:
    speech = Speech(TEXT)
    speech.takes = [take("One two three.", [(0, 2400)]), take("Four five.", [(2400, 1600)])]
    assert speech.record(3200) == "One two three. Four"


def test_history_gets_each_word_once() -> None:
    speech = Speech()
    speech.say("Let me look.")
    assert speech.record() == "Let me look."
    speech.say("Nine is free.")
    assert speech.record() == "Nine is free."
    assert speech.record() == ""


def test_is_read_while_it_is_written() -> None:
    async def main() -> list[tuple[float, str]]:
        speech = Speech()
        read: list[tuple[float, str]] = []

        async def reader() -> None:
            assert await speech.begun()
            read.extend([(now(), sentence) async for sentence in speech.sentences()])

        reading = asyncio.create_task(reader())
        for sentence in ("One.", "Two.", "Three."):
            await asyncio.sleep(1)
            speech.say(sentence)
        speech.finish()
        await reading
        return read

    assert run(main()) == [(1, "One."), (2, "Two."), (3, "Three.")]


def test_after_a_failure_goes_on_where_it_was() -> None:
    async def main() -> list[str]:
        speech = Speech()
        speech.say("One two three.")
        speech.say("Four five.")
        speech.finish()
        speech.takes = [take("One two", [(0, 1600)])]
        return [sentence async for sentence in speech.sentences()]

    assert run(main()) == ["three.", "Four five."]


def test_a_speech_may_stay_empty() -> None:
    async def main() -> None:
        speech = Speech()
        asyncio.get_running_loop().call_later(1, speech.finish)
        assert not await speech.begun()

    run(main())
