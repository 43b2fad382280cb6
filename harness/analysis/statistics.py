"""Figures from samples: percentiles, how sure they are, and when there are too few to say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kernel.roll import seed_for

NOTICEABLE_MS = 200.0
_RESAMPLES = 2000

Samples = Sequence[float]


def needed(share: float) -> int:
    """Samples that a percentile needs: three are expected beyond it (p95: 60, p99: 300)."""
    return round(3 / (1 - share))


def times(figure: float, limit: float) -> float | None:
    """A figure by its limit, None if that is zero."""
    return figure / limit if limit else None


def percentile(samples: Samples, share: float) -> float | None:
    """The nearest-rank percentile of `share` (0.95 for p95), None with too few samples."""
    if len(samples) < needed(share):
        return None
    return float(sorted(samples)[_rank(len(samples), share) - 1])


def _rank(count: int, share: float) -> int:
    return min(count, max(1, math.ceil(round(share * count, 9))))


@dataclass(frozen=True)
class Change:
    """A percentile in milliseconds before and after, and the 95 % interval of their ratio."""

    before_ms: float
    after_ms: float
    low: float
    high: float

    @property
    def ratio(self) -> float:
        return self.after_ms / max(self.before_ms, 1.0)

    @property
    def noticeable(self) -> bool:
        return self.after_ms - self.before_ms > NOTICEABLE_MS

    def surely_above(self, limit: float) -> bool:
        """The interval's lower bound crosses the limit, and a person would notice."""
        return self.low > limit and self.noticeable

    def likely_above(self, limit: float) -> bool:
        """The figure crosses the limit, and a person would notice."""
        return self.ratio > limit and self.noticeable


def change(before_ms: Samples, after_ms: Samples, share: float, seed: int = 0) -> Change | None:
    """How a percentile changed, None with too few samples on either side."""
    before, after = percentile(before_ms, share), percentile(after_ms, share)
    if before is None or after is None:
        return None
    ratios = _resampled(after_ms, share, seed, "after") / np.maximum(
        _resampled(before_ms, share, seed, "before"), 1.0
    )
    low, high = np.percentile(ratios, (2.5, 97.5))
    return Change(before, after, float(low), float(high))


def _resampled(samples: Samples, share: float, seed: int, name: str) -> npt.NDArray[np.float64]:
    """Bootstrapped values of a percentile.

    The k-th smallest of n draws from n samples is the sample at a Beta(k, n + 1 - k) quantile, so
    a resample costs one draw instead of n.
    """
    ordered, count = np.sort(np.asarray(samples, dtype=np.float64)), len(samples)
    rank = _rank(count, share)
    generator = np.random.default_rng(seed_for(seed, "bootstrap", name, share))
    quantiles = generator.beta(rank, count + 1 - rank, _RESAMPLES)
    picked: npt.NDArray[np.float64] = ordered[
        np.minimum((quantiles * count).astype(int), count - 1)
    ]
    return picked


def of_all(failures: int, count: int) -> str:
    """`3 of 40`; no failure among n > 3 shows that the true share is below 3/n."""
    if failures or not count:
        return f"{failures} of {count}"
    return f"0 of {count} (below {3 / count:.2g})" if count > 3 else f"0 of {count}"
