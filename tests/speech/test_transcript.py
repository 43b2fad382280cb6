from collections.abc import Callable

import pytest

from speech.alphabet import UNREADABLE, Role
from speech.events import Cut, Ended, Heard, Identified, Started, TextEvent, Word
from speech.tracker import IDLE, Symbol
from speech.transcript import Transcript

Spoken = Callable[..., list[Symbol]]


def read(symbols: list[Symbol], transcript: Transcript | None = None) -> list[TextEvent]:
    transcript = Transcript() if transcript is None else transcript
    return [event for symbol in symbols for event in transcript.add(symbol)]


def idle(at_s: float) -> Symbol:
    return Symbol(0, at_s, IDLE, 0, 1.0, True)


def text_of(events: list[TextEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Heard))


def kinds(events: list[TextEvent]) -> list[type[TextEvent]]:
    return [type(event) for event in events if not isinstance(event, Heard | Word)]


def test_an_utterance_in_events(spoken: Spoken) -> None:
    transcript = Transcript()
    events = read(spoken("Hi yo", at_s=1.0), transcript)
    assert events[0] == Started(Role.CALLER, pytest.approx(1.0), False)
    assert events[1] == Heard("H", pytest.approx(1.06), pytest.approx(1.18), 0.97)
    assert events[3] == Word("Hi", pytest.approx(1.06), pytest.approx(1.24), 0.97)
    assert events[-1] == Ended(True, pytest.approx(1.0 + 0.06 * 10))
    assert text_of(events) == transcript.text == "Hi yo"
    assert transcript.verified
    assert transcript.role is Role.CALLER
    assert [word.text for word in transcript.words] == ["Hi", "yo"]


def test_an_identity_is_reported_and_is_no_text(spoken: Spoken) -> None:
    transcript = Transcript()
    events = read(spoken("Hi yo", identity=4711), transcript)
    assert kinds(events) == [Started, Identified, Ended]
    assert transcript.identity == 4711
    assert transcript.text == "Hi yo"
    assert transcript.verified


@pytest.mark.parametrize("place", range(2, 7))
def test_a_damaged_identity_is_none_and_the_text_stays(spoken: Spoken, place: int) -> None:
    unsure = spoken("Hi yo", identity=4711)
    unsure[place] = unsure[place]._replace(confidence=0.59)
    missing = spoken("Hi yo", identity=4711)
    del missing[place]
    for symbols in (unsure, missing):
        transcript = Transcript()
        read(symbols, transcript)
        assert transcript.identity is None
        assert (transcript.text, transcript.verified) == ("Hi yo", True)


def test_a_wrong_digit_of_an_identity_is_refused(spoken: Spoken) -> None:
    symbols = spoken("Hi yo", identity=4711)
    symbols[6] = symbols[6]._replace(value=(symbols[6].value + 1) % 60)
    transcript = Transcript()
    read(symbols, transcript)
    assert transcript.identity is None


@pytest.mark.parametrize("role", Role)
def test_an_identity_whose_sign_is_lost_is_still_no_text(spoken: Spoken, role: Role) -> None:
    symbols = spoken("Hi yo", role, identity=4711)
    if role is Role.CALLER:
        order = [0, *range(7, 11), *range(1, 7), *range(11, 16)]
        symbols = [
            symbols[place]._replace(at_s=at.at_s, clock=at.clock)
            for place, at in zip(order, symbols, strict=True)
        ]
    lost = next(place for place, each in enumerate(symbols) if each.value == 63)
    del symbols[lost]
    transcript = Transcript()
    events = read(symbols, transcript)
    assert (transcript.identity, transcript.text, transcript.verified) == (4711, "Hi yo", True)
    assert text_of(events) == "Hi yo"


def test_a_symbol_lost_where_an_identity_may_be_is_text(spoken: Spoken) -> None:
    symbols = spoken("what is it", Role.AGENT)
    del symbols[1]
    transcript = Transcript()
    events = read([*symbols, idle(2.0)], transcript)
    assert transcript.text == f"{UNREADABLE}hat is it"
    assert text_of(events) == transcript.text


def test_framing_inside_an_identity_means_itself(spoken: Spoken) -> None:
    begun = spoken("never heard", identity=1)[:4]
    after = spoken("Hi", clock=2, at_s=0.3)
    transcript = Transcript()
    events = read([*begun, *after], transcript)
    assert kinds(events) == [Started, Cut, Started, Ended]
    assert (transcript.text, transcript.identity) == ("Hi", None)


def test_the_listeners_own_voice_is_an_echo_and_never_text(spoken: Spoken) -> None:
    transcript = Transcript(own_role=Role.AGENT)
    events = read(spoken("Hello there", Role.AGENT, identity=5), transcript)
    assert [type(event) for event in events] == [Started, Ended]
    assert events[0] == Started(Role.AGENT, pytest.approx(0.0), True)
    assert transcript.echo
    assert text_of(read(spoken("Hello there"), Transcript(own_role=Role.AGENT))) == "Hello there"


def test_nothing_is_heard_after_end_until_start(spoken: Spoken) -> None:
    transcript = Transcript()
    first = spoken("Hi yo")
    stray = [each._replace(at_s=each.at_s + 0.7) for each in spoken("no, no no")[1:5]]
    read(first, transcript)
    assert read([*stray, idle(1.1)], transcript) == []
    assert transcript.text == "Hi yo"
    assert text_of(read(spoken("Yes", clock=2, at_s=1.2), transcript)) == "Yes"


