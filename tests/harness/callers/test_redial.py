"""Who would call again, and when."""

from __future__ import annotations

from harness.callers.redial import PlannedRedial, Redial
from kernel.units import Latency, Share

S = 1_000_000_000


def test_all_that_may_follow_is_planned() -> None:
    redial = Redial(after=Latency(5, 5), times=2)
    assert list(redial.planned(41, 7, "c1")) == [PlannedRedial(41, 5 * S), PlannedRedial(42, 5 * S)]


def test_waits_vary_by_seed_and_repeat_with_it() -> None:
    redial = Redial(after=Latency(5, 15), times=3)
    waits = [again.after_ns for again in redial.planned(41, 7, "c1")]
    assert len(set(waits)) == 3
    assert waits == [again.after_ns for again in redial.planned(41, 7, "c1")]
    assert waits != [again.after_ns for again in redial.planned(41, 8, "c1")]


def test_a_share_of_the_callers_would() -> None:
    redial = Redial(share=Share(0.3))
    would = sum(bool(list(redial.planned(1, 7, f"c{number}"))) for number in range(1000))
    assert 250 < would < 350
