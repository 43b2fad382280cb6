"""From the words of a command line to a plan and a target, before anything is started."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.files.reading import read_files
from harness.planning.plan import Plan
from harness.planning.planning import make_plan
from harness.recorder import Keep
from kernel.ports import DEFAULT_PORT_BASE

from . import catalogue, shelf
from .aiming import Aimed, Said, aimed, file_rules
from .target_options import Aim

# Callers wish for dates after this day; fixed, so that a seed means the same run on any day.
TODAY = dt.date(2026, 11, 2)


@dataclass(frozen=True)
class Options:
    """What `fastbusy run` and `fastbusy.run()` take; see `fastbusy run --help`.

    mocks  origins of mocks that somebody else has started; without any the run starts its own
    """

    scenario: str
    agent: str = ""
    agent_command: str = ""
    host: str = "127.0.0.1"
    port_base: int = DEFAULT_PORT_BASE
    profiles: Sequence[str] = ()
    seed: int | None = None
    out: Path | None = None
    keep: Keep = "failed"
    aim: Aim = field(default_factory=Aim)
    mocks: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Prepared(Aimed):
    """A plan, whom to call, and how that agent is started if it is ours to start."""

    plan: Plan


def prepare(options: Options, environ: Mapping[str, str]) -> Prepared:
    """Read the files and plan. FileProblems or UsageError, all before anything is started."""
    path = shelf.scenario(options.scenario)
    files = read_files(
        path,
        known=catalogue.known(),
        folders=(path.parent, path.parent / "fault_profiles", shelf.FAULT_PROFILES),
        environment=environ,
        more_profiles=tuple(options.profiles),
        target_files=file_rules(str(path)),
    )
    plan = make_plan(
        files.scenario,
        files.profiles,
        catalogue.fault_kinds(),
        today=TODAY,
        voices=catalogue.voices(),
        seed=options.seed,
    )
    said = Said(options.agent, options.agent_command, options.aim)
    found = aimed(files.scenario, said, environ, host=options.host, port_base=options.port_base)
    return Prepared(**vars(found), plan=plan)
