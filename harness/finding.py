"""What a check says, and what a run's verdict is made of. `findings.json` is these types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf
from typing import Any, Literal

import msgspec

Outcome = Literal["pass", "warn", "fail", "unknown"]


class Evidence(msgspec.Struct, frozen=True):
    """A place to look and listen: a call, the moment in it, and what happened there.

    call  its span; that of provider work which was joined to no call; empty for a stretch of time
    """

    call: str
    at_ns: int = 0
    note: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one check.

    summary     one sentence with the figures that decided
    measures    name (with its unit) → number, None where it could not be measured
    evidence    the calls to replay, worst first
    gate        it decides the verdict; set by `harness.verdict` from the scenario
    instrument  it speaks of the harness, not of the agent: bad means unknown, never fail
    breach      an instrument's figure by its limit; None where there is none, as when nothing was
                reported
    tag         `yours`, or `framework default` where the framework is known to do so by itself
    """

    name: str
    outcome: Outcome
    summary: str
    measures: dict[str, float | int | str | None] = {}
    evidence: tuple[Evidence, ...] = ()
    gate: bool = False
    instrument: bool = False
    breach: float | None = None
    tag: str = "yours"


def voids(findings: Iterable[Finding]) -> Sequence[Finding]:
    """Those that void the run, so that no gate decides: bad instruments, the worst first."""
    bad = [finding for finding in findings if finding.instrument and finding.outcome == "unknown"]
    return sorted(bad, key=lambda finding: -inf if finding.breach is None else -finding.breach)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """`findings.json`: what a run came to.

    fates       fate → number of offered calls; their sum is all of them
    instrument  the health of the harness itself, one entry per instrument check
    run         seed, scenario, profile, started, versions, interrupted
    """

    verdict: Outcome
    reason: str
    fates: dict[str, int]
    checks: tuple[Finding, ...]
    instrument: dict[str, Any]
    run: dict[str, Any]
