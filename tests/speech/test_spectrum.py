import numpy as np
import pytest

from speech.chord import TONES_HZ, data_tones
from speech.spectrum import Analyser, Floats


def waves(frequencies: list[float], rate_hz: int, hops: int, peak: float = 500.0) -> Floats:
    """One stream of equal sines, with the samples that the analysis needs before the first hop."""
    analyser = Analyser(rate_hz)
    times = np.arange(hops * analyser.hop_n + analyser.past_n) / rate_hz
    sound = np.sin(2 * np.pi * np.outer(frequencies, times)).sum(axis=0)
    return (peak * sound).astype(np.float32)[None]


@pytest.mark.parametrize("rate_hz", [8000, 16000, 24000, 44100, 48000])
def test_a_chord_is_found_whatever_its_level(rate_hz: int) -> None:
    analyser = Analyser(rate_hz)
    sound = waves(TONES_HZ[[2, *data_tones(42)]].tolist(), rate_hz, 8)
    for gain in (0.2, 1.0, 30.0):
        spectrum = analyser.analyse(sound * np.float32(gain), analyser.new_past(1))
        assert spectrum.clock[-1, 2, 0] > 0.95
        assert spectrum.clarity[-1, 0] > 0.95
        found = spectrum.data[-1, :, 0].reshape(4, 8).argmax(axis=1)
        assert (found + np.arange(4) * 8 + 4).tolist() == data_tones(42)


def test_shares_sum_to_one() -> None:
    analyser = Analyser(8000)
    noise = np.random.default_rng(1).normal(0, 300, (3, 1 + 5 * 80)).astype(np.float32)
    spectrum = analyser.analyse(noise, analyser.new_past(3))
    assert np.allclose(spectrum.clock.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(spectrum.data.reshape(5, 4, 8, 3).sum(axis=2), 1, atol=1e-5)
    assert spectrum.clarity.mean() < 0.6


def test_hops_may_come_one_by_one() -> None:
    analyser = Analyser(8000)
    sound = np.random.default_rng(2).normal(0, 300, (2, 1 + 6 * 80)).astype(np.float32)
    whole = analyser.analyse(sound, analyser.new_past(2))
    past = analyser.new_past(2)
    for hop in range(6):
        one = analyser.analyse(sound[:, hop * 80 : 1 + (hop + 1) * 80], past)
        assert np.allclose(one.data[0], whole.data[hop], atol=1e-4)
        assert np.allclose(one.clock[0], whole.clock[hop], atol=1e-4)


@pytest.mark.parametrize(
    ("frequencies", "peak", "voiced"),
    [
        ([134.0, 402.0, 804.0], 2000.0, True),
        ([134.0, 402.0, 804.0], 40.0, False),
        ([50.0], 2000.0, False),
        ([2000.0, 2600.0], 2000.0, False),
    ],
)
def test_voiced_is_sound_between_100_and_1350_hz(
    frequencies: list[float], peak: float, voiced: bool
) -> None:
    analyser = Analyser(8000)
    found = analyser.voiced(waves(frequencies, 8000, 8, peak))
    assert (found.mean() > 0.5) == voiced
