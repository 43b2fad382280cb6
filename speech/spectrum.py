"""The sound of many streams, 10 ms by 10 ms, as likelihoods of tones: the ear's front end.

Everything here is laid out [rows, streams], so that one numpy call serves all streams.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .chord import CLOCK_TONES, DATA_GROUPS, DATA_TONES, GROUP_TONES, SPACING_HZ, TONES_HZ

Floats = NDArray[np.float32]

HOP_S = 0.01
_WINDOW_HOPS = 4
_FLOOR_DBFS = -75.0
_FULL_SCALE = 32768.0
_DIFFERENCE_S = 1 / 8000
_VOICE_FLOOR_DBFS = -50.0
_HUM_SHARE = 0.006
_LOW_SHARE = 0.6


@dataclass(frozen=True)
class Spectrum:
    """What one hop sounds like, for each of S streams."""

    clock: Floats
    """[4, S] how the energy of the clock tones is shared out; sums to one."""
    data: Floats
    """[32, S] the same in each group of data tones."""
    clarity: Floats
    """[S] mean share of the strongest tone of each group: 0.3 in noise, near 1 in a chord."""
    voiced: NDArray[np.bool_]
    """[S] whether there is sound whose energy lies between 100 Hz and 1350 Hz."""


class Analyser:
    """Tone energies over sliding 40 ms windows, at one sample rate."""

    def __init__(self, rate_hz: int) -> None:
        self.hop_n = round(HOP_S * rate_hz)
        self.past_n = max(1, round(_DIFFERENCE_S * rate_hz))
        """Samples before a block that its analysis needs."""
        angles = 2 * np.pi * np.outer(TONES_HZ, np.arange(self.hop_n) / rate_hz)
        self._waves = np.concatenate([np.cos(angles), np.sin(angles)]).astype(np.float32)
        # A shift by 10 ms turns odd multiples of 50 Hz by half a period.
        odd = (TONES_HZ / SPACING_HZ) % 2
        self._turn = np.tile(1 - 2 * odd, 2).astype(np.float32)[:, None]
        window_n = self.hop_n * _WINDOW_HOPS
        self._floor = np.float32((10 ** (_FLOOR_DBFS / 20) * _FULL_SCALE * window_n / 2) ** 2)
        self._voice_floor = np.float32(
            (10 ** (_VOICE_FLOOR_DBFS / 20) * _FULL_SCALE) ** 2 * self.hop_n
        )

    def new_past(self, streams: int) -> Floats:
        """The waves of the last three hops, before anything was heard."""
        return np.zeros((_WINDOW_HOPS - 1, len(self._waves), streams), np.float32)

    def analyse(self, samples: Floats, past: Floats) -> list[Spectrum]:
        """Samples [S, past_n + hops * hop_n] to one spectrum a hop; `past` moves on in place.

        The first difference over 125 µs is a gentle high-pass with unit gain at 1333 Hz: it holds
        the voice back, and whether it lowers the energy tells where the energy lies.
        """
        streams, hop_n = len(samples), self.hop_n
        hops = (samples.shape[1] - self.past_n) // hop_n
        rising = samples[:, self.past_n :] - samples[:, : -self.past_n]
        blocks = rising.reshape(streams, hops, hop_n)
        level = samples[:, self.past_n :].reshape(streams, hops, hop_n)
        voiced = self._voiced(level, blocks)
        waves = np.concatenate(
            [past, *(self._waves @ blocks[:, hop].T[None] for hop in range(hops))]
        )
        past[:] = waves[hops:]
        pairs = waves[1:] + self._turn * waves[:-1]
        windows = pairs[2:] + pairs[:-2]
        np.square(windows, out=windows)
        tones = windows.shape[1] // 2
        energy = windows[:, :tones] + windows[:, tones:]
        energy += self._floor
        return [self._share(energy[hop], voiced[:, hop]) for hop in range(hops)]

    def _voiced(self, level: Floats, rising: Floats) -> NDArray[np.bool_]:
        power = np.einsum("shn,shn->sh", level, level)
        risen = np.einsum("shn,shn->sh", rising, rising)
        low = (risen > _HUM_SHARE * power) & (risen < _LOW_SHARE * power)
        return np.asarray(low & (power > self._voice_floor))

    def _share(self, energy: Floats, voiced: NDArray[np.bool_]) -> Spectrum:
        clock = energy[:CLOCK_TONES]
        clock /= clock.sum(axis=0)
        data = energy[CLOCK_TONES:].reshape(DATA_GROUPS, GROUP_TONES, -1)
        data /= data.sum(axis=1, keepdims=True)
        clarity = data.max(axis=1).mean(axis=0)
        return Spectrum(clock, data.reshape(DATA_TONES, -1), clarity, voiced)
