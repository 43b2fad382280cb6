"""Fault kinds and checks as the composition root would tell of them, and a small scenario."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from harness.files import profile as profile_file
from harness.files import scenario as scenario_file
from harness.files.grammar import Loaded
from harness.files.profile import FaultProfile
from harness.files.reading import Known
from harness.files.scenario import CheckKind, Scenario
from harness.files.strict import parse
from kernel.fault import FaultKind, Stage, Unit
from kernel.units import Duration, Latency, Rate, Ratio, Share

TODAY = dt.date(2026, 11, 20)
VOICES = ("alto", "bass", "tenor")


@dataclass
class Slowdown:
    first: Latency | None = None
    between: Latency | None = None
    connect: Latency | None = None
    factor: float = 1.0


@dataclass
class RateLimit:
    requests: Rate
    burst: int = 1
    of: Unit | None = None
    retry_after: Duration | None = None

    def __post_init__(self) -> None:
        if self.burst < 1:
            raise ValueError(f"burst: {self.burst} lets nobody pass; use a stall for that")


@dataclass
class Concurrency:
    limit: int


@dataclass
class Stall:
    after: int = 0


def _kind(name: str, fields: type) -> FaultKind:
    label = name.replace("_", " ")
    targets: tuple[Stage, ...] = ("stt", "llm", "tts", "tools", "telephony")
    return FaultKind(name, fields, label, "#cc3333", "", targets)


KINDS = {
    name: _kind(name, fields)
    for name, fields in {
        "slowdown": Slowdown,
        "rate_limit": RateLimit,
        "concurrency": Concurrency,
        "stall": Stall,
    }.items()
}


class _Duration(msgspec.Struct, frozen=True):
    scalar: ClassVar[str] = "within"
    within: Duration = Duration(5)


class _Share(msgspec.Struct, frozen=True):
    scalar: ClassVar[str] = "at_least"
    at_least: Share = Share(1)


class _Count(msgspec.Struct, frozen=True):
    scalar: ClassVar[str] = "at_most"
    at_most: int = 0


class _Latency(msgspec.Struct, frozen=True):
    scalar: ClassVar[str] = "answer_p95"
    answer_p95: Ratio = Ratio(2)
    warn_above: Ratio = Ratio(1.5)


CHECKS: Mapping[str, type[CheckKind]] = {
    "admitted_protected": _Latency,
    "back_to_baseline": _Duration,
    "explicit_refusal": _Count,
    "no_dead_air": _Duration,
    "no_dropped_calls": _Count,
    "no_orphans": _Duration,
    "retry_after_honoured": _Count,
    "retry_amplification": _Latency,
    "task_completed": _Share,
    "turn_latency": _Latency,
}
KNOWN = Known(KINDS, CHECKS)

SCENARIO = """\
name: small
why: Something to change.
agent: {webhook: reference, limit: 20}
callers:
  - {dialogue: book, share: 75%}
  - {dialogue: ask, share: 25%, persona: {patience: 6s, voice: bass}}
load:
  - {phase: warm_up, calls: 2}
  - {phase: baseline, rate: 1/s, for: 60s}
  - {phase: surge, arrivals: spike, rate: 4/s, for: 30s, faults: [burst]}
gate:
  no_dropped_calls: 0
  turn_latency: {answer_p95: 1.5x baseline}
latency: {llm: {first: "lognormal(300ms, 800ms)"}}
seed: 7
dialogues:
  book:
    facts: {name: person, date: date}
    caller:
      - "Hi, this is {name}. I need an appointment."
      - {say: "On {date}, please.", pause: 300ms}
    answers: {"your name": "{name}, I said."}
    replies:
      1: "Sure, {name}. Which day?"
      2: {call: "lookup(date={date})", then: "I have {result.0}.", failed: "Sorry."}
    done: {tool_ok: lookup, heard: "I have"}
  ask:
    facts: {phone: us_phone, day: [Saturday, Sunday], where: at home}
    caller: ["It's {phone}. Are you open on {day}, {where}?"]
"""

PROFILE = """\
name: burst
why: Something to change.
faults:
  - {kind: rate_limit, target: llm, at: 2s, for: 20s, requests: 5/s, share: 50%}
  - kind: stall
    target: tts
    for: 5s
    label: silent
"""


def scenario(text: str = SCENARIO, **environment: str) -> Loaded[Scenario]:
    grammar = scenario_file.grammar(CHECKS)
    return parse(text, Scenario, file="s.yaml", grammar=grammar, environment=environment)


def profile(text: str = PROFILE) -> Loaded[FaultProfile]:
    return parse(text, FaultProfile, file="p.yaml", grammar=profile_file.grammar(KINDS))
