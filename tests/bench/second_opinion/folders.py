"""Run folders in memory: a few bare events and what a judge has found in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.second_opinion.run_folder import RunFolder

DIALOGUE = {"done": {"tool_ok": "book", "heard": "booked for {day}"}}
FATES = {"served": 1, "dropped": 0}

Json = dict[str, Any]


def event(at_s: float, actor: str, kind: str, type: str, span: str, **data: Any) -> Json:
    parent = data.pop("parent", "")
    told = {"actor": actor, "kind": kind, "type": type, "span": span, "parent": parent}
    return {"at_ns": round(at_s * 1e9), **told, "data": data}


def call(number: int, at_s: float, until_s: float, name: str, **over: Any) -> list[Json]:
    """A call whose recording begins half a second after it was dialled."""
    span, phase = f"c{number:04}", over.pop("phase", "phase/baseline")
    facts, lines = {"name": name, "day": "Monday"}, [f"{name} here.", "Bye."]
    begun = {"dialogue": "ask", "facts": facts, "lines_text": lines, "parent": phase}
    over = {"how": "completed", "ended_by": "caller", **over}
    return [
        event(at_s, "caller", "call", "invoke", span, **begun),
        event(at_s + 0.4, "caller", "setup", "ok", f"{span}/setup"),
        event(
            until_s, "caller", "media", "info", f"{span}/media", from_at_ns=int((at_s + 0.5) * 1e9)
        ),
        event(until_s, "caller", "call", "ok", span, parent=phase, **over),
    ]


def work(
    span: str, stage: str, at_s: float, until_s: float | None, type: str = "ok", **data: Any
) -> list[Json]:
    begun = event(at_s, f"mock.{stage}", "work", "invoke", span, **data)
    if until_s is None:
        return [begun]
    return [begun, event(until_s, f"mock.{stage}", "work", type, span, status=200)]


def finding(name: str, outcome: str, *places: tuple[str, float, str], **measures: float) -> Json:
    evidence = [{"call": c, "at_ns": round(at_s * 1e9), "note": note} for c, at_s, note in places]
    return {"name": name, "outcome": outcome, "evidence": evidence, "measures": measures}


def folder(*events: list[Json], checks: tuple[Json, ...] = (), path: str = "run") -> RunFolder:
    run = event(0, "runner", "run", "invoke", "run", dialogues={"ask": DIALOGUE})
    warm = event(0, "runner", "phase", "invoke", "phase/warm_up", warm_up=True)
    told = [run, warm, *(each for some in events for each in some)]
    found = {"verdict": "fail", "reason": "", "fates": FATES, "checks": list(checks)}
    return RunFolder(Path(path), found, told)
