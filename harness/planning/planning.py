"""From what files say to a plan: every call, phase and fault gets its due time."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from kernel.dialogue import Script
from kernel.errors import FileProblems, Problem
from kernel.fault import FaultKind, FaultOrder
from kernel.units import Duration, builtins

from ..files.grammar import Loaded
from ..files.profile import FaultProfile, ProfiledFault
from ..files.scenario import Scenario
from .casting import Seat, cast, casting_problems
from .estimate import turn_ends_s
from .plan import Plan, PlannedCall, PlannedFault, PlannedPhase

MIN_DRAIN_S = 60.0
MAX_CALLS = 1 << 19  # a caller's sound carries the number of its call in 19 bits


def make_plan(
    scenario: Loaded[Scenario],
    profiles: Mapping[str, Loaded[FaultProfile]],
    kinds: Mapping[str, FaultKind],
    *,
    today: dt.date,
    voices: Sequence[str],
    seed: int | None = None,
) -> Plan:
    """The plan of a run. FileProblems if its files cannot be carried out together.

    profiles  by the name that the scenario uses; one that no phase names starts with the first
              phase that has faults, else with the busiest
    today     the day from which callers wish for dates
    seed      in place of the scenario's
    """
    said = scenario.value
    seed = said.seed if seed is None else seed
    phases = _phases(said)
    seats = _seats(scenario, phases, seed)
    timeline = list(_timeline(said, profiles, phases, seats))
    problems = [*casting_problems(scenario, voices), *_fault_problems(timeline, phases)]
    if problems:
        raise FileProblems(problems)
    calls = cast(scenario, seats, seed=seed, today=today, voices=voices)
    _refuse_too_many_redials(scenario, calls)
    return Plan(
        scenario=said.name,
        why=said.why,
        seed=seed,
        phases=phases,
        calls=calls,
        faults=tuple(_orders(timeline, kinds, seed)),
        script=Script(tuple(said.dialogues.values()), seed, today, said.side_requests),
        dialogues=said.dialogues,
        gates=said.gates,
        latency={
            stage: {key: text for key, text in builtins(latency).items() if text is not None}
            for stage, latency in said.latency.items()
        },
        drain_s=_drain_s(said),
        profiles=tuple(profile.value.name for profile in profiles.values()),
    )


def profile_faults(
    profiles: Iterable[Loaded[FaultProfile]], kinds: Mapping[str, FaultKind], *, seed: int
) -> tuple[PlannedFault, ...]:
    """The faults of profiles that all start at 0, for mocks that run without a scenario."""
    start = PlannedPhase("", 0, False, 0, 0)
    timeline = (
        _Timed(profile, nth, start)
        for profile in profiles
        for nth in range(len(profile.value.faults))
    )
    return tuple(_orders(timeline, kinds, seed))


def _drain_s(scenario: Scenario) -> float:
    """Twice the longest call, so that a slow agent is seen to be slow and not cut off."""
    lengths_s = (
        turn_ends_s(scenario.dialogues[group.dialogue], group.persona)[-1]
        for group in scenario.groups
    )
    return max(MIN_DRAIN_S, float(math.ceil(2 * max(lengths_s))))


def _phases(scenario: Scenario) -> tuple[PlannedPhase, ...]:
    """Back to back from 0."""
    phases: list[PlannedPhase] = []
    from_ns = 0
    for index, phase in enumerate(scenario.load):
        until_ns = from_ns + Duration(phase.shape.lasts_s).ns
        phases.append(PlannedPhase(phase.name, index, phase.warms_up, from_ns, until_ns))
        from_ns = until_ns
    return tuple(phases)


def _seats(
    scenario: Loaded[Scenario], phases: Sequence[PlannedPhase], seed: int
) -> tuple[Seat, ...]:
    seats: list[Seat] = []
    for phase, planned in zip(scenario.value.load, phases, strict=True):
        due = phase.shape.due(seed, phase.name)
        # One too many is enough to refuse; a slip such as 4000/s for 8h would fill the memory.
        for offset_ns in islice(due, MAX_CALLS + 1 - len(seats)):
            seats.append(Seat(len(seats) + 1, planned.from_ns + offset_ns, phase.name))
        if len(seats) > MAX_CALLS:
            what = f"more than {MAX_CALLS} calls by the end of phase {phase.name}"
            remedy = "lower rate or shorten for"
            raise FileProblems([scenario.source.problem(("load", planned.index), what, remedy)])
    if not seats:
        what, remedy = "no call is due in any phase", "raise rate or lengthen for"
        raise FileProblems([scenario.source.problem(("load",), what, remedy)])
    return tuple(seats)


def _refuse_too_many_redials(scenario: Loaded[Scenario], calls: Iterable[PlannedCall]) -> None:
    last = max((again.number for call in calls for again in call.redials), default=0)
    if last > MAX_CALLS:
        what = f"calls and redials together could become {last}, more than {MAX_CALLS}"
        remedy = "lower times under redial, or the rate"
        raise FileProblems([scenario.source.problem(("callers",), what, remedy)])


class _Timed(NamedTuple):
    """A fault of a profile, and the phase with which its time starts."""

    profile: Loaded[FaultProfile]
    nth: int
    phase: PlannedPhase

    @property
    def fault(self) -> ProfiledFault:
        return self.profile.value.faults[self.nth]

    @property
    def apply_at_ns(self) -> int:
        return self.phase.from_ns + self.fault.at.ns

    @property
    def heal_at_ns(self) -> int:
        return self.apply_at_ns + self.fault.lasts.ns


def _timeline(
    scenario: Scenario,
    profiles: Mapping[str, Loaded[FaultProfile]],
    phases: Sequence[PlannedPhase],
    seats: Sequence[Seat],
) -> Iterator[_Timed]:
    named = {name for phase in scenario.load for name in phase.faults}
    faulted = [at for at, phase in enumerate(scenario.load) if phase.faults]
    elsewhere = faulted[0] if faulted else _busiest(phases, seats)
    for phase, planned in zip(scenario.load, phases, strict=True):
        further = [name for name in profiles if name not in named and planned.index == elsewhere]
        for name in [*phase.faults, *further]:
            for nth in range(len(profiles[name].value.faults)):
                yield _Timed(profiles[name], nth, planned)


def _busiest(phases: Sequence[PlannedPhase], seats: Sequence[Seat]) -> int:
    """Index of the phase with most calls per second, warm-up aside if there is anything else."""
    calls = Counter(seat.phase for seat in seats)

    def rate(phase: PlannedPhase) -> tuple[bool, float]:
        return not phase.warm_up, calls[phase.name] / (phase.until_ns - phase.from_ns)

    return max(phases, key=rate).index


def _fault_problems(
    timeline: Iterable[_Timed], phases: Sequence[PlannedPhase]
) -> Iterator[Problem]:
    end_ns = phases[-1].until_ns
    for timed in timeline:
        if timed.heal_at_ns > end_ns:
            what = (
                f"{timed.fault.kind} would last until {Duration(timed.heal_at_ns / 1e9)}, "
                f"and the load of the run ends at {Duration(end_ns / 1e9)}"
            )
            remedy = "shorten at or for, or lengthen the phases, so that recovery can be seen"
            yield timed.profile.source.problem(("faults", timed.nth, "for"), what, remedy)


def _orders(
    timeline: Iterable[_Timed], kinds: Mapping[str, FaultKind], seed: int
) -> Iterator[PlannedFault]:
    used: Counter[str] = Counter()
    for timed in timeline:
        fault, profile = timed.fault, timed.profile.value
        label = fault.label or profile.name
        used[label] += 1
        if used[label] > 1:
            label = f"{label}-{used[label]}"
        yield PlannedFault(
            order=FaultOrder(
                label=label,
                kind=fault.kind,
                target=fault.target,
                fields=fault.fields,
                share=fault.share,
                seed=seed,
            ),
            name=f"{kinds[fault.kind].label} on {fault.target}",
            colour=kinds[fault.kind].colour,
            apply_at_ns=timed.apply_at_ns,
            heal_at_ns=timed.heal_at_ns,
        )
