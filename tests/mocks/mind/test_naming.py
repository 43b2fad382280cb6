import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mocks.mind.naming import closest, likeness, shared, words


@pytest.mark.parametrize(
    "name", ["lookup_slots", "lookupSlots", "LookupSlots", "lookup-slots", "lookup.slots"]
)
def test_a_name_is_its_words_however_they_are_joined(name: str) -> None:
    assert words(name) == ("lookup", "slots")


def test_digits_and_capitals_are_words() -> None:
    assert words("getURLFor2Days") == ("get", "url", "for", "2", "days")
    assert words("") == ()


@example("0aB", "B0B")
@given(st.text(max_size=12), st.text(max_size=12))
def test_likeness_is_even_and_between_0_and_1(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, one) == 1


@pytest.mark.parametrize(
    ("name", "among", "found"),
    [
        ("date", ["time", "appointment_date", "name"], "appointment_date"),
        ("date", ["date_of_birth", "time"], None),
        ("customer_name", ["name"], "name"),
        ("name", ["customerName", "name"], "name"),
        ("appointments", ["appointment"], "appointment"),
        ("day", ["date", "time"], None),
        ("x", [], None),
    ],
)
def test_the_closest_name_is_found_if_one_is_close(
    name: str, among: list[str], found: str | None
) -> None:
    assert closest(name, among) == found


def test_names_shared() -> None:
    assert shared([], ["a"]) == 1
    assert shared(["date", "time"], ["visit_date"]) == 0.5
