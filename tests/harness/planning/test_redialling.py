"""The next call of a caller who gave one up."""

from __future__ import annotations

import pytest

from harness.callers.messages import Over
from harness.callers.redial import PlannedRedial
from harness.planning.plan import PlannedPhase
from harness.planning.redialling import redialled
from tests.harness.desk import planned

S = 1_000_000_000
PHASES = [
    PlannedPhase("baseline", 0, False, 0, 30 * S),
    PlannedPhase("surge", 1, False, 30 * S, 60 * S),
]
GAVE_UP = Over("info", "patience", "caller")
CALL = planned(3, redials=(PlannedRedial(41, 5 * S), PlannedRedial(42, 8 * S)))


def test_it_is_the_same_person_in_a_call_of_its_own() -> None:
    again = redialled(CALL, GAVE_UP, 20 * S, PHASES)
    assert again is not None
    assert (again.span, again.number, again.redial_of) == ("c0003r41", 41, "c0003")
    assert (again.due_ns, again.phase) == (25 * S, "baseline")
    assert (again.facts, again.lines, again.from_number) == (
        CALL.facts,
        CALL.lines,
        CALL.from_number,
    )


def test_the_next_one_is_of_the_same_call_and_then_there_is_none() -> None:
    first = redialled(CALL, GAVE_UP, 20 * S, PHASES)
    assert first is not None
    second = redialled(first, GAVE_UP, 40 * S, PHASES)
    assert second is not None
    assert (second.span, second.redial_of, second.due_ns) == ("c0003r42", "c0003", 48 * S)
    assert second.phase == "surge"
    assert redialled(second, GAVE_UP, 70 * S, PHASES) is None


def test_after_all_phases_it_counts_to_the_last() -> None:
    again = redialled(CALL, GAVE_UP, 90 * S, PHASES)
    assert again is not None
    assert again.phase == "surge"


@pytest.mark.parametrize("how", ["completed", "left_early", "spoken_refusal", "cut", "monologue"])
def test_only_who_lost_patience_calls_again(how: str) -> None:
    assert redialled(CALL, Over("info", how, "caller"), 20 * S, PHASES) is None
    assert redialled(CALL, None, 20 * S, PHASES) is None
