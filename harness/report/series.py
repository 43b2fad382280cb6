"""Samples over time as lines and as points, few enough to be drawn and read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

T = TypeVar("T")

POINTS_SHOWN = 2000
_WINDOWS = 150
_LENGTHS_S = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)


def window_s(end_ns: int) -> int:
    """The shortest window, from 5 s to an hour, of which a run has at most 150."""
    fitting = (length for length in _LENGTHS_S if end_ns / 1e9 / length <= _WINDOWS)
    return next(fitting, _LENGTHS_S[-1])


@dataclass(frozen=True, slots=True)
class Window:
    """The samples of one stretch of time; `count` is 0 where there are none."""

    middle_ns: int
    count: int
    p50: float | None
    p95: float | None


def windows(samples: Iterable[tuple[int, float]], length_s: int) -> Sequence[Window]:
    """Nearest-rank percentiles of (instant in ns, value), from the first window with a sample to
    the last. With fewer than 20 samples the p95 of a window is its greatest.
    """
    length_ns = length_s * 1_000_000_000
    found: dict[int, list[float]] = defaultdict(list)
    for at_ns, value in samples:
        found[at_ns // length_ns].append(value)
    return [
        _window(place * length_ns + length_ns // 2, found.get(place, []))
        for place in range(min(found, default=0), max(found, default=-1) + 1)
    ]


def _window(middle_ns: int, values: Sequence[float]) -> Window:
    if not values:
        return Window(middle_ns, 0, None, None)
    p50, p95 = np.percentile(values, (50, 95), method="inverted_cdf")
    return Window(middle_ns, len(values), float(p50), float(p95))


def thinned(points: Sequence[T]) -> Sequence[T]:
    """Every n-th point, so that at most POINTS_SHOWN remain."""
    return points[:: -(-len(points) // POINTS_SHOWN) or 1]
