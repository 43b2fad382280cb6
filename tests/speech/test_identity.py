from hypothesis import given
from hypothesis import strategies as st

from speech.identity import (
    IDENTITY_BITS,
    caller_identity,
    identity_digits,
    read_identity,
    speaker_identity,
    split_caller_identity,
    split_speaker_identity,
)

IDENTITIES = st.integers(0, (1 << IDENTITY_BITS) - 1)


@given(IDENTITIES)
def test_digits_carry_the_identity_and_never_look_like_framing(identity: int) -> None:
    digits = identity_digits(identity)
    assert read_identity(digits) == identity
    assert len(digits) == 5
    assert all(0 <= digit < 60 for digit in digits)


def test_seven_of_eight_damaged_numbers_are_refused() -> None:
    *digits, last = identity_digits(123_456)
    accepted = [
        other
        for other in range(60)
        if other != last and read_identity([*digits, other]) is not None
    ]
    assert len(accepted) <= 60 // 8


def test_a_number_beyond_26_bits_is_refused() -> None:
    assert read_identity([59] * 5) is None


@given(st.integers(0, (1 << 19) - 1), st.integers(0, 127))
def test_callers_numbers_split_again(call: int, turn: int) -> None:
    assert split_caller_identity(caller_identity(call, turn)) == (call, turn)


@given(st.integers(0, 255), st.integers(0, (1 << 18) - 1))
def test_speakers_numbers_split_again(instance: int, span: int) -> None:
    assert split_speaker_identity(speaker_identity(instance, span)) == (instance, span)


def test_numbers_wrap() -> None:
    assert split_caller_identity(caller_identity((1 << 19) + 3, 128 + 5)) == (3, 5)
    assert split_speaker_identity(speaker_identity(256 + 7, (1 << 18) + 9)) == (7, 9)
