from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from kernel.actor import Emit
from mocks.synthesis import CHUNK_S, SPEED, Chunk, Mouths, Spoken, Synthesis
from mocks.work import Rest
from speech.cache import SoundCache
from speech.encoding import Encoding
from speech.mouth import Mouth, Role
from speech.recording import hear_samples
from speech.voice import STEP_N

MS = 1_000_000
S = 1_000_000_000


def a_synthesis(identity: int = 7, **changes: int) -> Synthesis:
    mouth = Mouths().borrow(changes.get("rate_hz", 8000), "ann")
    return Synthesis(mouth, identity, Encoding.LINEAR16.encode)


def samples(chunks: list[Chunk]) -> np.ndarray:
    return Encoding.LINEAR16.decode(b"".join(chunk.data for chunk in chunks))


@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050, 24000, 44100, 48000])
def test_all_chunks_together_are_one_utterance_with_its_identity(rate_hz: int) -> None:
    synthesis = a_synthesis(4711, rate_hz=rate_hz)
    chunks = [
        *synthesis.say("Hello there. ", 0).chunks,
        *synthesis.say(" How are you?", 0).chunks,
        *synthesis.finish(),
    ]
    (heard,) = hear_samples(samples(chunks), rate_hz)
    assert heard.text == synthesis.text == "Hello there. How are you?"
    assert (heard.identity, heard.verified, heard.role) == (4711, True, Role.AGENT)


def test_sound_goes_out_in_chunks_faster_than_it_plays() -> None:
    chunks = a_synthesis().say("Hello there, how are you today?", 200 * MS).chunks
    assert chunks[0].due_ns == 200 * MS
    gaps = {later.due_ns - one.due_ns for one, later in pairwise(chunks)}
    assert gaps == {round(CHUNK_S / SPEED * S)}
    assert {len(chunk.data) for chunk in chunks[:-1]} == {round(CHUNK_S * 8000) * 2}


def test_later_text_waits_for_the_sound_before_it_or_until_it_is_ready() -> None:
    synthesis = a_synthesis()
    synthesis.say("Hello there.", 0)
    free_ns = synthesis.free_ns
    assert synthesis.say("At once.", 0).chunks[0].due_ns == free_ns
    assert synthesis.say("Late.", 9 * S).chunks[0].due_ns == 9 * S


def test_a_slow_provider_dawdles_before_each_chunk() -> None:
    mouth = Mouths().borrow(8000, "ann")
    slow = Synthesis(mouth, 1, Encoding.MULAW.encode, lambda index: index * S)
    chunks = slow.say("Hello there.", 0).chunks
    took_ns = chunks[0].took_ns
    assert [one.due_ns for one in chunks[:3]] == [0, S + took_ns, 3 * S + 2 * took_ns]


def test_words_count_from_the_start_of_the_utterance() -> None:
    synthesis = a_synthesis()
    first = synthesis.say("Hello there.", 0)
    second = synthesis.say("Bye.", 0)
    assert [word.text for word in first.words] == ["Hello", "there."]
    (bye,) = second.words
    sound_s = sum(len(chunk.data) for chunk in first.chunks) / 16000
    assert sound_s < bye.start_s < bye.end_s


def test_what_is_spoken_is_what_is_out() -> None:
    synthesis = a_synthesis()
    synthesis.say("Hello there.", S)
    synthesis.say("Bye.", S)
    assert synthesis.spoken(S - 1) == ""
    assert synthesis.spoken(10 * S) == "Hello there. Bye."
    half = synthesis.spoken(S + 200 * MS)
    assert half
    assert "Hello there. Bye.".startswith(half)
    assert half != "Hello there. Bye."


def test_white_space_makes_no_sound() -> None:
    synthesis = a_synthesis()
    assert synthesis.say(" \n", 0).chunks == []
    assert synthesis.finish() == []
    assert synthesis.text == ""


def test_an_abandoned_utterance_has_no_end() -> None:
    mouths = Mouths()
    mouth = mouths.borrow(8000, "ann")
    broken = Synthesis(mouth, 1, Encoding.LINEAR16.encode)
    chunks = broken.say("Hello there.", 0).chunks
    broken.abandon()
    mouths.give_back(mouth, "ann")
    silence = np.zeros(4000, np.int16)
    whole = Synthesis(mouths.borrow(8000, "ann"), 2, Encoding.LINEAR16.encode)
    after = [*whole.say("Bye.", 0).chunks, *whole.finish()]
    heard = hear_samples(np.concatenate([samples(chunks), silence, samples(after)]), 8000)
    assert [(one.text, one.verified) for one in heard] == [
        ("Hello there.", False),
        ("Bye.", True),
    ]


def test_a_mouth_is_lent_to_one_utterance_at_a_time() -> None:
    mouths = Mouths()
    one, other = mouths.borrow(8000, "ann"), mouths.borrow(8000, "ann")
    assert one is not other
    mouths.give_back(one, "ann")
    assert mouths.borrow(8000, "ann") is one
    assert mouths.borrow(8000, "bob") is not other
    assert isinstance(mouths.borrow(16000, "ann"), Mouth)


def test_utterances_of_one_mouth_can_follow_at_once() -> None:
    mouths, sound = Mouths(), []
    for number in range(8):
        mouth = mouths.borrow(8000, "ann")
        synthesis = Synthesis(mouth, number, Encoding.LINEAR16.encode)
        sound += [*synthesis.say("abcdefgh"[: number + 1], 0).chunks, *synthesis.finish()]
        mouths.give_back(mouth, "ann")
    heard = hear_samples(samples(sound), 8000)
    assert [one.identity for one in heard] == list(range(8))


LONG = "Thank you for calling the clinic, what can I do for you on this fine day? " * 3


def rests_and_spoken(synthesis: Synthesis, text: str) -> tuple[int, Spoken]:
    rests, saying = 0, synthesis.saying(text, 0)
    while True:
        try:
            assert next(saying) == Emit(Rest())
        except StopIteration as done:
            return rests, done.value
        rests += 1


def a_cold_synthesis(rate_hz: int) -> Synthesis:
    mouth = Mouth(Role.AGENT, rate_hz, cache=SoundCache())
    return Synthesis(mouth, 7, Encoding.LINEAR16.encode)


def test_what_is_said_with_rests_is_what_is_said_at_once() -> None:
    cold, whole = a_cold_synthesis(24000), a_cold_synthesis(24000)
    _, spoken = rests_and_spoken(cold, LONG)
    assert spoken == whole.say(LONG, 0)
    assert cold.finish() == whole.finish()
    joined = b"".join(chunk.data for chunk in spoken.chunks)
    mouth = Mouth(Role.AGENT, 24000, cache=SoundCache())
    mouth.begin(7)
    assert joined == Encoding.LINEAR16.encode(mouth.say(LONG).samples)


def test_the_longer_the_text_the_more_rests_and_none_for_what_was_said_before() -> None:
    synthesis = a_cold_synthesis(24000)
    rests, spoken = rests_and_spoken(synthesis, LONG)
    samples_n = sum(len(chunk.data) for chunk in spoken.chunks) / 2
    assert rests >= samples_n / STEP_N
    synthesis.finish()
    synthesis.mouth.begin(8)
    again, _ = rests_and_spoken(synthesis, LONG)
    assert again < rests / 10


def test_white_space_needs_no_rest() -> None:
    assert rests_and_spoken(a_cold_synthesis(8000), " \n") == (0, Spoken([], [], []))
