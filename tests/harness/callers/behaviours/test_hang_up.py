"""Callers who hang up before the end, by plan."""

from __future__ import annotations

import pytest

from harness.callers.behaviours.hang_up import HangUp
from harness.callers.messages import Over
from tests.harness.callers.stage import Stage, ns

LEFT = Over("ok", "left_early", "caller")
OFFER = "I have nine or ten. Which one would you like?"


def test_during_the_greeting() -> None:
    one = Stage(behaviours=[(1, HangUp(during="greeting"))])
    one.agent("Hello, this is the clinic. How can I help you?", 0.5, 3.0)
    assert one.over == LEFT
    assert one.hung_up_s == pytest.approx(1.5)
    assert one.said == one.turns == []


def test_in_the_middle_of_its_own_words() -> None:
    one = Stage(behaviours=[(1, HangUp(during="line"))]).agent("Hello, how can I help?", 0.5, 2.0)
    one.at(6.0)  # it speaks from 3.2 on
    assert one.over == LEFT
    (turn,) = one.turns
    assert turn.until_at_ns == turn.owed_until_at_ns == ns(4.2)
    assert turn.answer_at_ns is None


def test_while_the_agent_answers() -> None:
    one = Stage(behaviours=[(1, HangUp())]).greeted().agent(OFFER, 6.0, 9.0)
    assert one.over == LEFT
    assert one.hung_up_s == pytest.approx(7.0, abs=0.5)
    (turn,) = one.turns
    assert turn.answer_at_ns == ns(6.0)
    assert OFFER.startswith(turn.answer)


def test_only_the_first_line_has_a_greeting_before_it() -> None:
    assert HangUp(during="greeting").flaw(1, 3) == ""
    assert "use during: answer" in HangUp(during="greeting").flaw(2, 3)
    assert HangUp().flaw(2, 3) == ""
