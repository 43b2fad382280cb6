"""The sound of chords: data and clock tones of one symbol, ready to be added to a voice.

A symbol sounds from its start to 5 ms after its end: the fade-out of one symbol lies under the
fade-in of the next, and the two gains sum to one, so that a tone that stays is continuous.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .chord import CHORD_TONES, CLOCK_TONES, SPACING_HZ, TONE_PHASES, TONES_HZ, data_tones

Samples = NDArray[np.int16]

FULL_SCALE = 32767
_MIX_RMS = 0.08  # -22 dBFS
_DATA_LEVEL = 10 ** (-7.5 / 20)  # all five tones together, relative to the voice
VOICE_RMS = FULL_SCALE * _MIX_RMS / (1 + _DATA_LEVEL**2) ** 0.5
_TONE_PEAK = VOICE_RMS * _DATA_LEVEL * (2 / CHORD_TONES) ** 0.5
_FADE_S = 0.005
_TRACK_SYMBOLS = 32


def to_samples(sound: NDArray[np.floating]) -> Samples:
    """Round to int16, clipped."""
    return np.asarray(np.clip(np.rint(sound), -32768, 32767), np.int16)


def fade_in(rate_hz: int) -> NDArray[np.float32]:
    """The rising half of the 5 ms raised-cosine cross-fade; reversed, it is the falling half."""
    length = round(_FADE_S * rate_hz)
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / length)
    return rise.astype(np.float32)


class ToneTable:
    """The tones of one sample rate and symbol length, rendered once each."""

    def __init__(self, rate_hz: int, symbol_n: int) -> None:
        rise = fade_in(rate_hz)
        self.symbol_n = symbol_n
        self.fade_n = len(rise)
        self._period_n = rate_hz // SPACING_HZ
        self._length_n = symbol_n + self.fade_n
        self._gain = np.concatenate([rise, np.ones(symbol_n - self.fade_n, np.float32), rise[::-1]])
        times = np.arange(self._period_n + self._length_n) / rate_hz
        angles = 2 * np.pi * np.outer(TONES_HZ, times) + TONE_PHASES[:, None]
        self._tones = (_TONE_PEAK * np.cos(angles)).astype(np.float32)
        self._symbols: dict[tuple[int, int], Samples] = {}
        self._tracks: dict[tuple[int, int, int], Samples] = {}

    def data(self, value: int, start_n: int) -> Samples:
        """The data tones of a value whose symbol starts at sample `start_n` of its piece."""
        return self._symbol(CLOCK_TONES + value, start_n)

    def clock(self, clock: int, start_n: int) -> Samples:
        """The clock tone of a symbol, likewise."""
        return self._symbol(clock, start_n)

    def _symbol(self, name: int, start_n: int) -> Samples:
        phase_n = start_n % self._period_n
        sound = self._symbols.get((name, phase_n))
        if sound is None:
            tones = [name] if name < CLOCK_TONES else data_tones(name - CLOCK_TONES)
            wave = self._tones[tones, phase_n : phase_n + self._length_n].sum(axis=0)
            sound = np.rint(wave * self._gain).astype(np.int16)
            self._symbols[name, phase_n] = sound
        return sound

    def add_clock(self, samples: Samples, start_n: int, count: int, first: int, step: int) -> None:
        """Add the clock tones of `count` symbols in a row to `samples`, from clock `first` on."""
        while count > 0:
            length = min(count, _TRACK_SYMBOLS)
            end_n = start_n + length * self.symbol_n
            samples[start_n:end_n] += self._track(start_n, first, step)[: end_n - start_n]
            last = (first + step * (length - 1)) % CLOCK_TONES
            fade = self.clock(last, end_n - self.symbol_n)[self.symbol_n :]
            samples[end_n : end_n + self.fade_n] += fade
            start_n, first, count = end_n, (last + step) % CLOCK_TONES, count - length

    def _track(self, start_n: int, first: int, step: int) -> Samples:
        phase_n = start_n % self._period_n
        track = self._tracks.get((phase_n, first, step))
        if track is None:
            track = np.zeros(_TRACK_SYMBOLS * self.symbol_n + self.fade_n, np.int16)
            for place in range(_TRACK_SYMBOLS):
                at = place * self.symbol_n
                sound = self.clock((first + step * place) % CLOCK_TONES, phase_n + at)
                track[at : at + self._length_n] += sound
            self._tracks[phase_n, first, step] = track
        return track


@lru_cache(maxsize=32)
def tone_table(rate_hz: int, symbol_n: int) -> ToneTable:
    """The process's table for this sample rate and symbol length."""
    return ToneTable(rate_hz, symbol_n)
