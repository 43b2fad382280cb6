"""Recordings are known again, whatever has happened to them on the way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from speech.fingerprint import LIKE, RATE_HZ, SHORTEST_S, audible_s, likeness, probe, shape
from speech.g711 import mulaw_decode, mulaw_encode
from speech.resample import resample
from speech.tones import Samples, to_samples

from .recorded import recorded

CLIPS = [recorded(seed, 3.0) for seed in range(4)]
PROBES = [probe(clip) for clip in CLIPS]
OTHERS = 0.45


def noisy(clip: Samples, snr_db: float) -> Samples:
    rms = np.sqrt((clip.astype(float) ** 2).mean())
    noise = np.random.default_rng(9).normal(size=len(clip))
    return to_samples(clip + noise * rms * 10 ** (-snr_db / 20))


WAYS: dict[str, Callable[[Samples], Samples]] = {
    "as it is": lambda clip: clip,
    "µ-law": lambda clip: mulaw_decode(mulaw_encode(clip)),
    "quieter": lambda clip: to_samples(clip * 0.3),
    "later, by no whole frame": lambda clip: np.concatenate([np.zeros(1237, np.int16), clip]),
    "at 16 kHz and back": lambda clip: resample(resample(clip, 8000, 16000), 16000, 8000),
    "in noise": lambda clip: noisy(clip, 10),
    "cut off": lambda clip: clip[:RATE_HZ],
    "between other words": lambda clip: np.concatenate([recorded(90, 3), clip, recorded(91, 3)]),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_recording_is_known_and_no_other(way: str) -> None:
    for index, clip in enumerate(CLIPS[:2]):
        heard = shape(WAYS[way](clip))
        assert likeness(PROBES[index], heard) > LIKE
        assert max(likeness(each, heard) for each in PROBES if each is not PROBES[index]) < OTHERS


def test_silence_before_the_first_sound_of_a_recording_does_not_matter() -> None:
    late = np.concatenate([np.zeros(8000, np.int16), CLIPS[0]])
    assert likeness(probe(late), shape(CLIPS[0])) > LIKE


@pytest.mark.parametrize("samples", [0, 100, 4000])
def test_of_too_little_nothing_is_said(samples: int) -> None:
    little = CLIPS[0][: samples // 2]
    assert audible_s(probe(little)) < SHORTEST_S
    assert likeness(probe(little), shape(CLIPS[0])) == 0
    assert likeness(PROBES[0], shape(little)) == 0


def test_what_cannot_be_heard_has_no_shape() -> None:
    assert not shape(to_samples(CLIPS[0] * 0.01)).any()
    assert likeness(PROBES[0], shape(np.zeros(RATE_HZ, np.int16))) == 0
