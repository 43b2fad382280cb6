"""Calls of people who know nothing of each other."""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean, pstdev

import pytest

from harness.arrivals.poisson import Poisson
from kernel.units import Duration, Rate

S = 1_000_000_000


def test_gaps_are_exponential_around_the_rate() -> None:
    due = list(Poisson(Rate(5), Duration(1000)).due(3, "phase"))
    gaps_s = [(later - earlier) / S for earlier, later in pairwise(due)]
    assert len(due) == pytest.approx(5000, rel=0.05)
    assert fmean(gaps_s) == pytest.approx(0.2, rel=0.05)
    assert pstdev(gaps_s) == pytest.approx(0.2, rel=0.05)


def test_all_calls_are_due_within_the_phase_and_in_order() -> None:
    shape = Poisson(Rate(3), Duration(20))
    due = list(shape.due(3, "phase"))
    assert shape.lasts_s == 20
    assert due == sorted(due)
    assert due[0] > 0
    assert due[-1] < 20 * S


def test_one_seed_and_phase_give_one_load() -> None:
    shape = Poisson(Rate(3), Duration(20))
    assert list(shape.due(3, "a")) == list(shape.due(3, "a"))
    assert list(shape.due(3, "a")) != list(shape.due(3, "b"))
    assert list(shape.due(3, "a")) != list(shape.due(4, "a"))


@pytest.mark.parametrize("shape", [(Rate(0), Duration(1)), (Rate(1), Duration(0))])
def test_nothing_is_no_load(shape: tuple[Rate, Duration]) -> None:
    with pytest.raises(ValueError, match="positive rate"):
        Poisson(*shape)
