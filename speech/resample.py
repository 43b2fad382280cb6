"""Sample-rate conversion by a polyphase windowed-sinc filter, whole or chunk by chunk."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, gcd
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .tones import Samples, to_samples

_ZERO_CROSSINGS = 16
_PASS = 0.92  # of half the lower rate; the sinc is cut there
_KAISER_BETA = 7.5


class _Filter(NamedTuple):
    """From windows of input to blocks of output by one matrix."""

    weights: NDArray[np.float32]
    """[window_n, up]: `up` output samples from each window."""
    up: int
    down: int
    """A window starts `down` samples after the one before."""
    delay_n: int
    """Input samples that a window reaches back before the first sample it is centred on."""


@lru_cache(maxsize=64)
def _filter(from_hz: int, to_hz: int) -> _Filter:
    common = gcd(from_hz, to_hz)
    up, down = to_hz // common, from_hz // common
    cutoff = _PASS * min(1.0, to_hz / from_hz)
    reach = ceil(_ZERO_CROSSINGS / cutoff)
    centres = np.arange(up) * down / up
    window_n = 2 * reach + int(centres[-1]) + 1
    distance = np.arange(window_n)[:, None] - reach - centres
    taper = np.i0(_KAISER_BETA * np.sqrt(np.clip(1 - (distance / reach) ** 2, 0, None)))
    weights = cutoff * np.sinc(cutoff * distance) * taper * (abs(distance) <= reach)
    weights /= weights.sum(axis=0)
    return _Filter(weights.astype(np.float32), up, down, reach)


class Resampler:
    """Converts one stream of int16 samples between two rates, chunk by chunk.

    `delay_s` is how much later a sound comes out than it went in; `flush` ends the stream.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._same = from_hz == to_hz
        self._filter = _filter(from_hz, to_hz)
        self._waiting = np.zeros(self._filter.delay_n, np.int16)
        self._from_hz, self._to_hz = from_hz, to_hz
        self._in_n = self._out_n = 0

    @property
    def delay_s(self) -> float:
        """Seconds of sound that are held back for the filter."""
        return 0.0 if self._same else self._filter.delay_n / self._from_hz

    def feed(self, samples: Samples) -> Samples:
        """The output that these samples complete."""
        if self._same:
            return samples
        weights, up, down, _ = self._filter
        self._in_n += len(samples)
        waiting = np.concatenate([self._waiting, samples])
        blocks = max(0, (len(waiting) - len(weights)) // down + 1)
        self._waiting = waiting[blocks * down :]
        if not blocks:
            return np.zeros(0, np.int16)
        windows = np.lib.stride_tricks.sliding_window_view(waiting, len(weights))
        sound = windows[: blocks * down : down].astype(np.float32) @ weights
        self._out_n += blocks * up
        return to_samples(sound).reshape(-1)

    def flush(self) -> Samples:
        """The rest of the output; in all it is as long as the input was."""
        if self._same:
            return np.zeros(0, np.int16)
        missing_n = ceil(self._in_n * self._to_hz / self._from_hz) - self._out_n
        tail = self.feed(np.zeros(len(self._filter.weights) + self._filter.down, np.int16))
        return tail[:missing_n]


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Convert int16 samples of one channel as a whole, without delay."""
    resampler = Resampler(from_hz, to_hz)
    return np.concatenate([resampler.feed(samples), resampler.flush()])
