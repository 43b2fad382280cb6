"""Callers who say nothing when their turn comes."""

from __future__ import annotations

import pytest

from harness.callers.behaviours.silence import Silence
from harness.callers.messages import Over
from kernel.units import Duration
from tests.harness.callers.stage import LINES, Stage


def stage(line: int = 2, **fields: str) -> Stage:
    return Stage(behaviours=[(line, Silence(lasts=Duration(12), **fields))])  # type: ignore[arg-type]


def answered() -> Stage:
    """Its turn comes at 7.6."""
    return stage().greeted().agent("Which day suits you?", 6.0, 7.0)


def test_the_line_comes_after_the_silence() -> None:
    one = answered().at(19.5)
    assert len(one.said) == 1
    assert one.at(19.6).last_said_s == pytest.approx(19.6)
    assert one.texts == list(LINES[:2])
    assert one.turns[0].owed_until_at_ns == one.turns[0].answer_at_ns


def test_idle_prompts_are_listened_to_and_change_nothing() -> None:
    one = answered().agent("Are you still there?", 12.0, 13.0).at(19.5)
    assert len(one.said) == 1
    assert one.heard[-1].role == "idle_prompt"
    assert one.at(19.6).texts == list(LINES[:2])


def test_an_agent_that_speaks_at_its_end_may_finish() -> None:
    one = answered().agent("Are you still there, Ada?", 19.0, 20.0).at(21.19)
    assert len(one.said) == 1
    assert one.at(21.2).last_said_s == pytest.approx(21.2)


def test_it_may_end_the_call() -> None:
    one = stage(then="hang_up").greeted().agent("Which day suits you?", 6.0, 7.0).at(25.0)
    assert one.over == Over("ok", "left_early", "caller")
    assert one.hung_up_s == pytest.approx(19.6)
    assert len(one.said) == 1


def test_an_agent_that_asked_in_vain_may_hang_up() -> None:
    one = answered().agent("Are you still there?", 12.0, 13.0).closed(17.0)
    assert one.over == Over("ok", "left_early", "agent")


def test_an_agent_that_did_not_even_ask_drops_the_call() -> None:
    assert answered().closed(17.0).over == Over("info", "closed", "agent")


def test_later_in_the_call_it_drops_it_too() -> None:
    one = answered().agent("Are you still there?", 12.0, 13.0).at(22.0).closed(22.5)
    assert one.over == Over("info", "closed", "agent")


@pytest.mark.parametrize("greets", [True, False])
def test_the_call_may_begin_with_it(greets: bool) -> None:
    one = stage(line=1)
    if greets:
        one.agent("Hello, how can I help you?", 0.5, 2.0)
    begins_s = 2.6 if greets else 2.5
    assert one.at(begins_s + 11.9).said == []
    assert one.at(begins_s + 12).texts == [LINES[0]]
