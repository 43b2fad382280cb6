from pathlib import Path

import pytest

from bench.second_opinion import listening
from bench.second_opinion.listening import Listened, Overlap, Silence, listen
from bench.second_opinion.sound import Stretch
from bench.second_opinion.words import Said

from .recordings import Spoken, listened, wav

HELLO: Spoken = ("agent", 0.5, 2, "Hello, how can I help you?")
ASK: Spoken = ("caller", 3, 5, "Are you open on Monday?")
ANSWER: Spoken = ("agent", 6, 8, "Yes, from nine to one.")
BYE: Spoken = ("caller", 9, 10, "Thank you, bye.")


def test_a_good_call() -> None:
    call = listened(12, HELLO, ASK, ANSWER, BYE, ("agent", 10.8, 11.5, "Goodbye."))
    asked, left = call.turns
    assert (asked.until_s, asked.answer_s, asked.waited_s) == (5, 6, 1)
    assert not left.owed
    assert list(call.silences) == [Silence(5, 6)]
    assert call.fate == "served"
    assert call.heard("FROM NINE")
    assert not list(call.overlaps)


def test_who_hears_nothing_any_more_gave_up() -> None:
    call = listened(13, HELLO, ASK)
    assert list(call.silences) == [Silence(5, 13)]
    assert call.turns[0].answer_s is None
    assert call.fate == "abandoned"


def test_a_plea_to_wait_announces_the_silence_behind_it() -> None:
    wait: Spoken = ("agent", 7, 8, "One moment, please.")
    call = listened(16, HELLO, ASK, wait, ("agent", 14, 15, "Yes, from nine."))
    assert list(call.silences) == [Silence(5, 7), Silence(8, 14, announced=True)]
    assert call.turns[0].answer_s == 14


def test_silence_behind_half_an_answer_is_owed() -> None:
    call = listened(20, HELLO, ASK, ("agent", 6, 7, "Yes, from ni…"))
    assert list(call.silences) == [Silence(5, 6), Silence(7, 20)]
    assert call.fate == "abandoned"


def test_being_cut_off_in_a_word() -> None:
    call = listened(8, HELLO, ASK, ("agent", 6, 8, "Yes, from ni…"))
    assert call.cut_in_speech
    assert call.fate == "dropped"


def test_the_last_word_may_end_the_call() -> None:
    assert not listened(8, HELLO, ASK, ANSWER).cut_in_speech
    assert listened(8, HELLO, ASK, ANSWER).fate == "dropped"


def test_a_refusal_in_words() -> None:
    busy: Spoken = ("agent", 0.5, 4, "All our lines are busy. Please call again later.")
    assert listened(5, busy).fate == "refused_politely"
    assert listened(1).fate == "refused_abruptly"


def test_who_talks_over_whom() -> None:
    rude = listened(12, HELLO, ASK, ("agent", 4, 7, "Which day, please?"))
    assert list(rude.overlaps) == [Overlap(4, 5, by_agent=True)]
    barged = listened(12, HELLO, ("caller", 1, 3, "Stop."))
    assert list(barged.overlaps) == [Overlap(1, 2, by_agent=False)]


def test_holes_in_speech() -> None:
    call = listened(12, HELLO, ASK, ("agent", 6, 10, "Yes, from nine to one."))
    agent = [call.agent[0], Stretch(6, 7), Stretch(7.4, 8), Stretch(9, 10)]
    broken = Listened(12, call.caller, agent, call.said)
    assert list(broken.gaps) == [Silence(8, 9)]
    assert list(call.gaps) == []


def test_mhm_is_no_turn_and_two_sentences_are_one() -> None:
    mhm: Spoken = ("caller", 6.5, 6.9, "mhm")
    more: Spoken = ("caller", 5.6, 5.9, "Please.")
    assert len(listened(9, HELLO, ASK, ANSWER, mhm).turns) == 1
    assert len(listened(9, HELLO, ASK, more, ANSWER).turns) == 1


def test_a_recording_is_listened_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "hear", lambda path: [Said("agent", 0.5, 2, path.stem)])
    path = wav(tmp_path / "c0001.wav", 4, [Stretch(2.5, 3)], [Stretch(0.5, 2)])
    call = listen(path)
    assert call.length_s == 4
    assert [round(each.until_s, 2) for each in (*call.caller, *call.agent)] == [3, 2]
    assert call.words("agent") == "c0001"
