"""Channels between mouth and ear: codecs, rate converters of other makers, losses and noise."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import gcd

import numpy as np
import scipy.signal
import soxr

from speech.encoding import Encoding
from speech.impair import Loss, add_noise, lose_frames
from speech.resample import resample
from speech.tones import Samples, to_samples

Chance = np.random.Generator
Channel = Callable[[Samples, Chance], Samples]
Converter = Callable[[Samples, int, int], Samples]


def by_soxr(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """libsoxr, high quality."""
    return np.asarray(soxr.resample(samples, from_hz, to_hz, quality="HQ"), np.int16)


def by_scipy(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """scipy's polyphase filter."""
    common = gcd(from_hz, to_hz)
    floats = samples.astype(np.float64)
    return to_samples(scipy.signal.resample_poly(floats, to_hz // common, from_hz // common))


def by_lines(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Straight lines between samples and no filter at all."""
    times = np.arange(len(samples) * to_hz // from_hz) * from_hz / to_hz
    return to_samples(np.interp(times, np.arange(len(samples)), samples))


CONVERTERS: dict[str, Converter] = {
    "soxr": by_soxr, "scipy poly": by_scipy, "linear": by_lines, "speech": resample,
}  # fmt: skip


def coded(samples: Samples, encoding: Encoding) -> Samples:
    """Through a codec and back."""
    return encoding.decode(encoding.encode(samples))


def mulaw(samples: Samples) -> Samples:
    """Through µ-law and back."""
    return coded(samples, Encoding.MULAW)


def converted(converter: Converter, *rates_hz: int) -> Channel:
    """µ-law, then from one rate to the next."""

    def channel(samples: Samples, chance: Chance) -> Samples:
        samples = mulaw(samples)
        for from_hz, to_hz in pairwise(rates_hz):
            samples = converter(samples, from_hz, to_hz)
        return samples

    return channel


def lossy(share: float, how: Loss, burst: int = 1) -> Channel:
    """µ-law, then lost 20 ms frames at 8 kHz."""
    return lambda samples, chance: lose_frames(
        mulaw(samples), 8000, share, chance, how=how, burst=burst
    )


def noisy(snr_db: float) -> Channel:
    """White noise."""
    return lambda samples, chance: add_noise(samples, snr_db, chance)


def hard(samples: Samples, chance: Chance) -> Samples:
    """White noise at 15 dB, µ-law, 3 % of frames lost, then to 16 kHz by straight lines."""
    lost = lose_frames(mulaw(add_noise(samples, 15, chance)), 8000, 0.03, chance)
    return by_lines(lost, 8000, 16000)


def channels() -> list[tuple[str, int, Channel]]:
    """Name, sample rate at the ear, channel from 8 kHz; the rows of the table."""
    rows: list[tuple[str, int, Channel]] = [
        ("clean", 8000, lambda samples, chance: samples),
        ("µ-law", 8000, lambda samples, chance: mulaw(samples)),
        ("A-law", 8000, lambda samples, chance: coded(samples, Encoding.ALAW)),
    ]
    for name, converter in CONVERTERS.items():
        for rates_hz in ((8000, 16000, 8000), (8000, 24000, 16000), (8000, 48000, 16000)):
            chain = ">".join(str(rate_hz // 1000) for rate_hz in rates_hz)
            rows.append((f"µ-law, {chain} {name}", rates_hz[-1], converted(converter, *rates_hz)))
    for done, how in (("zeroed", Loss.ZERO), ("deleted", Loss.DELETE), ("repeated", Loss.REPEAT)):
        rows += [
            (f"µ-law, {percent} % of frames {done}", 8000, lossy(percent / 100, how))
            for percent in (1, 3, 5, 10)
        ]
    for burst in (2, 3):
        name = f"µ-law, 5 % zeroed in bursts of {20 * burst} ms"
        rows.append((name, 8000, lossy(0.05, Loss.ZERO, burst)))
    rows += [(f"white noise {snr_db} dB", 8000, noisy(snr_db)) for snr_db in (20, 15, 10, 5)]
    rows.append(("white 15 dB, µ-law, 3 % zeroed, linear 8>16", 16000, hard))
    return rows
