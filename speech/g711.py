"""G.711: µ-law and A-law, eight bits a sample (ITU-T G.711, tables 1 and 2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .tones import Samples

_MULAW_BIAS = 0x84


def _mulaw_sample(code: int) -> int:
    """The 16-bit sample of a µ-law code: sign, segment and step, all bits inverted."""
    inverted = ~code & 0xFF
    segment, step = inverted >> 4 & 7, inverted & 15
    size = (((step << 3) + _MULAW_BIAS) << segment) - _MULAW_BIAS
    return -size if inverted & 0x80 else size


def _alaw_sample(code: int) -> int:
    """The 16-bit sample of an A-law code, whose even bits are inverted."""
    toggled = code ^ 0x55
    segment, step = toggled >> 4 & 7, toggled & 15
    size = (step << 4) + 8
    if segment:
        size = (size + 0x100) << (segment - 1)
    return size if toggled & 0x80 else -size


def _encoder(decoded: Samples, silence_code: int) -> NDArray[np.uint8]:
    """[65536] the code whose sample is nearest, for each sample read as unsigned."""
    order = np.argsort(decoded, kind="stable")
    levels = decoded[order].astype(np.int32)
    samples = np.arange(-32768, 32768, dtype=np.int32)
    above = np.clip(np.searchsorted(levels, samples), 1, len(levels) - 1)
    nearer_below = samples - levels[above - 1] <= levels[above] - samples
    codes = order[above - nearer_below].astype(np.uint8)
    codes[samples == decoded[silence_code]] = silence_code
    return np.roll(codes, -32768)


_MULAW_SAMPLES: Samples = np.array([_mulaw_sample(code) for code in range(256)], np.int16)
_ALAW_SAMPLES: Samples = np.array([_alaw_sample(code) for code in range(256)], np.int16)
MULAW_SILENCE, ALAW_SILENCE = 0xFF, 0xD5
_MULAW_CODES = _encoder(_MULAW_SAMPLES, MULAW_SILENCE)
_ALAW_CODES = _encoder(_ALAW_SAMPLES, ALAW_SILENCE)


def mulaw_decode(data: bytes) -> Samples:
    """µ-law bytes to int16 samples."""
    return _MULAW_SAMPLES.take(np.frombuffer(data, np.uint8))


def mulaw_encode(samples: Samples) -> bytes:
    """int16 samples to µ-law bytes, each the nearest code; zero is 0xFF."""
    return _MULAW_CODES.take(samples.view(np.uint16)).tobytes()


def alaw_decode(data: bytes) -> Samples:
    """A-law bytes to int16 samples."""
    return _ALAW_SAMPLES.take(np.frombuffer(data, np.uint8))


def alaw_encode(samples: Samples) -> bytes:
    """int16 samples to A-law bytes, each the nearest code."""
    return _ALAW_CODES.take(samples.view(np.uint16)).tobytes()
