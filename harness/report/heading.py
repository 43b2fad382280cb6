"""The first screen of a report: the verdict, why, what became of the calls, and of which run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from kernel.history import History
from kernel.records import FaultWindow

from ..finding import Verdict
from ..headline import begun
from .colours import FATE_COLOURS
from .markup import Html, joined, tag
from .quantities import SIGNS, clock, words

_FAULTS_NAMED = 3


def heading(history: History, verdict: Verdict, first_line: str) -> Html:
    run = verdict.run
    badge = tag("span", f"{SIGNS[verdict.verdict]} {verdict.verdict}", class_="badge")
    why = " ".join(str(history.run.get("why", "")).split())
    return tag(
        "header",
        tag("h1", badge, " ", scenario_of(run)),
        tag("p", why, class_="why") if why else "",
        *_outcome(verdict, first_line),
        tag("p", " · ".join(_told_of(history, run)), class_="run"),
        class_=verdict.verdict,
    )


def _outcome(verdict: Verdict, first_line: str) -> Iterator[Html]:
    interrupted = str(verdict.run.get("interrupted") or "")
    if interrupted and begun(verdict):
        yield tag("p", f"interrupted: {interrupted}", class_="alert")
    yield tag("p", first_line, class_="first")
    if begun(verdict):
        yield tag("p", verdict.reason, class_="reason")
        yield _fates(verdict.fates)


def scenario_of(run: Mapping[str, Any]) -> str:
    return str(run.get("scenario") or "run")


def _fates(fates: Mapping[str, int]) -> Html:
    """A bar in the proportions of the fates; its legend leads to the calls."""
    shown = [(fate, count) for fate in FATE_COLOURS if (count := fates.get(fate, 0))]
    if not shown:
        return tag("p", "no call was offered", class_="alert")
    told = ", ".join(f"{count} {words(fate)}" for fate, count in shown)
    parts = (tag("span", class_=f"fate-{fate}", style=f"flex:{count}") for fate, count in shown)
    links = (
        tag("a", tag("b", f"{count:,}"), " ", words(fate), class_=f"chip fate-{fate}",
            href="#calls", data_show=fate)
        for fate, count in shown
    )  # fmt: skip
    return joined(
        (
            tag("div", *parts, class_="bar", role="img", aria_label=f"fates: {told}"),
            tag("p", *links, class_="legend"),
        )
    )


def _told_of(history: History, run: Mapping[str, Any]) -> list[str]:
    told = [
        f"agent {run['target']}" if run.get("target") else "",
        f"profile {run['profile']}" if run.get("profile") else "no fault profile",
        *(_fault(fault, history) for fault in history.faults[:_FAULTS_NAMED]),
        f"{more} more faults" if (more := len(history.faults) - _FAULTS_NAMED) > 0 else "",
        f"seed {run.get('seed', '?')}",
        f"lasted {clock(history.end_ns)}",
        started(run),
    ]
    return [fact for fact in told if fact]


def _fault(fault: FaultWindow, history: History) -> str:
    healed = "never healed" if fault.until_ns is None else clock(fault.until_ns)
    return f"{fault.name} {clock(fault.from_ns)}–{healed}"


def started(run: Mapping[str, Any]) -> str:
    """When the run began, as a date; empty if the run does not say."""
    seconds = run.get("started")
    if not isinstance(seconds, int | float) or not seconds:
        return ""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
