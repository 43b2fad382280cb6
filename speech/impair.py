"""What a network and a room do to call audio: lost frames, in bursts too, and white noise."""

from __future__ import annotations

from enum import Enum

import numpy as np

from .tones import Samples, to_samples


class Loss(Enum):
    """What becomes of the time of a lost frame."""

    ZERO = "zero"
    """It is silent."""
    DELETE = "delete"
    """It is skipped: what follows comes earlier."""
    REPEAT = "repeat"
    """The frame before sounds again."""


def lose_frames(
    samples: Samples,
    rate_hz: int,
    share: float,
    chance: np.random.Generator,
    *,
    how: Loss = Loss.ZERO,
    burst: int = 1,
    frame_s: float = 0.02,
) -> Samples:
    """Lose about `share` (0 to 1) of all frames, `burst` frames in a row."""
    frame_n = round(rate_hz * frame_s)
    offset_n = int(chance.integers(frame_n))
    starts_n = range(offset_n, len(samples), frame_n)
    begins = chance.random(len(starts_n)) < share / burst
    lost = np.convolve(begins, np.ones(burst, np.int64))[: len(starts_n)] > 0
    frames = [samples[:offset_n]]
    for start_n, gone in zip(starts_n, lost, strict=True):
        frame = samples[start_n : start_n + frame_n]
        if not gone:
            frames.append(frame)
        elif how is Loss.ZERO:
            frames.append(np.zeros_like(frame))
        elif how is Loss.REPEAT:
            before_n = max(0, start_n - frame_n)
            frames.append(samples[before_n : before_n + len(frame)])
    return np.concatenate(frames)


def add_noise(samples: Samples, snr_db: float, chance: np.random.Generator) -> Samples:
    """Add white noise, `snr_db` below the rms of all samples."""
    rms = np.sqrt(np.mean(samples.astype(np.float64) ** 2))
    noise = chance.standard_normal(len(samples)) * rms * 10 ** (-snr_db / 20)
    return to_samples(samples + noise)
