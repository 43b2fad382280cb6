"""Everybody at once."""

from __future__ import annotations

import pytest

from harness.arrivals.spike import Spike
from kernel.units import Duration, Rate

S = 1_000_000_000


@pytest.mark.parametrize(
    ("rate", "lasts_s", "due_s"),
    [
        (4, 2, [0, 0, 0, 0, 1, 1.25, 1.5, 1.75]),
        (1, 3, [0, 1, 2]),
        (0.5, 4, [0, 2]),
        (1.25, 4, [0, 0, 1.6, 2.4, 3.2]),
    ],
)
def test_the_first_second_comes_at_one_instant(
    rate: float, lasts_s: float, due_s: list[float]
) -> None:
    shape = Spike(Rate(rate), Duration(lasts_s))
    assert shape.lasts_s == lasts_s
    assert list(shape.due(1, "phase")) == [round(at_s * S) for at_s in due_s]


@pytest.mark.parametrize("shape", [(Rate(0), Duration(1)), (Rate(1), Duration(0))])
def test_nothing_is_no_spike(shape: tuple[Rate, Duration]) -> None:
    with pytest.raises(ValueError, match="positive rate"):
        Spike(*shape)
