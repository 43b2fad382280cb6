from hypothesis import given
from hypothesis import strategies as st

from speech.crc import crc_symbols, utterance_crc, word_crc

VALUES = st.lists(st.integers(0, 63), max_size=20)


def test_word_crc_of_the_published_vector() -> None:
    assert word_crc([57, 15, 16]) == 7


def bitwise(values: list[int]) -> int:
    remainder = 0x5A5
    for value in values:
        for bit in range(5, -1, -1):
            remainder = remainder << 1 ^ (value >> bit & 1)
            if remainder & 0x1000:
                remainder ^= 0x180F
    return remainder


@given(VALUES)
def test_utterance_crc_is_the_division_bit_by_bit(values: list[int]) -> None:
    assert utterance_crc(values) == bitwise(values)


@given(VALUES)
def test_crc_symbols_hold_the_whole_check(values: list[int]) -> None:
    high, low = crc_symbols(values)
    assert high << 6 | low == utterance_crc(values)
    assert 0 <= low < 64
    assert 0 <= high < 64


@given(VALUES.filter(bool), st.data())
def test_one_wrong_symbol_never_passes_the_utterance_check(
    values: list[int], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(values) - 1))
    wrong = data.draw(st.integers(0, 63).filter(lambda value: value != values[place]))
    damaged = [*values[:place], wrong, *values[place + 1 :]]
    assert utterance_crc(damaged) != utterance_crc(values)
