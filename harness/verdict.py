"""From a history and its gates to a verdict: all checks run, those under `gate:` decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kernel.history import History

from .analysis.fates import count_fates
from .check import Check
from .conclusions import conclude
from .finding import Finding, Outcome, Verdict, voids
from .gates import configure

_WORST_LAST: tuple[Outcome, ...] = ("pass", "warn", "unknown", "fail")
_EXIT_CODES: Mapping[Outcome, int] = {"pass": 0, "warn": 0, "fail": 1, "unknown": 3}
NO_CALL = "no call was offered"
_RUN = ("scenario", "seed", "target", "versions", "started")


def judge(history: History, gates: Mapping[str, Any]) -> Verdict:
    """The verdict on a run. ValueError if `gates` are wrong, see `gates.configure`.

    The history may hold its joins and tasks already; otherwise they are found first. Of a run that
    ended before its first call no check is asked: what stopped it is the reason.
    """
    checks, stopped = configure(gates), _what_stopped(history)
    history = conclude(history)
    findings = tuple(
        msgspec.structs.replace(
            check.unknown(NO_CALL) if stopped else _safely(check, history),
            gate=check.name in gates,
        )
        for check in checks
    )
    verdict, reason = decide(findings)
    return Verdict(
        verdict=verdict,
        reason=f"{NO_CALL}: {stopped}" if stopped else reason,
        fates=count_fates(history.calls),
        checks=findings,
        instrument={
            finding.name: {"outcome": finding.outcome, "summary": finding.summary}
            for finding in findings
            if finding.instrument
        },
        run=_told_of(history),
    )


def _what_stopped(history: History) -> str:
    """Why there was not one call, with its remedy, in one line; empty if there was one."""
    if history.calls or not history.interrupted:
        return ""
    lines = [line.strip() for line in history.interrupted.splitlines() if line.strip()]
    remedies = [line for line in lines if line.startswith("→")]
    told = [line for line in lines if line not in remedies]
    # Between them are the last words of a child process; the very last say why it ended.
    return " ".join([told[0], *(["…", told[-1]] if len(told) > 1 else []), *remedies])


def _told_of(history: History) -> dict[str, Any]:
    told = {name: history.run[name] for name in _RUN if name in history.run}
    profile = ", ".join(history.run.get("profiles", ()))
    return {**told, "profile": profile, "interrupted": history.interrupted}


def _safely(check: Check, history: History) -> Finding:
    """A check that crashes has found out nothing, and says why."""
    try:
        return check(history)
    except Exception as error:
        return check.unknown(f"the check itself crashed: {type(error).__name__}: {error}")


def decide(findings: Sequence[Finding]) -> tuple[Outcome, str]:
    """The verdict and one sentence for it.

    A bad instrument voids the run; the one furthest beyond its limit is told. Else the worst gate
    decides: fail, unknown, warn, pass. A fail of a check that is no gate warns, its unknown says
    nothing.
    """
    if void := voids(findings):
        others = "".join(f"; void by {finding.name} as well" for finding in void[1:])
        return "unknown", f"the run is void: {_because(void[:1])}{others}"
    ranked = {outcome: [f for f in findings if _counts_as(f) == outcome] for outcome in _WORST_LAST}
    for outcome in reversed(_WORST_LAST):
        if outcome != "pass" and ranked[outcome]:
            return outcome, _because(ranked[outcome])
    gates = sum(finding.gate for finding in findings)
    return (
        "pass",
        f"{gates} of {gates} gates passed" if gates else "no check had anything to say against",
    )


def _counts_as(finding: Finding) -> Outcome:
    if finding.gate:
        return finding.outcome
    return "warn" if finding.outcome in ("fail", "warn") else "pass"


def _because(findings: Sequence[Finding]) -> str:
    first, *others = findings
    more = f" (and {len(others)} more)" if others else ""
    return f"{first.name}: {first.summary}{more}"


def exit_code(verdict: Outcome, unknown_is: Outcome = "unknown") -> int:
    """0 pass or warn, 1 fail, 3 unknown, which `--unknown-is` maps to another verdict."""
    return _EXIT_CODES[unknown_is if verdict == "unknown" else verdict]
