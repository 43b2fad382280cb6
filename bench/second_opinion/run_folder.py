"""A run folder as it lies there: what the judge found, and the bare events, read as JSON."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """One place that a failed or warned check names; `at_s` from the run's start."""

    check: str
    outcome: str
    call: str
    at_s: float
    note: str


@dataclass(frozen=True, slots=True)
class Call:
    """What was planned for a call, and what its transport saw of it; seconds of the run.

    begins_s  where its recording begins, None without media
    """

    span: str
    dialogue: str
    facts: Mapping[str, str]
    lines: Sequence[str]
    warm_up: bool
    dialled_s: float
    ended_s: float
    how: str
    ended_by: str
    begins_s: float | None
    setup: str

    def in_recording(self, run_s: float) -> float:
        return run_s - (self.begins_s or 0.0)


@dataclass(frozen=True, slots=True)
class Work:
    """One line of a mock's journal: a request, a context, a tool call."""

    span: str
    stage: str
    from_s: float
    until_s: float | None
    type: str
    data: Json


@dataclass(frozen=True)
class RunFolder:
    path: Path
    findings: Json
    events: Sequence[Json] = field(repr=False)

    @property
    def claims(self) -> Iterator[Claim]:
        for check in self.findings["checks"]:
            if check["outcome"] in ("warn", "fail"):
                for place in check["evidence"]:
                    yield Claim(
                        check["name"],
                        check["outcome"],
                        place["call"],
                        place["at_ns"] / 1e9,
                        place["note"],
                    )

    def recording(self, call: str) -> Path | None:
        path = self.path / "recordings" / f"{call}.wav"
        return path if path.exists() else None

    def named_by(self, *checks: str) -> list[Claim]:
        return [claim for claim in self.claims if claim.check in checks]

    def measure(self, check: str, name: str) -> float | None:
        for finding in self.findings["checks"]:
            if finding["name"] == check:
                measured = finding["measures"].get(name)
                return None if measured is None else float(measured)
        return None

    @cached_property
    def dialogues(self) -> Json:
        run = next(e for e in self.events if e["kind"] == "run" and e["type"] == "invoke")
        dialogues: Json = run["data"]["dialogues"]
        return dialogues

    @cached_property
    def calls(self) -> Mapping[str, Call]:
        """Every offered call by its span."""
        told: dict[str, dict[str, Json]] = defaultdict(dict)
        for event in self.events:
            if event["kind"] in ("call", "setup", "media"):
                span = event["span"].partition("/")[0]
                end = "" if event["type"] == "invoke" else "ended"
                told[span][f"{event['kind']} {end}".strip()] = event
        warm = {
            event["span"]
            for event in self.events
            if event["kind"] == "phase" and event.get("data", {}).get("warm_up")
        }
        return {span: _call(events, warm) for span, events in told.items() if "call" in events}

    @cached_property
    def works(self) -> Sequence[Work]:
        """Provider work in the order in which it began."""
        begun = {e["span"]: e for e in self.events if e["kind"] == "work" and e["type"] == "invoke"}
        ended = {e["span"]: e for e in self.events if e["kind"] == "work" and e["type"] != "invoke"}
        works = [_work(event, ended.get(span)) for span, event in begun.items()]
        return sorted(works, key=lambda work: work.from_s)

    def works_of(self, call: Call, stage: str) -> list[Work]:
        """Those in whose text a fact stands that no other call has."""
        others = [c.facts.values() for c in self.calls.values() if c.span != call.span]
        taken = {fact for facts in others for fact in facts}
        own = [fact for fact in call.facts.values() if fact not in taken]
        return [
            work
            for work in self.works
            if work.stage == stage and any(fact in _texts(work) for fact in own)
        ]


def read(path: Path) -> RunFolder:
    """A run folder that has been judged. OSError if a part of it is missing."""
    findings = json.loads((path / "findings.json").read_text())
    with (path / "events.jsonl").open() as lines:
        events = [json.loads(line) for line in lines]
    return RunFolder(path, findings, events)


def _call(events: Mapping[str, Json], warm: set[str]) -> Call:
    begun, ended = events["call"], events.get("call ended", events["call"])
    media = events.get("media ended")
    answered = events.get("setup ended", {})
    begins_ns: int | None = None
    if media:
        begins_ns = media["data"].get("from_at_ns", answered.get("at_ns"))
    planned, over = begun["data"], ended.get("data", {})
    return Call(
        span=begun["span"],
        dialogue=planned["dialogue"],
        facts=planned["facts"],
        lines=planned["lines_text"],
        warm_up=begun["parent"] in warm,
        dialled_s=begun["at_ns"] / 1e9,
        ended_s=ended["at_ns"] / 1e9,
        how=over.get("how", ""),
        ended_by=over.get("ended_by", ""),
        begins_s=None if begins_ns is None else begins_ns / 1e9,
        setup=answered.get("data", {}).get("how", ""),
    )


def _work(begun: Json, ended: Json | None) -> Work:
    data: dict[str, Any] = {**begun.get("data", {}), **(ended or {}).get("data", {})}
    until_ns = (data.get("until_at_ns") or ended["at_ns"]) if ended else None
    return Work(
        span=begun["span"],
        stage=begun["actor"].removeprefix("mock."),
        from_s=(data.get("from_at_ns") or begun["at_ns"]) / 1e9,
        until_s=None if until_ns is None else until_ns / 1e9,
        type=ended["type"] if ended else "",
        data=data,
    )


def _texts(work: Work) -> str:
    return " ".join(str(work.data.get(key, "")) for key in ("history", "text_in", "arguments"))
