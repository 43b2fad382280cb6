"""The sound of many streams, 10 ms by 10 ms, as likelihoods of tones: the ear's front end.

Arrays are laid out [hops, rows, streams], so that one numpy call serves all streams.
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
_VOICE_BAND = (0.006, 0.6)


@dataclass(frozen=True)
class Spectrum:
    """What some hops sound like."""

    clock: Floats
    """[hops, 4, S] how the energy of the clock tones is shared out; sums to one."""
    data: Floats
    """[hops, 32, S] the same within each group of data tones."""
    clarity: Floats
    """[hops, S] mean share of the strongest tone of each group: 0.3 in noise, near 1 in a chord."""
    voiced: NDArray[np.bool_]
    """[hops, S] whether there is sound whose energy lies between 100 Hz and 1350 Hz."""


class Analyser:
    """Tone energies over sliding 40 ms windows, at one sample rate."""

    def __init__(self, rate_hz: int) -> None:
        self.hop_n = round(HOP_S * rate_hz)
        self.past_n = max(1, round(_DIFFERENCE_S * rate_hz))
        """How many samples before the first hop its analysis needs."""
        angles = 2 * np.pi * np.outer(TONES_HZ, np.arange(self.hop_n) / rate_hz)
        self._tones = np.concatenate([np.cos(angles), np.sin(angles)]).astype(np.float32)
        # A shift by 10 ms turns odd multiples of 50 Hz by half a period.
        turns = 1 - 2 * (TONES_HZ / SPACING_HZ % 2)
        self._turns = np.tile(turns, 2).astype(np.float32)[:, None]
        window_n = self.hop_n * _WINDOW_HOPS
        self._floor = np.float32((10 ** (_FLOOR_DBFS / 20) * _FULL_SCALE * window_n / 2) ** 2)
        voice_rms = 10 ** (_VOICE_FLOOR_DBFS / 20) * _FULL_SCALE
        self._voice_floor = np.float32(voice_rms**2 * self.hop_n)

    def new_past(self, streams: int) -> Floats:
        """What `analyse` remembers of streams that have been silent: [3, 72, S]."""
        return np.zeros((3, len(self._tones), streams), np.float32)

    def analyse(self, samples: Floats, past: Floats) -> Spectrum:
        """Samples [S, past_n + hops * hop_n] of full scale 32768; `past` moves on in place.

        Their first difference over 125 µs is a gentle high-pass with unit gain at 1333 Hz: it holds
        the voice back, and whether it lowers the energy tells where the energy lies.
        """
        streams = len(samples)
        level = samples[:, self.past_n :].reshape(streams, -1, self.hop_n)
        rising = (samples[:, self.past_n :] - samples[:, : -self.past_n]).reshape(level.shape)
        energy = self._energy(rising, past)
        hops = len(energy)

        clock = energy[:, :CLOCK_TONES]
        clock /= clock.sum(axis=1, keepdims=True)
        data = energy[:, CLOCK_TONES:].reshape(hops, DATA_GROUPS, GROUP_TONES, streams)
        data /= data.sum(axis=2, keepdims=True)
        clarity = data.max(axis=2).mean(axis=1)
        voiced = self._voiced(level, rising)
        return Spectrum(clock, data.reshape(hops, DATA_TONES, streams), clarity, voiced)

    def _energy(self, rising: Floats, past: Floats) -> Floats:
        """[hops, 36, S] of the sum of the last four hops' waves, `past` being its partial sums."""
        after_1, after_2, after_3 = past
        windows = np.empty((rising.shape[1], *past.shape[1:]), np.float32)
        for hop, window in enumerate(windows):
            wave = self._tones @ rising[:, hop].T
            np.add(wave, after_1, out=window)
            np.add(wave, after_3, out=after_3)
            wave *= self._turns
            np.add(wave, after_2, out=after_1)
            after_2[:] = after_3
            after_3[:] = wave
        np.square(windows, out=windows)
        tones = len(TONES_HZ)
        energy = windows[:, :tones] + windows[:, tones:]
        energy += self._floor
        return np.asarray(energy)

    def _voiced(self, level: Floats, rising: Floats) -> NDArray[np.bool_]:
        power = np.einsum("shn,shn->hs", level, level)
        risen = np.einsum("shn,shn->hs", rising, rising)
        lowest, highest = _VOICE_BAND
        low = (risen > lowest * power) & (risen < highest * power)
        return np.asarray(low & (power > self._voice_floor))
