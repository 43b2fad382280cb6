"""Whether something grows with time, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

_Z95 = 1.96
_MOST = 400


@dataclass(frozen=True, slots=True)
class Trend:
    """The slope of values over seconds, and the lower bound of its 95 % interval."""

    per_s: float
    low_per_s: float


def trend(series: Iterable[Sequence[tuple[float, float]]]) -> Trend | None:
    """Sen's slope of several series of (seconds, value), each compared with itself only: the median
    of the slopes between all pairs of points of one series. None without a single pair.

    Outliers do not move it. Long series are thinned out evenly. Source: Hirsch, Slack and Smith
    1982, "Techniques of trend analysis for monthly water quality data"; the interval: Sen 1968.
    """
    slopes, variance = [], 0.0
    for points in series:
        if len(points) < 2:
            continue
        at, values = np.array(sorted(points)[:: math.ceil(len(points) / _MOST)]).T
        first, second = np.triu_indices(len(at), k=1)
        apart = at[second] > at[first]
        rises = (values[second] - values[first])[apart]
        slopes.append(rises / (at[second] - at[first])[apart])
        variance += len(at) * (len(at) - 1) * (2 * len(at) + 5) / 18
    found = np.sort(np.concatenate(slopes)) if slopes else np.array([])
    if not len(found):
        return None
    low = math.floor((len(found) - _Z95 * math.sqrt(variance)) / 2)
    return Trend(float(np.median(found)), float(found[low]) if low >= 0 else -math.inf)
