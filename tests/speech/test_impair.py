import numpy as np
import pytest

from speech.impair import Loss, add_noise, lose_frames

SOUND = np.arange(1, 32001).astype(np.int16)
FRAME_N = 160


def chance(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_zeroed_frames_keep_the_time() -> None:
    heard = lose_frames(SOUND, 8000, 0.1, chance())
    lost = heard != SOUND
    assert len(heard) == len(SOUND)
    assert (heard[lost] == 0).all()
    assert 0.05 < lost.mean() < 0.2


def test_deleted_frames_are_skipped() -> None:
    heard = lose_frames(SOUND, 8000, 0.1, chance(), how=Loss.DELETE)
    zeroed = lose_frames(SOUND, 8000, 0.1, chance())
    assert (heard == zeroed[zeroed != 0]).all()


def test_repeated_frames_sound_like_the_ones_before() -> None:
    heard = lose_frames(SOUND, 8000, 0.1, chance(), how=Loss.REPEAT)
    changed = np.flatnonzero(heard != SOUND)
    assert len(changed)
    assert (heard[changed] == SOUND[changed - FRAME_N]).all()


def test_bursts_are_frames_in_a_row() -> None:
    heard = lose_frames(np.ones(320_000, np.int16), 8000, 0.05, chance(), burst=3)
    edges = np.flatnonzero(np.diff(np.pad(heard == 0, 1).astype(int)))
    lengths = edges[1::2] - edges[::2]
    assert (lengths[:-1] >= 3 * FRAME_N).all()
    assert 0.02 < (heard == 0).mean() < 0.1


@pytest.mark.parametrize("how", Loss)
def test_one_seed_loses_the_same_frames(how: Loss) -> None:
    first, second = (lose_frames(SOUND, 8000, 0.2, chance(7), how=how) for _ in range(2))
    assert (first == second).all()
    assert len(lose_frames(SOUND, 8000, 0, chance(), how=how)) == len(SOUND)


def test_noise_is_as_far_below_the_sound_as_told() -> None:
    sound = np.rint(3000 * np.sin(np.arange(80_000) / 5)).astype(np.int16)
    noise = add_noise(sound, 10, chance()).astype(float) - sound
    assert 20 * np.log10(sound.std() / noise.std()) == pytest.approx(10, abs=0.1)
