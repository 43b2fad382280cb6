"""The people who call: synthetic facts, drawn by seed, safe to say and different for every call."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable
from functools import cached_property

from faker import Faker

from kernel.dialogue import Dialogue, Fact
from kernel.facts import (
    PHONES,
    REFERENCES,
    choice_fact,
    date_fact,
    number_fact,
    person_fact,
    phone_fact,
    reference_fact,
    time_fact,
)
from kernel.roll import pick, roll, seed_for

UNIQUE = frozenset({"person", "us_phone", "reference", "number"})
"""Kinds of facts that no two calls of a plan share."""
TELLING = UNIQUE | {"date"}
"""Kinds that are worth looking for in provider work: a time or a choice turns up by itself."""

_NO_LETTERS = re.compile(r"[^A-Za-z]")
_TRIES = 2_000
_NUMBERS = range(100_000, 1_000_000)
_HALF_HOURS = range(18, 34)  # of the day: 9:00 to 16:30
_STRIDE = 7919  # a prime that does not divide PHONES, so that neighbours have distant numbers


class Exhausted(ValueError):
    """There are more calls than different facts of a kind."""


class People:
    """Draws facts, call after call; the same seed, day and calls give the same people.

    today  the day before the first on which anybody wants an appointment
    """

    def __init__(self, seed: int, today: dt.date) -> None:
        self._seed, self._today = seed, today
        self._taken: dict[str, set[str]] = defaultdict(set)
        self._dates_drawn = 0
        # Weights would make a tenth of the callers namesakes.
        self._faker = Faker("en_US", use_weighting=False)

    def facts(self, dialogue: Dialogue, call: str) -> dict[str, Fact]:
        """What one caller knows. `Exhausted` names the kind that ran out."""
        return {name: self._draw(kind, call, name) for name, kind in dialogue.facts.items()}

    def _draw(self, kind: str | tuple[str, ...], call: str, name: str) -> Fact:
        if isinstance(kind, tuple):
            return choice_fact(pick(kind, self._seed, "fact", call, name))
        drawn = self._kinds.get(kind)
        if drawn is None:
            return choice_fact(kind)
        for attempt in range(_TRIES):
            fact = drawn(call, name, attempt)
            if kind not in UNIQUE:
                return fact
            if fact.value not in self._taken[kind]:
                self._taken[kind].add(fact.value)
                return fact
        raise Exhausted(kind)

    @cached_property
    def _kinds(self) -> dict[str, Callable[..., Fact]]:
        return {
            "person": lambda *names: person_fact(self._name(*names)),
            "us_phone": lambda *names: phone_fact(self._below(PHONES, *names)),
            "reference": lambda *names: reference_fact(self._below(REFERENCES, *names)),
            "number": lambda *names: number_fact(pick(_NUMBERS, self._seed, "fact", *names)),
            "date": lambda *names: date_fact(self._next_date()),
            "time": lambda *names: time_fact(_time(pick(_HALF_HOURS, self._seed, "fact", *names))),
        }

    def _below(self, end: int, *names: object) -> int:
        return int(roll(self._seed, "fact", *names) * end)

    def _name(self, *names: object) -> str:
        """First and last name, ASCII letters only."""
        self._faker.seed_instance(seed_for(self._seed, "fact", *names))
        parts = self._faker.first_name(), self._faker.last_name()
        return " ".join(_NO_LETTERS.sub("", part) for part in parts)

    @cached_property
    def _dates(self) -> list[dt.date]:
        """The working days of the coming year, shuffled: as long as possible until one returns."""
        days = [self._today + dt.timedelta(days=after) for after in range(1, 365)]
        working = [day for day in days if day.weekday() < 5]
        return sorted(working, key=lambda day: roll(self._seed, "date", day))

    def _next_date(self) -> dt.date:
        self._dates_drawn += 1
        return self._dates[(self._dates_drawn - 1) % len(self._dates)]


def from_number(seed: int, number: int) -> str:
    """The telephone number that call `number` comes from, E.164, one of those kept for fiction."""
    start = int(roll(seed, "from") * PHONES)
    return phone_fact((start + number * _STRIDE) % PHONES).value


def _time(half_hours: int) -> dt.time:
    return dt.time(half_hours // 2, half_hours % 2 * 30)
