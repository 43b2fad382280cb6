from pathlib import Path

import numpy as np
import pytest

from bench.second_opinion.sound import Stretch, audible, joined, read_stereo

from .recordings import RATE_HZ, wav


def bounds(stretches: list[Stretch]) -> list[tuple[float, float]]:
    return [(round(each.from_s, 2), round(each.until_s, 2)) for each in stretches]


def test_both_channels_are_told_apart(tmp_path: Path) -> None:
    path = wav(tmp_path / "call.wav", 6.0, [Stretch(1, 2)], [Stretch(2.5, 4), Stretch(5, 6)])
    rate_hz, samples = read_stereo(path)
    assert (rate_hz, samples.shape) == (RATE_HZ, (6 * RATE_HZ, 2))
    assert bounds(audible(samples[:, 0], rate_hz)) == [(1, 2)]
    assert bounds(audible(samples[:, 1], rate_hz)) == [(2.5, 4), (5, 6)]


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "call.wav").write_bytes(b"no recording")
    with pytest.raises(ValueError, match="no WAV file"):
        read_stereo(tmp_path / "call.wav")


def test_a_breath_is_no_pause_and_a_click_no_sound() -> None:
    sound = np.zeros(4 * RATE_HZ)
    for from_s, until_s in ((0.5, 1), (1.2, 1.5), (3, 3.01)):
        sound[int(from_s * RATE_HZ) : int(until_s * RATE_HZ)] = 0.2
    assert bounds(audible(sound, RATE_HZ)) == [(0.5, 1.5)]


def test_steady_noise_is_silence() -> None:
    noise = 0.02 * np.where(np.arange(4 * RATE_HZ) % 2, 1.0, -1.0)
    assert audible(noise, RATE_HZ) == []
    noise[RATE_HZ : 2 * RATE_HZ] *= 20
    assert bounds(audible(noise, RATE_HZ)) == [(1, 2)]


def test_speech_from_end_to_end_is_no_noise() -> None:
    assert bounds(audible(np.full(RATE_HZ, 0.2), RATE_HZ)) == [(0, 1)]


def test_of_nothing_nothing_is_heard() -> None:
    assert audible(np.zeros(10), RATE_HZ) == []


def test_joining_fills_pauses_up_to_a_length() -> None:
    stretches = [Stretch(0, 1), Stretch(1.5, 2), Stretch(4, 5)]
    assert joined(stretches, 1) == [Stretch(0, 2), Stretch(4, 5)]
