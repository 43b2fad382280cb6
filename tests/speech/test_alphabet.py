import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.alphabet import (
    END,
    ESCAPE,
    IDENTITY,
    PAGE2,
    ROLE_OF_START,
    SHIFT,
    START_AGENT,
    START_CALLER,
    UNREADABLE,
    Role,
    Speller,
    spell,
    spell_text,
)

CHARACTERS = st.characters(exclude_categories=["Cs"]).filter(lambda character: character != " ")


def read_back(values: tuple[int, ...]) -> list[str | None]:
    speller = Speller()
    return [speller.read(value) for value in values]


@given(CHARACTERS)
def test_every_character_reads_back(character: str) -> None:
    *unfinished, last = read_back(spell(character))
    assert last == character
    assert all(part is None for part in unfinished)


@given(CHARACTERS)
def test_no_character_contains_a_framing_value(character: str) -> None:
    assert not {START_CALLER, START_AGENT, END, IDENTITY} & set(spell(character))


@pytest.mark.parametrize(
    ("character", "values"),
    [
        ("a", (8,)),
        ("9", (43,)),
        ("$", (56,)),
        ("H", (SHIFT, 15)),
        ("%", (PAGE2, 8)),
        ("¡", (PAGE2, 47)),
        ("\0", (ESCAPE, 32)),
        ("é", (PAGE2, 31)),
    ],
)
def test_values_of_the_alphabet(character: str, values: tuple[int, ...]) -> None:
    assert spell(character) == values


def test_a_letter_whose_lower_case_is_plain_is_not_shifted() -> None:
    kelvin = "\N{KELVIN SIGN}"
    assert kelvin.lower() == "k"
    assert read_back(spell(kelvin))[-1] == kelvin


def test_a_lone_surrogate_is_unreadable() -> None:
    assert spell("\ud800") == spell(UNREADABLE)


def test_a_space_is_the_check_of_its_word() -> None:
    assert spell_text("Hi yo") == [(57, 15), (16,), (7,), (32,), (22,)]


def test_values_that_spell_nothing_are_unreadable() -> None:
    assert read_back((SHIFT, 3)) == [None, UNREADABLE]
    assert read_back((PAGE2, 63)) == [None, UNREADABLE]
    assert read_back((ESCAPE, 31, 31, 31, 31, 31))[-1] == UNREADABLE
    too_high = (ESCAPE, 31, 31, 31, 31, 59)
    assert read_back(too_high)[-1] == UNREADABLE


def test_a_reset_speller_begins_a_new_character() -> None:
    speller = Speller()
    speller.read(ESCAPE)
    speller.read(5)
    speller.reset()
    assert speller.read(8) == "a"


def test_starts_tell_the_role() -> None:
    assert {role.start: role for role in Role} == ROLE_OF_START
    assert Role.CALLER.start == START_CALLER
