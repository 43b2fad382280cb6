"""Calls at even distances."""

from __future__ import annotations

import pytest

from harness.arrivals.constant import Constant
from kernel.units import Duration, Rate

S = 1_000_000_000


@pytest.mark.parametrize(
    ("shape", "lasts_s", "due_s"),
    [
        (Constant(rate=Rate(2), lasts=Duration(2)), 2, [0, 0.5, 1, 1.5]),
        (Constant(rate=Rate(0.4), lasts=Duration(6)), 6, [0, 2.5, 5]),
        (Constant(rate=Rate(0), lasts=Duration(6)), 6, []),
        (Constant(calls=3), 3, [0, 1, 2]),
        (Constant(calls=3, lasts=Duration(6)), 6, [0, 2, 4]),
        (Constant(calls=3, rate=Rate(2)), 1.5, [0, 0.5, 1]),
    ],
)
def test_calls_are_due(shape: Constant, lasts_s: float, due_s: list[float]) -> None:
    assert shape.lasts_s == lasts_s
    assert list(shape.due(1, "phase")) == [round(at_s * S) for at_s in due_s]


def test_a_product_that_rounds_up_adds_no_call() -> None:
    assert 0.1 * 3 * 10 > 3
    assert len(list(Constant(rate=Rate(0.1 * 3), lasts=Duration(10)).due(1))) == 3


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ({}, "needs a rate and a time"),
        ({"rate": Rate(1)}, "needs a rate and a time"),
        ({"lasts": Duration(1)}, "needs a rate and a time"),
        ({"rate": Rate(1), "lasts": Duration(1), "calls": 1}, "say too much"),
        ({"calls": 0}, "without calls"),
        ({"calls": 2, "rate": Rate(0)}, "without calls"),
        ({"calls": 2, "lasts": Duration(0)}, "no time"),
    ],
)
def test_keys_that_make_no_load_are_refused(keys: dict[str, float], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        Constant(**keys)  # type: ignore[arg-type]
