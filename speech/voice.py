"""The voice under the tones: harmonics below 1350 Hz that voice-activity detectors take for speech.

It carries no data. Its vowels follow the spelling, its loudness a 4.4 Hz syllable rhythm that
starts at full strength, its pitch falls over the piece.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .steps import Steps, at_once
from .tones import fade_in

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class Voice:
    """A speaker: mean pitch in Hz, and a seed for the melody of its sentences."""

    name: str
    pitch_hz: float
    seed: int = 0


VOICES: dict[str, Voice] = {
    voice.name: voice
    for voice in (
        Voice("mira", 134, 1),
        Voice("otto", 106, 2),
        Voice("jonas", 113, 3),
        Voice("pia", 120, 4),
        Voice("selma", 127, 5),
    )
}
DEFAULT_VOICE = VOICES["mira"]

FILLERS = "egaoie"
"""What symbols that stand for no letter are voiced with, in turn.

Silence there would sound like an end, and one long vowel like a machine.
"""

_CONTROL_HZ = 200
_CEILING_HZ, _CEILING_WIDTH_HZ = 1340, 60
_TILT = 0.36
_F1_SCALE = 1.275
_F1_WIDTH_HZ, _F2_WIDTH_HZ, _F2_GAIN = 80 * 1.28, 110 * 1.28, 0.24
_FALL, _JITTER = 0.35, 0.005
# Depth, rate in Hz and where in its turn the melody starts: low at first, so that it rises.
_MELODY = ((0.14, 2.3, (0.5, 0.75)), (0.02, 0.7, (0.0, 1.0)))
_SYLLABLES_HZ = 4.4
_QUIET, _QUIET_RUN, _RAISED = 0.2, 2, 0.5
_PEAK_CREST = 10.5
STEP_N = 8000
"""About how many samples are voiced in one step: a millisecond or two of one core."""

_VOWELS = {
    "a": (750.0, 1150.0, 1.0),
    "e": (520.0, 1280.0, 1.0),
    "i": (320.0, 1280.0, 1.0),
    "o": (480.0, 880.0, 1.0),
    "u": (340.0, 800.0, 1.0),
    "y": (330.0, 1250.0, 1.0),
}
_VOWEL_ORDER = tuple(_VOWELS.values())
_SONORANTS = "lrmnw"
_VOICED_STOPS = "bdgvzj"
_PUNCTUATION = (450.0, 1000.0, 0.05)

_SINE: NDArray[np.float32] = np.sin(2 * np.pi * np.arange(1 << 16) / (1 << 16)).astype(np.float32)


def _articulation(letter: str) -> tuple[float, float, float]:
    """First and second formant in Hz and loudness of one letter."""
    letter = letter.lower()
    if letter in _VOWELS:
        return _VOWELS[letter]
    if letter in _SONORANTS:
        return 300.0, 1000.0 + 40 * _SONORANTS.index(letter), 0.10
    if letter in _VOICED_STOPS:
        return 250.0, 900.0, 0.27
    if letter.isdecimal():
        f1, f2, _ = _VOWEL_ORDER[int(letter) % len(_VOWEL_ORDER)]
        return f1, f2, 0.9
    if letter == " ":
        return 400.0, 1000.0, 0.11
    if letter.isalpha():
        return (450.0, 1000.0, 0.75) if letter.isascii() else (600.0, 1100.0, 0.9)
    return _PUNCTUATION


def _articulations(letters: Sequence[str]) -> Curve:
    """[letters, 3], with no stretch of more than two quiet ones."""
    rows = [_articulation(letter) for letter in letters]
    quiet = 0
    for place, (f1, f2, loudness) in enumerate(rows):
        quiet = quiet + 1 if loudness < _QUIET else 0
        if quiet > _QUIET_RUN:
            rows[place] = f1, f2, _RAISED
            quiet = 0
    return np.array(rows)


def _smooth(curve: Curve) -> Curve:
    """65 ms Hann smoothing: the speed at which a mouth moves."""
    weights = np.hanning(15)[1:-1]
    reach = len(weights) // 2
    return np.convolve(np.pad(curve, reach, "edge"), weights / weights.sum(), "valid")


def _pitch(voice: Voice, text: str, times: Curve) -> Curve:
    chance = np.random.default_rng((voice.seed, zlib.crc32(text.encode("utf-8", "surrogatepass"))))
    fall = 1 + _FALL * (0.45 - times / times[-1])
    melody = 1 + sum(
        depth * np.sin(2 * np.pi * (rate_hz * times + chance.uniform(*begins)))
        for depth, rate_hz, begins in _MELODY
    )
    jitter = 1 + _JITTER * chance.standard_normal(len(times))
    return np.asarray(voice.pitch_hz * fall * melody * jitter)


def _resonance(frequency: Curve, formant: Curve, width_hz: float) -> Curve:
    detuning = 1 - (frequency / formant) ** 2
    return np.asarray(1 / np.sqrt(detuning**2 + (width_hz * frequency / formant**2) ** 2))


def _harmonic_loudness(count: int, pitch: Curve, f1: Curve, f2: Curve) -> Curve:
    """[harmonics, points]: the loudness of the first `count` harmonics."""
    frequency = np.arange(1, count + 1)[:, None] * pitch
    tilt = np.array([number**-_TILT for number in range(1, count + 1)])[:, None]
    under_ceiling = np.clip((_CEILING_HZ - frequency) / _CEILING_WIDTH_HZ, 0, 1)
    formants = _resonance(frequency, f1, _F1_WIDTH_HZ)
    formants += _F2_GAIN * _resonance(frequency, f2, _F2_WIDTH_HZ)
    return np.asarray(tilt * under_ceiling * formants)


def _stretch(curve: Curve, step_n: int) -> NDArray[np.float32]:
    """Curves of control points, linearly interpolated to `step_n` samples for each."""
    rise = (np.arange(step_n) / step_n).astype(np.float32)
    corners = np.stack([curve[..., :-1], curve[..., 1:]], axis=-1).astype(np.float32)
    return (corners @ np.stack([1 - rise, rise])).reshape(*curve.shape[:-1], -1)


def _voice(
    sound: NDArray[np.float32], curves: Curve, harmonics: int, turned_hz: float, rate_hz: int
) -> float:
    """Fill a stretch of sound from its curves of pitch, loudness, and first and second formant.

    `turned_hz` is the sum of the pitch of all samples before it; returns that after it.
    """
    pitch, loudness, f1, f2 = curves
    step_n = len(sound) // (len(pitch) - 1)
    turns = _stretch(pitch, step_n).astype(np.float64)
    turns[0] += turned_hz
    np.cumsum(turns, out=turns)
    phase = (turns / rate_hz * (1 << 16)).astype(np.int64).astype(np.uint16)
    loudnesses = _stretch(loudness * _harmonic_loudness(harmonics, pitch, f1, f2), step_n)
    sound[:] = 0
    for number, wave in enumerate(loudnesses, 1):
        # A phase that grows with the square of the harmonic's number lowers the peak.
        offset = np.uint16(round(0.75 * number**2 / 24 * (1 << 16)) & 0xFFFF)
        wave *= _SINE.take(phase * np.uint16(number) + offset)
        sound += wave
    return float(turns[-1])


def render(
    voice: Voice, letters: Sequence[str], ends_n: Sequence[int], rate_hz: int
) -> NDArray[np.float32]:
    """What `rendering` returns, at once."""
    return at_once(rendering(voice, letters, ends_n, rate_hz))


def rendering(
    voice: Voice, letters: Sequence[str], ends_n: Sequence[int], rate_hz: int
) -> Steps[NDArray[np.float32]]:
    """Voice a piece, one letter a slot; `ends_n` are the slots' last samples + 1.

    Returns samples of rms 1, and 5 ms more than `ends_n[-1]`, in which it fades out. It sets in at
    full strength: after a soft onset, detectors take longer to be sure and are sooner in doubt.
    """
    fall = fade_in(rate_hz)[::-1]
    total_n = ends_n[-1] + len(fall)
    step_n = round(rate_hz / _CONTROL_HZ)
    times = np.arange(-(-total_n // step_n) + 1) * step_n / rate_hz
    slots = np.searchsorted(np.asarray(ends_n) / rate_hz, times, "right")
    shapes = _articulations(letters)[np.minimum(slots, len(letters) - 1)]
    f1, f2, loudness = (_smooth(column) for column in shapes.T)
    f1 *= _F1_SCALE
    loudness *= 0.5 + 0.5 * np.cos(2 * np.pi * _SYLLABLES_HZ * times)

    curves = np.array([_pitch(voice, "".join(letters), times), loudness, f1, f2])
    harmonics = int(_CEILING_HZ / curves[0].min())
    sound = np.empty((len(times) - 1) * step_n, np.float32)
    turned_hz, stride = 0.0, max(1, STEP_N // step_n)
    for start in range(0, len(times) - 1, stride):
        yield
        part = curves[:, start : start + stride + 1]
        stretch = sound[start * step_n : (start + stride) * step_n]
        turned_hz = _voice(stretch, part, harmonics, turned_hz, rate_hz)
    yield
    sound = sound[:total_n]
    sound /= np.sqrt(np.mean(sound * sound))
    sound[-len(fall) :] *= fall
    return np.clip(sound, -_PEAK_CREST, _PEAK_CREST)
