import numpy as np
import pytest

from speech.loudness import onset, rms_dbfs


def test_onset_is_the_first_sample_of_energy() -> None:
    sound = np.zeros(4000, np.int16)
    sound[:1000] = 20
    sound[1234:] = 3000
    assert onset(sound, 8000) == 1234


def test_a_single_click_below_the_floor_is_no_onset() -> None:
    sound = np.zeros(4000, np.int16)
    sound[100] = 300
    assert onset(sound, 8000) is None
    assert onset(np.zeros(0, np.int16), 8000) is None


def test_rms() -> None:
    assert rms_dbfs(np.full(100, 3277, np.int16)) == pytest.approx(-20, abs=0.01)
    assert rms_dbfs(np.zeros(5, np.int16)) == float("-inf")
