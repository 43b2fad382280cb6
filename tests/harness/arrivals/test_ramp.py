"""A rate that grows or falls evenly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.arrivals.ramp import Ramp
from kernel.units import Duration, Rate

S = 1_000_000_000


def test_calls_come_when_the_integral_of_the_rate_reaches_them() -> None:
    # rate t/2 per second: the integral t²/4 reaches 0, 1, 2, 3 at 0, 2, √8, √12.
    due = list(Ramp(Rate(0), Rate(2), Duration(4)).due(1, "phase"))
    assert due == [0, 2 * S, round(8**0.5 * S), round(12**0.5 * S)]


def test_a_fall_is_a_rise_backwards_but_for_one_call() -> None:
    rise = list(Ramp(Rate(0), Rate(2), Duration(4)).due(1))
    fall = list(Ramp(Rate(2), Rate(0), Duration(4)).due(1))
    assert [4 * S - at_ns for at_ns in reversed(fall[1:])] == pytest.approx(rise[1:])


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0.1, 100, allow_nan=False))
def test_the_integral_holds_for_every_call(start: int, end: int, lasts_s: float) -> None:
    if start == end:
        return
    shape = Ramp(Rate(start), Rate(end), Duration(lasts_s))
    slope = (end - start) / lasts_s
    due_s = [at_ns / S for at_ns in shape.due(1)]
    assert due_s == sorted(due_s)
    assert all(0 <= at_s <= lasts_s + 1e-6 for at_s in due_s)
    assert len(due_s) == pytest.approx((start + end) / 2 * lasts_s, abs=1)
    for number, at_s in enumerate(due_s):
        assert start * at_s + slope * at_s**2 / 2 == pytest.approx(number, abs=1e-4)


@pytest.mark.parametrize("keys", [(Rate(1), Rate(1), Duration(5)), (Rate(1), Rate(2), Duration(0))])
def test_what_does_not_change_is_no_ramp(keys: tuple[Rate, Rate, Duration]) -> None:
    with pytest.raises(ValueError, match="two rates and a time"):
        Ramp(*keys)


def test_the_phase_lasts_as_long_as_it_says() -> None:
    assert Ramp(Rate(1), Rate(2), Duration(5)).lasts_s == 5
