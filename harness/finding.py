"""What a check says, and what a run's verdict is made of. `findings.json` is these types."""

from __future__ import annotations

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
    tag         `yours`, or `framework default` where the framework is known to do so by itself
    """

    name: str
    outcome: Outcome
    summary: str
    measures: dict[str, float | int | str | None] = {}
    evidence: tuple[Evidence, ...] = ()
    gate: bool = False
    instrument: bool = False
    tag: str = "yours"


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
