"""Sound like a person's, made of nothing but a number: for tests that need recordings."""

from __future__ import annotations

import numpy as np

from speech.tones import Samples, to_samples

RATE_HZ = 8000


def recorded(seed: int, seconds: float, peak: float = 9000) -> Samples:
    """Vowels, hisses and gaps of 60 to 180 ms; another seed says something else."""
    chance = np.random.default_rng(seed)
    sounds = [_sound(chance, int(chance.uniform(0.06, 0.18) * RATE_HZ)) for _ in range(100)]
    sound = np.concatenate(sounds)[: round(seconds * RATE_HZ)]
    return to_samples(sound / np.abs(sound).max() * peak)


def _sound(chance: np.random.Generator, length: int) -> np.ndarray:
    ramp = np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / 80)
    kind = chance.random()
    if kind < 0.1:
        return np.zeros(length)
    if kind < 0.25:
        return chance.normal(size=length) * 0.1 * ramp
    formants = [chance.uniform(*span) for span in ((250, 800), (900, 2300), (2300, 3200))]
    harmonics = np.arange(1, 24) * chance.uniform(115, 145)
    gains = sum(1 / (1 + ((harmonics - formant) / 90) ** 2) for formant in formants)
    angles = 2 * np.pi * np.outer(np.arange(length) / RATE_HZ, harmonics)
    return np.asarray(np.sin(angles) @ gains * ramp)
