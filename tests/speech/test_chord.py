from itertools import combinations

import numpy as np

from speech.chord import CLOCK_TONES, TONES_HZ, codebook, data_tones, digits


def test_published_digits() -> None:
    assert digits(9) == (1, 1, 0, 3)
    assert digits(63) == (7, 7, 0, 2)


def test_any_two_values_differ_in_three_tones_or_more() -> None:
    assert all(
        sum(a != b for a, b in zip(digits(one), digits(other), strict=True)) >= 3
        for one, other in combinations(range(64), 2)
    )


def test_the_frequency_plan() -> None:
    assert TONES_HZ[0] == 1450
    assert TONES_HZ[-1] == 3200
    assert not (TONES_HZ % 50).any()
    assert TONES_HZ[data_tones(0)].tolist() == [1650, 2050, 2450, 2850]


def test_the_codebook_has_one_tone_a_group() -> None:
    book = codebook()
    assert book.shape == (64, 32)
    assert (book.reshape(64, 4, 8).sum(axis=2) == 1).all()
    assert np.flatnonzero(book[63]).tolist() == [tone - CLOCK_TONES for tone in data_tones(63)]
