from __future__ import annotations

import pytest

from speech.encoding import Encoding
from speech.recording import hear_samples

from .elevenlabs_client import Client

LONG = "This sentence is far too long to be heard to its end."


def finals(client: Client, context: str = "c") -> int:
    return sum(one.get("isFinal") is True for one in client.of(context))


def test_sentences_that_are_flushed_one_by_one_are_one_utterance() -> None:
    client = Client()
    client.tell(text=" ", context_id="c", voice_settings={})
    for sentence in ("Hello there. ", "How can I help? "):
        client.tell(text=sentence, context_id="c", flush=True)
        client.run(300)
    client.tell(text="", context_id="c", flush=True)
    client.tell(context_id="c", close_context=True)
    client.run(5000)
    assert client.heard() == "Hello there. How can I help?"
    assert finals(client) == 1
    (work,) = client.work
    assert work.text_in == work.text_out == "Hello there. How can I help?"


def test_words_that_come_in_pieces_are_put_together() -> None:
    client = Client()
    client.speak("You", " ha", "ve 7", ".", "30", " o", "pen.", " Shall", " I?")
    client.run(5000)
    assert client.heard() == "You have 7.30 open. Shall I?"


def test_a_sentence_is_whole_though_it_ends_with_a_number() -> None:
    client = Client()
    client.tell(text="I have 09:00 or 09:30.", context_id="c")
    client.tell(text="Which one would you like?", context_id="c")
    client.tell(context_id="c", close_context=True)
    client.run(5000)
    assert client.heard() == "I have 09:00 or 09:30. Which one would you like?"


@pytest.mark.parametrize(("schedule", "after"), [(None, 120), ([50, 200], 50)])
def test_without_auto_mode_text_waits_for_enough_of_it(
    schedule: list[int] | None, after: int
) -> None:
    client = Client(auto_mode="false")
    config = {"generation_config": {"chunk_length_schedule": schedule}} if schedule else {}
    client.tell(text=" ", context_id="c", **config)
    sent = 1
    while sent + 6 < after:
        client.tell(text="words ", context_id="c")
        sent += 6
    client.run(500)
    assert client.messages == []
    client.tell(text="words ", context_id="c")
    client.run(500)
    assert client.messages
    before = len(client.messages)
    client.run(10_000)
    client.tell(text="and more ", context_id="c")
    client.run(100)
    assert "and" not in client.heard()
    client.tell(context_id="c", close_context=True)
    client.run(5000)
    assert len(client.messages) > before
    assert "and more" in client.heard()


def test_a_client_may_trigger_a_generation_early() -> None:
    client = Client("stream-input", auto_mode="false")
    client.tell(text="Too short. ", try_trigger_generation=True)
    client.run(100)
    assert client.messages == []
    client.tell(text="But now there are more than fifty of them. ", try_trigger_generation=True)
    client.run(100)
    assert client.messages


def test_a_flush_without_text_ends_the_utterance() -> None:
    client = Client()
    client.tell(text="Hello there. ", context_id="c")
    client.tell(context_id="c", flush=True)
    client.run(5000)
    assert client.heard() == "Hello there."
    assert finals(client) == 0
    client.tell(text="Still there? ", context_id="c")
    client.tell(context_id="c", close_context=True)
    client.run(5000)
    assert client.heard() == "Hello there. | Still there?"
    assert finals(client) == 1
    assert [work.text_out for work in client.work] == ["Hello there.", "Still there?"]
    assert len({work.identity for work in client.work}) == 2


def test_an_utterance_that_is_left_alone_is_over_and_the_context_is_not() -> None:
    client = Client()
    client.tell(text="Hello. ", context_id="c")
    client.run(4000)
    (work,) = client.work
    assert (work.type, work.reason, work.text_out) == ("ok", "expired", "Hello.")
    assert finals(client) == 0
    client.speak("Still there?")
    client.run(4000)
    assert client.heard() == "Hello. | Still there?"


