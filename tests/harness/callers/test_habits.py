"""When behaviours are due."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from harness.callers.behaviours.backchannel import Backchannel
from harness.callers.behaviours.hang_up import HangUp
from harness.callers.behaviours.silence import Silence
from harness.callers.habits import AGAIN_NS, Habits
from kernel.actor import Nudge
from kernel.units import Duration

S = 1_000_000_000
NOD, LEAVE = Backchannel(), HangUp(during="line")


def call(
    *, there: bool = True, answered: bool = True, speaks: bool = True, aside_until_ns: int = 0
) -> Any:
    """A conversation that says where it is."""
    return SimpleNamespace(
        is_at=lambda moment, line: there,
        is_answered=lambda now_ns: answered,
        agent=SimpleNamespace(speaks=speaks),
        aside_until_ns=aside_until_ns,
    )


def test_those_of_a_moment_and_line_are_due_after_their_time() -> None:
    habits = Habits([(1, NOD), (2, NOD), (1, LEAVE)])
    assert list(habits.moment("answer", 1, 5 * S)) == [Nudge(("habit", 0), 6 * S)]
    assert list(habits.moment("line", 1, 5 * S)) == [Nudge(("habit", 2), 6 * S)]
    assert list(habits.moment("before", 1, 5 * S)) == []


def test_a_moment_that_goes_on_after_a_break_does_not_begin_anew() -> None:
    habits = Habits([(1, NOD)])
    list(habits.moment("answer", 1, 5 * S))
    assert list(habits.moment("answer", 1, 5 * S + 1)) == [Nudge(("habit", 0), 6 * S)]
    assert list(habits.moment("answer", 1, 9 * S)) == [Nudge(("habit", 0), 9 * S)]


def test_each_is_done_once() -> None:
    habits = Habits([(1, NOD)])
    assert habits.due(0, call(), 6 * S) is NOD
    assert list(habits.moment("answer", 1, 7 * S)) == []


def test_what_has_passed_is_not_done_and_may_come_again() -> None:
    habits = Habits([(1, NOD)])
    assert habits.due(0, call(there=False), 6 * S) is None
    assert habits.due(0, call(answered=False, speaks=False), 6 * S) is None
    assert habits.due(0, call(), 9 * S) is NOD


def test_while_nobody_knows_what_is_said_it_is_asked_again() -> None:
    habits = Habits([(1, NOD), (1, LEAVE)])
    assert habits.due(0, call(answered=False), 6 * S) == Nudge(("habit", 0), 6 * S + AGAIN_NS)
    assert habits.due(1, call(answered=False), 6 * S) is LEAVE


def test_a_word_beside_the_turns_is_said_out_before() -> None:
    habits = Habits([(1, NOD)])
    murmuring = call(aside_until_ns=7 * S)
    assert habits.due(0, murmuring, 6 * S) == Nudge(("habit", 0), 7 * S + AGAIN_NS)
    assert habits.due(0, murmuring, 7 * S + AGAIN_NS) is NOD


def test_the_longest_silence_of_a_line_counts() -> None:
    habits = Habits([(1, NOD), (2, Silence(lasts=Duration(5))), (2, Silence(lasts=Duration(7)))])
    assert (habits.silence_ns(1), habits.silence_ns(2)) == (0, 7 * S)
