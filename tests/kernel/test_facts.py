import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.dialogue import Fact
from kernel.facts import (
    KINDS,
    PHONES,
    REFERENCES,
    Kind,
    apart,
    choice_fact,
    date_fact,
    number_fact,
    person_fact,
    phone_fact,
    reference_fact,
    time_fact,
    value_of,
)

TODAY = dt.date(2026, 1, 1)  # a Thursday


@pytest.mark.parametrize(
    ("fact", "kind", "said", "value"),
    [
        (date_fact(dt.date(2026, 12, 3)), "date", "December 3rd", "2026-12-03"),
        (time_fact(dt.time(9, 30)), "time", "9:30", "09:30"),
        (time_fact(dt.time(14, 5)), "time", "14:05", "14:05"),
        (person_fact("Maria Lopez"), "person", "Maria Lopez", "Maria Lopez"),
        (phone_fact(0), "us_phone", "201 555 0100", "+12015550100"),
        (phone_fact(134), "us_phone", "202 555 0134", "+12025550134"),
        (number_fact(4217), "number", "4217", "4217"),
        (reference_fact(7), "reference", "AA 0007", "AA0007"),
        (reference_fact(REFERENCES - 1), "reference", "ZZ 9999", "ZZ9999"),
        (choice_fact("the red one"), "choice", "the red one", "the red one"),
    ],
)
def test_facts_are_said_and_valued(fact: Fact, kind: str, said: str, value: str) -> None:
    assert fact == Fact(kind, said, value)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        *((1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th")),
        *((13, "13th"), (20, "20th"), (21, "21st"), (22, "22nd"), (23, "23rd"), (31, "31st")),
    ],
)
def test_days_are_ordinals(day: int, said: str) -> None:
    assert date_fact(dt.date(2026, 1, day)).said == f"January {said}"


@given(st.integers(0, PHONES - 1))
def test_phone_numbers_are_of_those_kept_for_fiction(number: int) -> None:
    fact = phone_fact(number)
    area, exchange, line = fact.said.split()
    assert exchange == "555"
    assert "0100" <= line <= "0199"
    assert area[0] in "234567"
    assert area[1:] != "11"
    assert area != "555"
    assert fact.value == f"+1{area}{exchange}{line}"


def test_numbers_and_references_are_all_different_and_end() -> None:
    assert len({phone_fact(number).said for number in range(PHONES)}) == PHONES
    assert len({reference_fact(number).said for number in range(0, REFERENCES, 997)}) == -(
        -REFERENCES // 997
    )
    with pytest.raises(IndexError):
        phone_fact(PHONES)
    with pytest.raises(IndexError):
        reference_fact(REFERENCES)


@given(st.dates(TODAY, TODAY + dt.timedelta(364)))
def test_a_date_that_was_said_has_its_value(day: dt.date) -> None:
    assert value_of("date", date_fact(day).said, TODAY) == day.isoformat()


@given(st.times())
def test_a_time_that_was_said_has_its_value(time: dt.time) -> None:
    assert value_of("time", time_fact(time).said, TODAY) == time_fact(time).value


@given(st.integers(0, REFERENCES - 1), st.integers(0, PHONES - 1))
def test_references_and_numbers_that_were_said_have_their_values(
    reference: int, phone: int
) -> None:
    for fact in (reference_fact(reference), phone_fact(phone), number_fact(phone)):
        assert value_of(fact.kind, fact.said, TODAY) == fact.value


