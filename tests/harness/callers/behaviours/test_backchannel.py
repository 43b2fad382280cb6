"""Callers who say "mhm"."""

from __future__ import annotations

import pytest

from harness.callers.behaviours.backchannel import Backchannel
from harness.callers.behaviours.barge_in import BargeIn
from harness.callers.behaviours.talk_over import TalkOver
from tests.harness.callers.stage import LINES, SPEECH_S, Stage

OFFER = "I have nine or ten. Which one would you like?"
LONG_OFFER = f"{OFFER} The doctor is in all day, and so is the nurse."


def stage() -> Stage:
    return Stage(behaviours=[(1, Backchannel())]).greeted()


def test_it_is_said_aside_while_the_agent_answers() -> None:
    one = stage().agent(OFFER, 6.0, 8.5)
    assert one.texts == [LINES[0], "mhm"]
    assert one.last_said_s == pytest.approx(7.0, abs=0.3)
    assert one.said[-1][1].aside


def test_it_is_no_turn_and_nothing_is_owed_to_it() -> None:
    one = stage().agent(OFFER, 6.0, 8.5).at(9.7)
    assert one.texts == [LINES[0], "mhm", LINES[1]]
    (turn,) = one.turns
    assert (turn.answer, turn.interrupted) == (OFFER, False)


def test_an_agent_that_begins_anew_is_heard_out() -> None:
    one = stage().agent(OFFER[:20], 6.0, 7.3, verified=False)  # known to be over at 9.3
    one.agent(OFFER, 9.4, 11.5)
    assert len(one.said) == 2
    assert one.at(12.7).texts[-1] == LINES[1]


def test_a_filler_is_not_worth_it() -> None:
    one = stage().agent("One moment, please, let me check that.", 6.0, 9.0)
    assert one.texts == [LINES[0]]


def test_who_interrupts_lets_the_word_out_first() -> None:
    one = Stage(behaviours=[(1, Backchannel()), (2, BargeIn())]).greeted()
    one.agent(LONG_OFFER, 6.0, 11.0)
    assert one.texts == [LINES[0], "mhm", LINES[1]]
    (_, (nod_s, _), (line_s, line)) = one.said
    assert line_s > nod_s + SPEECH_S
    assert line.barge_in


def test_what_is_due_at_the_same_time_comes_after_the_word() -> None:
    one = Stage(behaviours=[(1, Backchannel()), (1, TalkOver())]).greeted()
    one.agent(LONG_OFFER, 6.0, 11.0)
    (_, (nod_s, nod), (over_s, over)) = one.said
    assert (nod.aside, over.text) == (True, LINES[0])
    assert over_s > nod_s + SPEECH_S


def test_a_turn_that_comes_meanwhile_begins_when_the_word_is_out() -> None:
    one = stage().agent(OFFER, 6.0, 7.4).at(12.0)
    (_, (nod_s, nod), (line_s, line)) = one.said
    assert (nod.aside, line.text) == (True, LINES[1])
    assert line_s == pytest.approx(nod_s + SPEECH_S)
