"""Synthetic people: safe, seeded, and different for every call."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from harness.planning.people import UNIQUE, Exhausted, People, from_number
from kernel.dialogue import Dialogue, Fact
from kernel.facts import KINDS, PHONES, phone_fact, value_of

from ..catalogue import TODAY

ALL = Dialogue(
    "all",
    (),
    facts={kind: kind for kind in KINDS} | {"day": ("Saturday", "Sunday"), "where": "at home"},
)


def draw(count: int, seed: int = 1, **facts: str) -> list[dict[str, Fact]]:
    people = People(seed, TODAY)
    dialogue = Dialogue("d", (), facts=dict(facts)) if facts else ALL
    return [people.facts(dialogue, f"c{number:04}") for number in range(1, count + 1)]


def test_every_kind_is_drawn_and_understood_as_what_it_is() -> None:
    for facts in draw(50):
        for kind in KINDS:
            assert facts[kind].kind == kind
            assert value_of(kind, facts[kind].said, TODAY) == facts[kind].value


def test_unique_kinds_are_known_kinds() -> None:
    assert set(KINDS) >= UNIQUE


@pytest.mark.parametrize("kind", sorted(UNIQUE))
def test_no_two_calls_share_a_unique_fact(kind: str) -> None:
    values = [fact.value for facts in draw(1500, a=kind, b=kind) for fact in facts.values()]
    assert len(set(values)) == len(values) == 3000


def test_names_are_first_and_last_in_ascii() -> None:
    for facts in draw(500, name="person"):
        assert re.fullmatch(r"[A-Za-z]+ [A-Za-z]+", facts["name"].said)


def test_telephone_numbers_are_fictional() -> None:
    for facts in draw(300, phone="us_phone"):
        assert re.fullmatch(r"\+1\d{3}55501\d\d", facts["phone"].value)


def test_dates_are_working_days_of_the_coming_year_and_return_late() -> None:
    days = [dt.date.fromisoformat(facts["date"].value) for facts in draw(300, date="date")]
    assert all(day.weekday() < 5 and 0 < (day - TODAY).days < 365 for day in days)
    lasting = len(set(days))
    assert lasting >= 258
    assert days[lasting:] == days[: 300 - lasting]


def test_times_are_half_hours_of_the_working_day() -> None:
    times = {facts["time"].value for facts in draw(200, time="time")}
    assert times <= {f"{hour:02}:{minute:02}" for hour in range(9, 17) for minute in (0, 30)}
    assert len(times) > 10


def test_choices_are_all_drawn_and_texts_are_for_everybody() -> None:
    drawn = draw(50)
    assert {facts["day"].said for facts in drawn} == {"Saturday", "Sunday"}
    assert {facts["where"].said for facts in drawn} == {"at home"}


def test_the_seed_makes_the_people() -> None:
    assert draw(20, seed=1) == draw(20, seed=1)
    assert draw(20, seed=1) != draw(20, seed=2)


def test_more_calls_than_numbers_are_told() -> None:
    people = People(1, TODAY)
    people._taken["us_phone"] = {phone_fact(number).value for number in range(PHONES)}
    with pytest.raises(Exhausted, match="us_phone"):
        people.facts(Dialogue("d", (), facts={"phone": "us_phone"}), "c0001")


def test_calls_come_from_fictional_numbers_of_their_own() -> None:
    numbers = [from_number(7, number) for number in range(2000)]
    assert len(set(numbers)) == 2000
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", number) for number in numbers)
    assert len({from_number(7, number) for number in range(PHONES)}) == PHONES
