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
        the voice back.
        """
        energy = self._energy(self._rising(samples), past)
        hops, _, streams = energy.shape
        clock = energy[:, :CLOCK_TONES]
        clock /= clock.sum(axis=1, keepdims=True)
        data = energy[:, CLOCK_TONES:].reshape(hops, DATA_GROUPS, GROUP_TONES, streams)
        data /= data.sum(axis=2, keepdims=True)
        clarity = data.max(axis=2).sum(axis=1)
        clarity /= DATA_GROUPS
        return Spectrum(clock, data.reshape(hops, DATA_TONES, streams), clarity)

    def voiced(self, samples: Floats) -> NDArray[np.bool_]:
        """[hops, S] whether there is sound whose energy lies between 100 Hz and 1350 Hz.

        Whether the difference that `analyse` takes lowers the energy tells where it lies.
        """
        rising = self._rising(samples)
        level = samples[:, self.past_n :].reshape(rising.shape)
        power = np.einsum("shn,shn->hs", level, level)
        risen = np.einsum("shn,shn->hs", rising, rising)
        lowest, highest = _VOICE_BAND
        low = (risen > lowest * power) & (risen < highest * power)
        return np.asarray(low & (power > self._voice_floor))

    def _rising(self, samples: Floats) -> Floats:
        rising = samples[:, self.past_n :] - samples[:, : -self.past_n]
        return rising.reshape(len(samples), -1, self.hop_n)

    def _energy(self, rising: Floats, past: Floats) -> Floats:
        """[hops, 36, S] of the sum of the last four hops' waves.

        `past` is the last hop's wave, turned, and the last two sums of a hop and the one before.
        """
        waves = self._tones @ rising.transpose(1, 2, 0)
        hops, tones = len(waves), len(TONES_HZ)
        pairs = np.empty((hops + 2, *past.shape[1:]), np.float32)
        pairs[:2] = past[1:]
        np.add(waves[0], past[0], out=pairs[2])
        if hops > 1:
            np.multiply(waves[:-1], self._turns, out=pairs[3:])
            pairs[3:] += waves[1:]
        np.multiply(waves[-1], self._turns, out=past[0])
        past[1:] = pairs[-2:]
        windows = np.add(pairs[2:], pairs[:-2], out=waves)
        np.square(windows, out=windows)
        energy = windows[:, :tones] + windows[:, tones:]
        energy += self._floor
        return np.asarray(energy)
