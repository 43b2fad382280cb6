"""Callers get what they called for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import ClassVar

import msgspec

from kernel.dialogue import Done, fill
from kernel.history import History
from kernel.records import Call
from kernel.units import Share, convert

from ..analysis.fates import fate_of, refused_at_the_door
from ..analysis.statistics import of_all
from ..analysis.windows import judged_calls
from ..check import Check
from ..finding import Evidence, Finding
from .script_matched import ScriptMatched


class Goal(msgspec.Struct, frozen=True):
    """The part of a dialogue that says when it is done."""

    done: Done = Done()
    also_ok: tuple[str, ...] = ()


class TaskCompleted(Check, frozen=True):
    """The share of callers whose task was done as their dialogue says: the tool answered well and
    they heard the words. Callers refused politely at the door, and those that we cut off, are not
    counted; a fate under `also_ok` counts as done. A dialogue without `done` is done once served.

    at_least  the share that must be done
    fewest    calls with a task below which nothing is said
    """

    scalar: ClassVar[str] = "at_least"
    per_call: ClassVar[bool] = True

    at_least: Share = Share(0.95)
    fewest: int = 10

    def look(self, history: History) -> Finding:
        script = ScriptMatched()(history)
        if script.outcome != "pass":
            return self.unknown(f"the mock LLM lost its script: {script.summary}")
        calls = [
            call
            for call in judged_calls(history)
            if fate_of(call) != "cut_by_us" and not refused_at_the_door(call)
        ]
        if len(calls) < self.fewest:
            return self.unknown(f"{len(calls)} calls had a task; at least {self.fewest} are needed")
        goals = convert(dict(history.run.get("dialogues", {})), dict[str, Goal])
        used = _tools_that_answered_well(history)
        missed = [
            Evidence(call.span, call.ended_ns, missing)
            for call in calls
            if (missing := _missing(call, goals.get(call.dialogue, Goal()), used))
        ]
        share = 1 - len(missed) / len(calls)
        return self.finding(
            "pass" if share >= self.at_least else "fail",
            f"{of_all(len(missed), len(calls))} callers did not get what they called for",
            {"calls": len(calls), "completed": len(calls) - len(missed), "completed_share": share},
            missed,
        )


def _tools_that_answered_well(history: History) -> Mapping[str, set[str]]:
    used: dict[str, set[str]] = defaultdict(set)
    for work in history.work:
        call = history.call_of(work)
        if work.stage == "tools" and work.type == "ok" and work.status < 400 and call:
            used[call].add(work.tool)
    return used


def _missing(call: Call, goal: Goal, used: Mapping[str, set[str]]) -> str:
    """What kept the task from being done, empty if it was done."""
    fate = fate_of(call)
    if fate in goal.also_ok:
        return ""
    if goal.done.tool_ok and goal.done.tool_ok not in used.get(call.span, ()):
        return f"{fate}: {goal.done.tool_ok} never answered well"
    words = fill(goal.done.heard, call.facts)
    if words and not _heard(call, words):
        return f"{fate}: never heard {words!r}"
    return "" if goal.done != Done() or fate == "served" else fate


def _heard(call: Call, words: str) -> bool:
    return any(words.casefold() in heard.text.casefold() for heard in call.heard)
