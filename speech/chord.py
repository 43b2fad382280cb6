"""The chord of a symbol: which of 36 tones sound for a 6-bit value and a position of the clock.

Each value is a codeword of the Reed-Solomon code RS[4,2] over GF(8), distance 3: one tone in each
of four groups of eight. A fifth tone, one of four, is the symbol clock.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SPACING_HZ = 50
"""Every tone is a multiple of it: a lost 20 ms frame leaves the tones' phases continuous."""
CLOCK_TONES = 4
DATA_GROUPS, GROUP_TONES = 4, 8
DATA_TONES = DATA_GROUPS * GROUP_TONES
TONES_HZ: NDArray[np.float64] = 1450 + SPACING_HZ * np.arange(
    CLOCK_TONES + DATA_TONES, dtype=np.float64
)
"""The clock tones, then the eight tones of each group of data."""
CHORD_TONES = 1 + DATA_GROUPS

# Quadratic in the tone's number: no instant at which all tones peak together.
_GOLDEN = (5**0.5 - 1) / 2
TONE_PHASES: NDArray[np.float64] = (
    np.pi * _GOLDEN * (np.arange(len(TONES_HZ), dtype=np.float64) ** 2)
)


def _double(element: int) -> int:
    """Multiply by 2 in GF(8) modulo x³ + x + 1."""
    return (element << 1) ^ (0b1011 if element & 0b100 else 0)


def digits(value: int) -> tuple[int, int, int, int]:
    """The codeword of a 6-bit value: one digit of GF(8) for each group of tones."""
    a, b = divmod(value, 8)
    return a, b, a ^ b, a ^ _double(b)


def data_tones(value: int) -> list[int]:
    """The four tones of a value, as indices into `TONES_HZ`."""
    return [CLOCK_TONES + GROUP_TONES * group + digit for group, digit in enumerate(digits(value))]


def codebook() -> NDArray[np.float32]:
    """[64 values, 32 data tones]: one where the tone belongs to the value's chord."""
    book = np.zeros((64, CLOCK_TONES + DATA_TONES), np.float32)
    for value in range(64):
        book[value, data_tones(value)] = 1
    return book[:, CLOCK_TONES:]
