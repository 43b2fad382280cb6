"""Recognises recordings that are known: by the shape of their spectrum over time.

Loudness, a codec, resampling and what else sounds before and after do not matter; other words in
the same voice do.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .tones import Samples

RATE_HZ = 8000
LIKE = 0.6
"""Likeness from which on two sounds are the same recording; others are below 0.4."""
SHORTEST_S = 0.5
"""Of less sound nothing can be said."""
PROBE_S = 2.0
"""So much of a recording's beginning is compared: whoever hears it need not hear it out."""

_HOP = 80
_WINDOW = np.hanning(256).astype(np.float32)
_BANDS = 14
_FROM_HZ, _UNTIL_HZ = 250.0, 3400.0
_FLOOR = (32768 * 10 ** (-46 / 20)) ** 2
"""Mean square of a frame that is audible."""

Shape: TypeAlias = NDArray[np.float32]
"""[frames of 10 ms, bands]: each audible frame of length 1, zero where it is not."""


def _weights() -> Shape:
    """[bins, bands] of triangles that are even in the logarithm of the frequency."""
    edges = np.geomspace(_FROM_HZ, _UNTIL_HZ, _BANDS + 2)
    hz = np.fft.rfftfreq(len(_WINDOW), 1 / RATE_HZ)[:, None]
    rising = (hz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hz) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


_WEIGHTS = _weights()


def shape(samples: Samples) -> Shape:
    """The shape of a sound of 8 kHz."""
    count = max(0, (len(samples) - len(_WINDOW)) // _HOP + 1)
    if not count:
        return np.zeros((0, _BANDS), np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float32), len(_WINDOW))
    frames = windows[::_HOP][:count]
    power = np.abs(np.fft.rfft(frames * _WINDOW)) ** 2
    level = np.log(power @ _WEIGHTS + len(_WINDOW))
    audible = (frames**2).mean(axis=1) > _FLOOR
    if not audible.any():
        return np.zeros((count, _BANDS), np.float32)
    level -= level.mean(axis=1, keepdims=True)
    level -= level[audible].mean(axis=0)  # what a voice and a line have in all their sounds
    level[~audible] = 0
    size = np.linalg.norm(level, axis=1, keepdims=True)
    return np.asarray(level / np.maximum(size, 1e-6), np.float32)


def probe(samples: Samples) -> Shape:
    """What of a recording is looked for: its beginning, from its first sound on."""
    found = shape(samples)
    audible = np.flatnonzero(found.any(axis=1))
    first = int(audible[0]) if len(audible) else len(found)
    return found[first : first + round(PROBE_S * RATE_HZ / _HOP)]


def audible_s(found: Shape) -> float:
    """How much of it is no silence."""
    return int(np.count_nonzero(found.any(axis=1))) * _HOP / RATE_HZ


def likeness(probe: Shape, sound: Shape) -> float:
    """How much a sound has of a recording at the place where it has most of it, from 0 to 1."""
    probe = probe[: len(sound)]
    if audible_s(probe) < SHORTEST_S:
        return 0.0
    fits = [
        np.correlate(of_sound, of_probe, "valid")
        for of_sound, of_probe in zip(sound.T, probe.T, strict=True)
    ]
    return float(np.sum(fits, axis=0).max()) / np.count_nonzero(probe.any(axis=1))
