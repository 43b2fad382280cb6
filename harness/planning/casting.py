"""Who is behind each planned call: dialogue, facts, words and voice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec

from kernel.dialogue import fill
from kernel.errors import FileProblems, Problem
from kernel.roll import roll

from ..files.grammar import Loaded, suggestion
from ..files.scenario import Group, Scenario
from .behaving import behaving
from .people import Exhausted, People, from_number
from .plan import PlannedCall

ANY_VOICE = "any"


class Seat(NamedTuple):
    """A call that is due, before anybody is behind it. `number` counts from 1."""

    number: int
    due_ns: int
    phase: str


def casting_problems(scenario: Loaded[Scenario], voices: Sequence[str]) -> Iterator[Problem]:
    """Personas whose voice nobody has."""
    for at, group in enumerate(scenario.value.callers):
        if group.persona.voice not in (ANY_VOICE, *voices):
            what = f"unknown voice {group.persona.voice!r}"
            remedy = suggestion(group.persona.voice, (ANY_VOICE, *voices), "voices")
            yield scenario.source.problem(("callers", at, "persona", "voice"), what, remedy)


def cast(
    scenario: Loaded[Scenario],
    seats: Sequence[Seat],
    *,
    seed: int,
    today: dt.date,
    voices: Sequence[str],
) -> tuple[PlannedCall, ...]:
    """A caller for every seat. FileProblems if there are more calls than different people."""
    people = People(seed, today)
    calls: list[PlannedCall] = []
    for phase, waiting in groupby(seats, key=lambda seat: seat.phase):
        in_phase = list(waiting)
        groups = share_out(scenario.value.groups, len(in_phase), seed, phase)
        for seat, group in zip(in_phase, groups, strict=True):
            try:
                calls.append(_call(scenario.value, seat, group, people, seed, voices))
            except Exhausted as error:
                what = f"after {len(calls)} calls there is no further {error} that nobody has"
                remedy = "use another kind of fact, or fewer calls"
                place = ("dialogues", group.dialogue, "facts")
                raise FileProblems([scenario.source.problem(place, what, remedy)]) from None
    return _redialling(behaving(calls, scenario.value.dialogues, seed), seed)


def _redialling(calls: Sequence[PlannedCall], seed: int) -> tuple[PlannedCall, ...]:
    """With the calls that follow if they are given up, numbered after all that are planned."""
    number, found = len(calls) + 1, []
    for call in calls:
        redial = call.persona.redial
        redials = tuple(redial.planned(number, seed, call.span)) if redial else ()
        number += len(redials)
        found.append(msgspec.structs.replace(call, redials=redials))
    return tuple(found)


def share_out(groups: Sequence[Group], calls: int, seed: int, phase: str) -> list[Group]:
    """A group for each of `calls`: shares exact but for rounding, in shuffled order.

    What rounding leaves over goes to those who lost most by it.
    """
    wished = [calls * (group.share or 0) for group in groups]
    # A share such as 1/3 of 3 calls may come out a hair below the whole number that it is.
    counts = [int(wish + 1e-6) for wish in wished]
    by_loss = sorted(range(len(groups)), key=lambda at: counts[at] - wished[at])
    for at in by_loss[: calls - sum(counts)]:
        counts[at] += 1
    dealt = [group for group, count in zip(groups, counts, strict=True) for _ in range(count)]
    order = sorted(range(calls), key=lambda at: roll(seed, "group", phase, at))
    return [dealt[at] for at in order]


def _call(
    scenario: Scenario,
    seat: Seat,
    group: Group,
    people: People,
    seed: int,
    voices: Sequence[str],
) -> PlannedCall:
    span = f"c{seat.number:04}"
    dialogue = scenario.dialogues[group.dialogue]
    facts = people.facts(dialogue, span)
    said = {name: fact.said for name, fact in facts.items()}
    own = next((fact.value for fact in facts.values() if fact.kind == "us_phone"), "")
    voice = group.persona.voice
    return PlannedCall(
        span=span,
        number=seat.number,
        due_ns=seat.due_ns,
        phase=seat.phase,
        dialogue=dialogue.name,
        facts=facts,
        lines=tuple(fill(line.text, said) for line in dialogue.caller),
        answers={pattern: fill(text, said) for pattern, text in dialogue.answers.items()},
        persona=group.persona,
        voice=voices[seat.number % len(voices)] if voice == ANY_VOICE else voice,
        from_number=own or from_number(seed, seat.number),
        keyed=tuple(number for number, line in enumerate(dialogue.caller, 1) if line.dtmf),
        pauses={
            number: float(line.pause)
            for number, line in enumerate(dialogue.caller, 1)
            if line.pause is not None
        },
    )
