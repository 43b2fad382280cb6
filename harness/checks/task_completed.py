"""Callers get what they called for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from kernel.dialogue import Goal
from kernel.history import History
from kernel.records import Call
from kernel.units import Share

from ..analysis.fates import fate_of, left_by_plan, refused_at_the_door
from ..analysis.statistics import of_all
from ..analysis.tasks import NOTHING, goals, missing, tools_that_answered_well
from ..analysis.windows import judged_calls
from ..check import Check
from ..finding import Evidence, Finding
from .script_matched import ScriptMatched


class TaskCompleted(Check, frozen=True):
    """The share of callers whose task was done as their dialogue says: the tool answered well and
    they heard the words. Callers refused politely at the door, those that hang up early by plan,
    and those that we cut off, are not counted; a fate under `also_ok` counts as done. A dialogue
    without `done` is done once served.

    at_least  the share that must be done
    fewest    calls with a task below which nothing is said
    """

    scalar: ClassVar[str] = "at_least"
    per_call: ClassVar[bool] = True

    at_least: Share = Share(0.95)
    fewest: int = 10

    @property
    def calls_needed(self) -> int:
        return self.fewest

    def look(self, history: History) -> Finding:
        script = ScriptMatched()(history)
        if script.outcome != "pass":
            return self.unknown(f"the mock LLM lost its script: {script.summary}")
        calls = [
            call
            for call in judged_calls(history)
            if fate_of(call) != "cut_by_us"
            and not (refused_at_the_door(call) or left_by_plan(call))
        ]
        if len(calls) < self.fewest:
            return self.unknown(f"{len(calls)} calls had a task; at least {self.fewest} are needed")
        wanted = goals(history)
        used = tools_that_answered_well(history, history.of_kind("join"))
        missed = [
            Evidence(call.span, call.ended_ns, note)
            for call in calls
            if (note := _note(call, wanted.get(call.dialogue, Goal()), used))
        ]
        share = 1 - len(missed) / len(calls)
        return self.finding(
            "pass" if share >= self.at_least else "fail",
            f"{of_all(len(missed), len(calls))} callers did not get what they called for",
            {"calls": len(calls), "completed": len(calls) - len(missed), "completed_share": share},
            missed,
        )


def _note(call: Call, goal: Goal, used: Mapping[str, frozenset[str]]) -> str:
    """What kept the task from being done, empty if it was done."""
    fate = fate_of(call)
    if fate in goal.also_ok:
        return ""
    if goal.done == NOTHING:
        return "" if fate == "served" else fate
    missed = missing(call, goal.done, used)
    return f"{fate}: {missed}" if missed else ""
