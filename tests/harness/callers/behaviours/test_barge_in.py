"""Callers who interrupt, second by second."""

from __future__ import annotations

import pytest

from harness.callers.behaviours.barge_in import BargeIn
from harness.callers.messages import Over, SpeechBegan
from kernel.units import Duration
from tests.harness.callers.stage import LINES, Speaking, Stage, ns

OFFER = "I have nine or ten. Which one would you like?"


def stage(line: int = 2, after: float = 1.5) -> Stage:
    return Stage(behaviours=[(line, BargeIn(after=Duration(after)))])


def test_the_next_line_begins_while_the_agent_answers() -> None:
    one = stage().greeted().agent(OFFER, 6.0, 8.0, verified=False)
    assert one.texts == list(LINES[:2])
    assert one.last_said_s == pytest.approx(7.56)
    assert one.said[-1][1].barge_in


def test_what_was_heard_until_then_is_the_answer() -> None:
    one = stage().greeted().agent(OFFER[:40], 6.0, 8.0, verified=False)
    (turn,) = one.turns
    assert turn.interrupted
    assert (turn.answer, turn.answer_at_ns, turn.answer_until_at_ns) == (
        OFFER[:40],
        ns(6.0),
        ns(8.0),
    )
    assert [(heard.role, heard.turn) for heard in one.heard] == [("greeting", 0), ("answer", 1)]


def test_then_the_words_that_interrupted_are_answered() -> None:
    one = stage().greeted().agent(OFFER, 6.0, 8.0, verified=False)  # its own words end at 9.5
    one.agent("Nine it is. Anything else?", 10.5, 12.0).at(13.2)
    assert one.texts == list(LINES)
    first, second = one.turns
    assert (first.barge_in, second.barge_in, second.interrupted) == (False, True, False)
    assert (second.from_at_ns, second.answer_at_ns) == (ns(7.56), ns(10.5))


def test_an_agent_that_does_not_stop_has_not_answered_them() -> None:
    one = stage().greeted().agent(OFFER, 6.0, 12.0)
    assert [turn.index for turn in one.turns] == [1]
    assert one.at(19.9).over is None
    assert one.at(20.1).over == Over("info", "patience", "caller")
    assert one.turns[-1].answer_at_ns is None


def test_a_greeting_can_be_interrupted() -> None:
    one = stage(line=1).agent(
        "Hello, this is the clinic. How can I help?", 0.5, 2.6, verified=False
    )
    assert one.last_said_s == pytest.approx(2.06)
    assert one.heard[0].role == "greeting"
    one.agent("Which day?", 5.0, 6.0).at(7.2)
    assert one.texts == list(LINES[:2])
    assert one.turns[0].barge_in


@pytest.mark.parametrize(
    "words", ["One moment, please, let me check that.", "Are you still there?"]
)
def test_fillers_are_waited_out(words: str) -> None:
    one = stage().greeted().agent(words, 6.0, 9.0)
    assert len(one.said) == 1
    one.agent(OFFER, 9.3, 12.0, verified=False)
    assert one.last_said_s == pytest.approx(9.3 + 1.0, abs=0.5)
    assert one.turns[0].answer == OFFER


def test_who_finishes_in_time_is_not_interrupted() -> None:
    one = stage(after=3.0).greeted().agent(OFFER, 6.0, 8.0).at(9.2)
    assert one.last_said_s == pytest.approx(9.2)
    assert not one.said[-1][1].barge_in
    assert not one.turns[0].interrupted


def test_an_agent_that_goes_on_after_a_break_can_be_interrupted() -> None:
    one = stage().greeted().agent("You want to come on Tuesday then.", 6.0, 6.5).at(7.2)
    one.agent("Then I have nine or ten. Which one is it?", 7.3, 9.5, verified=False)
    assert one.last_said_s == pytest.approx(7.5, abs=1.2)
    assert one.said[-1][1].barge_in


def test_it_happens_once_and_repeats_are_ordinary() -> None:
    one = stage().greeted().agent(OFFER, 6.0, 8.0, verified=False)
    one.agent("Could you repeat that?", 10.5, 11.5).at(12.7)
    assert one.texts[-1] == LINES[1]
    assert (one.said[-1][1].repeat, one.said[-1][1].barge_in) == (1, False)


def test_a_call_that_is_cut_after_it_tells_both_turns() -> None:
    one = stage().greeted().at(6.0)
    one.tell(SpeechBegan(ns(6.0), Speaking(one, OFFER, 6.0, 10.0)))
    one.closed(8.5, "network", "cut")
    first, second = one.turns
    assert (first.interrupted, first.answer_at_ns) == (True, ns(6.0))
    assert second.barge_in
    assert second.answer_at_ns is None


def test_after_the_last_line_there_is_nothing_to_say() -> None:
    one = Stage(LINES[-1:], behaviours=[(2, BargeIn())]).greeted()
    one.agent("Goodbye, and have a nice day, see you soon.", 6.0, 9.0).at(9.7)
    assert one.over == Over("ok", "completed", "caller")
