"""fastbusy from Python: `fastbusy.run("scenarios/demo.yaml").verdict`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from harness.finding import Finding, Outcome
from harness.recorder import Keep
from kernel.errors import UsageError
from kernel.ports import port_base as known_port_base
from kernel.roll import seed_of

from .commands.run import options_of, run_options
from .judging import Judged
from .options import from_environment
from .places import Stack, origins
from .whole import run_blocking


@dataclass(frozen=True)
class Result:
    """What a run came to.

    verdict    pass, warn, fail or unknown; `reason` is one sentence for it
    fates      fate → number of calls
    findings   every check by name
    pass_rate  share of gates that passed, from 0 to 1; None without gates
    folder     the run folder, with report.html, findings.json, events.jsonl, recordings/
    """

    verdict: Outcome
    reason: str
    summary: str
    fates: dict[str, int]
    findings: dict[str, Finding]
    pass_rate: float | None
    folder: Path

    @classmethod
    def of(cls, judged: Judged) -> Result:
        verdict = judged.verdict
        gates = [finding.outcome == "pass" for finding in verdict.checks if finding.gate]
        return cls(
            verdict=verdict.verdict,
            reason=verdict.reason,
            summary=judged.first_line,
            fates=verdict.fates,
            findings={finding.name: finding for finding in verdict.checks},
            pass_rate=sum(gates) / len(gates) if gates else None,
            folder=judged.folder,
        )


def run(
    scenario: str | Path,
    *,
    agent: str = "",
    agent_command: str = "",
    stream_url: str = "",
    dial_out: str = "",
    signed_as: str = "",
    connect_to: str = "",
    ca: str | Path = "",
    client_cert: str | Path = "",
    client_key: str | Path = "",
    headers: Mapping[str, str] = MappingProxyType({}),
    parameters: Mapping[str, str] = MappingProxyType({}),
    profiles: Sequence[str] = (),
    seed: int | None = None,
    out: str | Path | None = None,
    host: str = "",
    port_base: int | None = None,
    keep: Keep | None = None,
    stack: Stack | None = None,
    mocks: Sequence[str] = (),
) -> Result:
    """Run a scenario against an agent and judge it; blocks until it is over.

    The arguments are those of `fastbusy run`; one that is left out comes from its FASTBUSY_…
    variable or is as there. Raises kernel.errors.FastbusyError: UsageError for a wrong file or an
    agent that is not wired up, StackError if the surroundings fail.
    """
    _check(profiles, keep, stack, mocks)
    given = {
        "agent": agent,
        "agent_command": agent_command,
        "stream_url": stream_url,
        "dial_out": dial_out,
        "signed_as": signed_as,
        "connect_to": connect_to,
        "ca": str(ca),
        "client_cert": str(client_cert),
        "client_key": str(client_key),
        "header": tuple(f"{name}: {value}" for name, value in headers.items()),
        "parameter": tuple(f"{name}={value}" for name, value in parameters.items()),
        "profile": tuple(profiles),
        "seed": None if seed is None else seed_of(str(seed)),
        "out": None if out is None else Path(out),
        "host": host,
        "port_base": None if port_base is None else known_port_base(str(port_base)),
        "keep": keep,
        "stack": stack,
        "mocks": origins(",".join(mocks)),
    }
    said = {name: value for name, value in given.items() if value not in (None, "", ())}
    args = argparse.Namespace(**{**_left_out(), **said})
    return Result.of(run_blocking(options_of(str(scenario), args)))


def _check(profiles: object, keep: object, stack: object, mocks: object) -> None:
    """UsageError for what a type checker would have found."""
    keeps, stacks = get_args(Keep), get_args(Stack)
    if isinstance(profiles, str) or keep not in (None, *keeps):
        raise UsageError(
            f"profiles={profiles!r}, keep={keep!r}",
            where="fastbusy.run",
            remedy=f"profiles is a list of names; keep is one of {', '.join(keeps)}",
        )
    if isinstance(mocks, str) or stack not in (None, *stacks):
        raise UsageError(
            f"mocks={mocks!r}, stack={stack!r}",
            where="fastbusy.run",
            remedy=f"mocks is a list of URLs; stack is one of {', '.join(stacks)}",
        )


def _left_out() -> dict[str, Any]:
    """The options of `fastbusy run` where the command line is empty."""
    parser = argparse.ArgumentParser()
    run_options(parser)
    from_variables = from_environment(parser, os.environ)
    return {**vars(parser.parse_args([])), **from_variables}
