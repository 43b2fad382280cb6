"""The two checks inside audible text: three bits after every word, twelve after every utterance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_WORD_POLYNOMIAL, _WORD_START = 0b1011, 5
_UTTERANCE_POLYNOMIAL, _UTTERANCE_START = 0x180F, 0x5A5


def _divide(remainder: int, value: int, polynomial: int) -> int:
    """Shift the six bits of `value` into the remainder of a division by `polynomial`."""
    overflow = 1 << (polynomial.bit_length() - 1)
    for bit in range(5, -1, -1):
        remainder = (remainder << 1) | ((value >> bit) & 1)
        if remainder & overflow:
            remainder ^= polynomial
    return remainder


_WORD_STEP = tuple(
    tuple(_divide(remainder, value, _WORD_POLYNOMIAL) for value in range(64))
    for remainder in range(8)
)
_UTTERANCE_STEP = tuple(_divide(high << 6, 0, _UTTERANCE_POLYNOMIAL) for high in range(64))


def word_crc(values: Iterable[int]) -> int:
    """CRC-3 of the 6-bit symbol values of one word."""
    remainder = _WORD_START
    for value in values:
        remainder = _WORD_STEP[remainder][value]
    return _WORD_STEP[remainder][0]


def utterance_crc(values: Iterable[int]) -> int:
    """CRC-12 of the 6-bit symbol values from START to the last one before END."""
    remainder = _UTTERANCE_START
    for value in values:
        remainder = ((remainder & 63) << 6 | value) ^ _UTTERANCE_STEP[remainder >> 6]
    return remainder


def crc_symbols(values: Sequence[int]) -> tuple[int, int]:
    """The two symbols that follow END: the CRC-12, high half first."""
    return divmod(utterance_crc(values), 64)
