"""Callers who say "mhm"."""

from __future__ import annotations

import pytest

from harness.callers.behaviours.backchannel import Backchannel
from tests.harness.callers.stage import LINES, Stage

OFFER = "I have nine or ten. Which one would you like?"


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