@pytest.mark.parametrize(
    ("kind", "heard", "value"),
    [
        ("date", "december 3rd.", "2026-12-03"),
        ("date", "3 December", "2026-12-03"),
        ("date", "the 3rd of December", "2026-12-03"),
        ("date", "December third, 2027", "2027-12-03"),
        ("date", "December thirty-first", "2026-12-31"),
        ("date", "March twenty second", "2026-03-22"),
        ("date", "Dec 3", "2026-12-03"),
        ("date", "Decembr 3rd", "2026-12-03"),
        ("date", "Decem\ufffder 3rd", "2026-12-03"),
        ("date", "2026-12-03", "2026-12-03"),
        ("date", "12/3", "2026-12-03"),
        ("date", "12/3/2027", "2027-12-03"),
        ("date", "January 1st", "2026-01-01"),
        ("date", "today", "2026-01-01"),
        ("date", "tomorrow", "2026-01-02"),
        ("date", "Tuesday", "2026-01-06"),
        ("date", "next Thursday", "2026-01-08"),
        ("date", "February 29th", "2028-02-29"),
        ("date", "February 30th", None),
        ("date", "2026-02-29", None),
        ("date", "December", None),
        ("date", "December \ufffd3rd", None),
        ("date", "the 3rd", None),
        ("date", "Delivery", None),
        ("date", "", None),
        ("time", "9.30", "09:30"),
        ("time", "9:30 pm", "21:30"),
        ("time", "12 a.m.", "00:00"),
        ("time", "12 pm", "12:00"),
        ("time", "nine thirty", "09:30"),
        ("time", "half past nine", "09:30"),
        ("time", "a quarter past nine", "09:15"),
        ("time", "quarter to ten", "09:45"),
        ("time", "quarter to 0", "23:45"),
        ("time", "at ten o'clock", "10:00"),
        ("time", "noon", "12:00"),
        ("time", "Midnight", "00:00"),
        ("time", "25:00", None),
        ("time", "9:75", None),
        ("time", "Tuesday", None),
        ("person", "maria lopez", "Maria Lopez"),
        ("person", "Jean-Luc  O'Neil,", "Jean-Luc O'Neil"),
        ("person", "Ada", "Ada"),
        ("person", "Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("person", "\ufffdda Lov\ufffdlace", "da Lovlace"),
        ("person", "it rains in Rome", None),
        ("person", "Is it raining", None),
        ("person", "Ada 2", None),
        ("person", "one two three four five", None),
        ("person", "", None),
        ("us_phone", "(415) 555-0134", "+14155550134"),
        ("us_phone", "+1 415.555.0134", "+14155550134"),
        ("us_phone", "four one five five five five zero one three four", "+14155550134"),
        ("us_phone", "415 555 013", None),
        ("us_phone", "415 555 01\ufffd4", None),
        ("number", "42 17", "4217"),
        ("number", "4,217", "4217"),
        ("number", "12.5", "12.5"),
        ("number", "four two one seven", "4217"),
        ("number", "42\ufffd7", None),
        ("number", "some", None),
        ("reference", "kx-4712", "KX4712"),
        ("reference", "K X 4 7 1 2", "KX4712"),
        ("reference", "KXAB", None),
        ("reference", "K\ufffd 4712", None),
        (("red", "green"), "Green.", "green"),
        (("red", "green"), "gren", "green"),
        (("red", "green"), "yellow", None),
        ("Tuesday at three", " tuesday at thre. ", "Tuesday at three"),
        ("Tuesday at three", "Friday", None),
        ("", " Friday. ", "Friday"),
        ("", " ", None),
    ],
)
def test_what_was_heard_has_a_value_or_none(kind: Kind, heard: str, value: str | None) -> None:
    assert value_of(kind, heard, TODAY) == value


@pytest.mark.parametrize("kind", [*KINDS, ("red", "green"), "free text"])
@given(heard=st.text(max_size=30))
def test_anything_may_be_heard(kind: Kind, heard: str) -> None:
    value = value_of(kind, heard, TODAY)
    assert value is None or value


@pytest.mark.parametrize(
    ("kinds", "heard", "parts"),
    [
        (["person", "us_phone"], "Ada King, 415 555 0134", ["Ada King", "415 555 0134"]),
        (["person", "us_phone"], "Ada King 415 555 0134", ["Ada King", "415 555 0134"]),
        (["date", "time"], "December 3rd 9:30", ["December 3rd", "9:30"]),
        (["person", "reference", "number"], "Ada KX 4712 12", ["Ada", "KX 4712", "12"]),
        (["person"], "Ada King", ["Ada King"]),
        (["person", "us_phone"], "Ada", ["Ada", ""]),
        (["person", "us_phone"], "", ["", ""]),
    ],
)
def test_what_was_heard_together_comes_apart_where_kinds_fit(
    kinds: list[Kind], heard: str, parts: list[str]
) -> None:
    assert apart(kinds, heard, TODAY) == parts


@given(st.lists(st.sampled_from([*KINDS]), min_size=1, max_size=3), st.text(max_size=30))
def test_there_is_a_part_for_each_slot(kinds: list[Kind], heard: str) -> None:
    assert len(apart(kinds, heard, TODAY)) == len(kinds)


def test_a_day_that_has_passed_is_next_years() -> None:
    today = dt.date(2026, 6, 15)
    assert value_of("date", "June 14th", today) == "2027-06-14"
    assert value_of("date", "June 15th", today) == "2026-06-15"
    assert value_of("date", "June 14th, 2025", today) == "2025-06-14"