def test_a_start_that_was_lost_long_after_end_is_made_up_by_a_word(spoken: Spoken) -> None:
    transcript = Transcript()
    read(spoken("Hi yo"), transcript)
    events = read(spoken("what is up", at_s=5.0)[1:], transcript)
    assert text_of(events) == transcript.text == "what is up"


def test_without_start_or_a_passed_word_there_is_no_text(spoken: Spoken) -> None:
    melody = [Symbol(0, 0.1 * place, 8 + place % 9, place % 4, 0.95, True) for place in range(50)]
    assert read([*melody, idle(6.0)]) == []
    assert read([*spoken("onlyone")[1:], idle(1.0)]) == []


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("skipped", range(1, 12))
def test_joining_amid_an_utterance_gives_its_rest(spoken: Spoken, role: Role, skipped: int) -> None:
    transcript = Transcript()
    symbols = spoken("several words to join amid", role)[skipped:]
    events = read([*symbols, idle(9.0)], transcript)
    assert kinds(events) == [Started, Ended]
    assert transcript.role is role
    assert "several words to join amid".endswith(transcript.text)
    assert len(transcript.text) >= 26 - skipped
    assert text_of(events) == transcript.text
    assert not transcript.verified


@pytest.mark.parametrize("length", range(1, 12))
def test_a_cut_leaves_a_right_beginning(spoken: Spoken, length: int) -> None:
    text = "Is it right?"
    transcript = Transcript()
    events = read([*spoken(text)[:length], idle(1.5)], transcript)
    assert text.startswith(transcript.text)
    assert kinds(events) == [Started, Cut]
    assert events[-1] == Cut(1.5)


def test_silence_within_an_utterance_is_reported_once_and_the_text_goes_on(
    spoken: Spoken,
) -> None:
    symbols = spoken("one two")
    late = [symbol._replace(at_s=symbol.at_s + 0.5) for symbol in symbols[5:]]
    transcript = Transcript()
    events = read([*symbols[:5], idle(0.4), idle(0.5), *late], transcript)
    assert kinds(events) == [Started, Cut, Ended]
    assert (transcript.text, transcript.verified) == ("one two", True)


def test_a_start_without_an_end_before_it_cuts(spoken: Spoken) -> None:
    transcript = Transcript()
    events = read([*spoken("one two")[:6], *spoken("six", clock=1, at_s=0.4)], transcript)
    assert kinds(events) == [Started, Cut, Started, Ended]
    assert transcript.text == "six"


@pytest.mark.parametrize("place", range(1, 10))
def test_a_lost_symbol_is_seen(spoken: Spoken, place: int) -> None:
    symbols = spoken("one two three")
    del symbols[place]
    transcript = Transcript()
    events = read([*symbols, idle(2.0)], transcript)
    assert transcript.text == "one two three"[: place - 1] + UNREADABLE + "one two three"[place:]
    assert min(transcript.utterance.confidences) == 0
    assert events[-1] == Ended(False, 2.0)


def test_a_lost_end_does_not_add_text(spoken: Spoken) -> None:
    symbols = spoken("one two")
    del symbols[-3]
    transcript = Transcript()
    events = read([*symbols, idle(2.0)], transcript)
    assert events[-1] == Ended(True, 2.0)
    assert (transcript.text, transcript.verified) == ("one two", True)


def test_an_end_that_was_none_does_not_deafen(spoken: Spoken) -> None:
    symbols = spoken("one two three four")
    symbols[3] = symbols[3]._replace(value=62)
    transcript = Transcript()
    events = read([*symbols, idle(2.0)], transcript)
    assert transcript.text == f"on{UNREADABLE} two three four"
    assert kinds(events) == [Started, Ended]
    assert [word.confidence > 0.5 for word in transcript.words] == [False, True, True, True]
    assert not transcript.verified


def test_a_damaged_check_leaves_text_unverified(spoken: Spoken) -> None:
    symbols = spoken("one two")
    symbols[-1] = symbols[-1]._replace(value=symbols[-1].value ^ 1)
    transcript = Transcript()
    events = read([*symbols, idle(2.0)], transcript)
    assert events[-1] == Ended(False, 2.0)
    assert (transcript.text, transcript.verified) == ("one two", False)


def test_an_end_cut_before_its_check_is_an_end(spoken: Spoken) -> None:
    for missing in (1, 2):
        events = read([*spoken("one two")[:-missing], idle(2.0)])
        assert events[-1] == Ended(False, 2.0)


def test_a_start_after_an_end_without_its_check_is_a_start(spoken: Spoken) -> None:
    transcript = Transcript()
    events = read([*spoken("one")[:-2], idle(1.0), *spoken("two", clock=1, at_s=2.0)], transcript)
    assert kinds(events) == [Started, Ended, Started, Ended]
    assert transcript.text == "two"


def test_a_check_that_looks_like_a_start_is_a_check(spoken: Spoken) -> None:
    texts = [f"{number}" for number in range(400)]
    looks = [text for text in texts if {60, 61} & {each.value for each in spoken(text)[-2:]}]
    assert looks
    for text in looks:
        assert read(spoken(text))[-1] == Ended(True, pytest.approx(0.06 * len(spoken(text))))


def test_another_talker_amid_cuts_and_is_heard(spoken: Spoken) -> None:
    other = [each._replace(at_s=each.at_s + 0.4) for each in spoken("no you listen", Role.AGENT)]
    transcript = Transcript()
    events = read([*spoken("one two three")[:6], *other[1:]], transcript)
    assert Cut in kinds(events)
    assert transcript.role is Role.AGENT
    assert transcript.text.endswith("you listen")