def test_characters_are_told_when_they_sound() -> None:
    client = Client()
    client.speak("One two. ", "Three four.")
    client.run(5000)
    told = client.characters()
    assert "".join(text for text, _ in told) == "One two. Three four."
    starts_ms = [at_ms for _, at_ms in told]
    assert starts_ms == sorted(starts_ms)
    (heard,) = hear_samples(Encoding.LINEAR16.decode(client.sound()), 8000)
    first_of = [0] + [at + 1 for at, (text, _) in enumerate(told) if text == " "]
    begun_s = [starts_ms[at] / 1000 for at in first_of]
    assert begun_s == pytest.approx([word.start_s for word in heard.words], abs=0.1)


def test_sentences_without_a_space_between_are_told_with_one() -> None:
    client = Client()
    client.speak("Hello there.", "How can I help?")
    client.run(5000)
    assert "".join(text for text, _ in client.characters()) == "Hello there. How can I help?"
    assert client.heard() == client.work[0].text_in == "Hello there. How can I help?"


def test_times_run_on_in_the_next_utterance_of_a_context() -> None:
    client = Client()
    client.tell(text="One. ", context_id="c")
    client.tell(context_id="c", flush=True)
    client.tell(text="Two. ", context_id="c")
    client.tell(context_id="c", close_context=True)
    client.run(5000)
    first, second = hear_samples(Encoding.LINEAR16.decode(client.sound()), 8000)
    starts_s = {text: at_ms / 1000 for text, at_ms in client.characters()}
    assert starts_s["O"] == pytest.approx(first.words[0].start_s, abs=0.1)
    assert starts_s["T"] == pytest.approx(second.words[0].start_s, abs=0.1)


def test_a_context_that_is_silent_for_too_long_is_closed() -> None:
    client = Client()
    client.tell(text="Hello there, I was abou", context_id="c")
    for _ in range(3):
        client.tell(text="")
        client.run(6000)
    assert finals(client) == 0
    client.tell(text="")
    client.run(6000)
    assert client.messages[-1] == {"isFinal": True, "contextId": "c"}
    assert "abou" in client.heard()


def test_a_context_is_kept_alive_by_empty_text() -> None:
    client = Client()
    for _ in range(5):
        client.tell(text="", context_id="c")
        client.run(15_000)
    assert client.messages == []


def test_what_was_said_is_said_to_its_end_though_its_context_is_closed() -> None:
    client = Client()
    client.tell(text=LONG, context_id="c")
    client.run(300)
    client.tell(context_id="c", close_context=True)
    client.speak("Sorry?", context="d")
    client.run(10_000)
    assert (client.heard(), client.heard("d")) == (LONG, "Sorry?")


def test_a_name_may_be_used_again() -> None:
    client = Client()
    client.speak("Hello.")
    client.speak("Hello again.")
    client.run(10_000)
    assert finals(client) == 2
    assert sorted(work.text_out for work in client.work) == ["Hello again.", "Hello."]


def test_contexts_at_the_same_time_do_not_disturb_each_other() -> None:
    client = Client()
    client.tell(text="Hello there. ", context_id="a")
    client.tell(text="Something else. ", context_id="b")
    client.tell(text="And goodbye.", context_id="a")
    client.tell(text="No more.", context_id="b")
    for name in "ab":
        client.tell(context_id=name, close_context=True)
    client.run(10_000)
    assert client.heard("a") == "Hello there. And goodbye."
    assert client.heard("b") == "Something else. No more."


def test_a_client_that_leaves_has_heard_what_was_sent() -> None:
    client = Client()
    client.speak(LONG)
    client.run(300)
    client.service.vanish(client.number, client.now_ns)
    (work,) = client.work
    assert (work.type, work.cancelled) == ("info", True)
    assert work.text_out
    assert work.text_in == LONG
    assert LONG.startswith(work.text_out)
    assert work.text_out != LONG
