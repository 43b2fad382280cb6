"""A run as events: its beginning and end, its phases, and the health of the instrument."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any

from kernel.clock import SECOND_NS
from kernel.event import Event, Type
from kernel.units import builtins
from kernel.version import version

from .call_log import Record
from .media.lateness import Sample
from .planning.plan import Plan, PlannedPhase, Target


class RunLog:
    """Writes the events of actor `runner`; the vocabulary is that of `kernel.history`."""

    def __init__(self, plan: Plan, target: Target, record: Record) -> None:
        self._plan, self._target, self._record = plan, target, record
        self._phases: dict[str, PlannedPhase] = {}
        self._sampled = (0, 0)

    @property
    def phase(self) -> str:
        """The phase that is on, empty if none is."""
        return next(iter(self._phases), "")

    def begin(self, now_ns: int, cpu_ns: int, keep: str, started_s: float) -> None:
        """`started_s` is the wall time of the run's zero."""
        plan = self._plan
        self._sampled = now_ns, cpu_ns
        data = {
            "scenario": plan.scenario,
            "why": plan.why,
            "seed": plan.seed,
            "calls": len(plan.calls),
            "target": self._target.shown(self._target.webhook),
            "limit": self._target.limit,
            "profiles": list(plan.profiles),
            "dialogues": {name: builtins(dialogue) for name, dialogue in plan.dialogues.items()},
            "keep": keep,
            "started": started_s,
            "versions": {"fastbusy": version(), "python": platform.python_version()},
        }
        self._tell(now_ns, "run", "invoke", "run", data)

    def begin_phase(self, phase: PlannedPhase, now_ns: int) -> None:
        self._phases[phase.name] = phase
        data = {"name": phase.name, "index": phase.index, "warm_up": phase.warm_up}
        self._tell(now_ns, "phase", "invoke", f"phase/{phase.name}", data, phase.from_ns)

    def end_phase(self, phase: PlannedPhase, now_ns: int) -> None:
        if self._phases.pop(phase.name, None):
            span = f"phase/{phase.name}"
            self._tell(now_ns, "phase", "ok", span, due_ns=phase.until_ns)

    def sample(self, lateness: Sample, now_ns: int, cpu_ns: int) -> None:
        """The health of this process since the last sample; `cpu_ns` is what it used so far."""
        then_ns, cpu_then_ns = self._sampled
        self._sampled = now_ns, cpu_ns
        over_ns = max(1, now_ns - then_ns)
        data = {
            "cpu_share": round((cpu_ns - cpu_then_ns) / over_ns, 4),
            **lateness._asdict(),
            "over_s": round(over_ns / SECOND_NS, 3),
        }
        self._tell(now_ns, "instrument", "info", f"runner/{now_ns // SECOND_NS}", data)

    def end(self, reason: str, now_ns: int, data: Mapping[str, Any]) -> None:
        """`reason` says why it was cut short; it is empty where it was not."""
        for name in self._phases:
            self._tell(now_ns, "phase", "info", f"phase/{name}", {"reason": reason})
        self._phases = {}
        type_: Type = "info" if reason else "ok"
        self._tell(now_ns, "run", type_, "run", {"reason": reason, **data})

    def _tell(
        self,
        now_ns: int,
        kind: str,
        type_: Type,
        span: str,
        data: dict[str, Any] | None = None,
        due_ns: int | None = None,
    ) -> None:
        parent = "" if kind == "run" else "run"
        self._record(Event(now_ns, "runner", kind, type_, span, parent, due_ns, data or {}))


def tell_without_calls(
    plan: Plan, target: Target, record: Record, *, keep: str, started_s: float, reason: str
) -> None:
    """The beginning and the end of a run that did not come to its first phase."""
    log = RunLog(plan, target, record)
    log.begin(0, 0, keep, started_s)
    log.end(reason, 0, {"complete": True})
