"""The number that an utterance carries besides its text: 26 bits that say whose it is."""

from __future__ import annotations

from collections.abc import Sequence

from .crc import word_crc

IDENTITY_BITS = 26
IDENTITY_DIGITS = 5
_BASE = 60  # no digit can be taken for START, END or IDENTITY
_TURN_BITS = 7
_SPAN_BITS = 18


def caller_identity(call: int, turn: int) -> int:
    """The identity of a caller's utterance: 19 bits of call number, 7 of turn number; both wrap."""
    return _join(call, turn, _TURN_BITS)


def split_caller_identity(identity: int) -> tuple[int, int]:
    """Call number modulo 2**19 and turn number modulo 2**7."""
    return divmod(identity, 1 << _TURN_BITS)


def speaker_identity(instance: int, span: int) -> int:
    """The identity of a synthesised utterance: 8 bits of mock instance, 18 of span; both wrap."""
    return _join(instance, span, _SPAN_BITS)


def split_speaker_identity(identity: int) -> tuple[int, int]:
    """Instance modulo 2**8 and span number modulo 2**18."""
    return divmod(identity, 1 << _SPAN_BITS)


def _join(high: int, low: int, low_bits: int) -> int:
    return (high << low_bits | low & (1 << low_bits) - 1) & (1 << IDENTITY_BITS) - 1


def identity_digits(identity: int) -> tuple[int, ...]:
    """Five base-60 digits, high first, of the identity and a CRC-3 over it."""
    number = identity << 3 | _check(identity)
    digits = []
    for _ in range(IDENTITY_DIGITS):
        number, digit = divmod(number, _BASE)
        digits.append(digit)
    return tuple(reversed(digits))


def read_identity(digits: Sequence[int]) -> int | None:
    """The identity that five base-60 digits carry, or None where its check fails."""
    number = 0
    for digit in digits:
        number = number * _BASE + digit
    identity, check = divmod(number, 8)
    return identity if identity < 1 << IDENTITY_BITS and check == _check(identity) else None


def _check(identity: int) -> int:
    return word_crc(identity >> shift & 63 for shift in range(24, -1, -6))
