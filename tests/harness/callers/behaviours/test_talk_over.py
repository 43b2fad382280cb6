"""Callers who go on talking although the agent speaks."""

from __future__ import annotations

import pytest

from harness.callers.behaviours.talk_over import TalkOver
from tests.harness.callers.stage import LINES, Stage, ns

OFFER = "I have nine or ten. Which one would you like?"


def stage(times: int = 1) -> Stage:
    return Stage(behaviours=[(1, TalkOver(times=times))]).greeted()


@pytest.mark.parametrize("times", [1, 3])
def test_the_line_is_said_again_over_the_answer(times: int) -> None:
    one = stage(times).agent(OFFER, 6.0, 7.6, verified=False)
    assert one.texts == [LINES[0], " ".join([LINES[0]] * times)]
    assert one.last_said_s == pytest.approx(7.0, abs=0.3)
    say = one.said[-1][1]
    assert (say.index, say.repeat, say.barge_in) == (1, 1, False)


def test_an_agent_that_stops_owes_the_answer_to_what_was_said_last() -> None:
    one = stage().agent(OFFER, 6.0, 7.6, verified=False).at(10.0)
    assert [(turn.repeat, turn.interrupted) for turn in one.turns] == [(0, True)]
    one.agent(OFFER, 10.2, 12.0).at(13.2)
    assert one.texts[-1] == LINES[1]
    assert one.turns[1].answer_at_ns == ns(10.2)


def test_an_agent_that_talks_on_to_its_end_was_heard() -> None:
    one = stage().agent(OFFER, 6.0, 8.5)  # the caller talks until 9.2
    assert len(one.said) == 2
    one.at(10.0)
    assert one.texts[-1] == LINES[1]
    assert one.turns[1].answer == OFFER


def test_it_must_say_something() -> None:
    with pytest.raises(ValueError, match="says nothing; write 1 or more"):
        TalkOver(times=0)
