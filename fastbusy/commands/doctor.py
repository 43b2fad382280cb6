"""Look at this machine: can it run the mocks, and how much load can it make?

With --agent, or with the scenario that names one, look at an agent instead: one call goes through
every link between it, the callers and the mocks, and the first that is missing is named.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import resource
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kernel.errors import UsageError

from .. import target_options
from ..env import ports
from ..places import mocks_of, place_options
from ..stack import refuse_taken_ports

# A call holds about four sockets on this machine: its stream and its agent's three providers.
_FILES_PER_CALL = 10
_DISK_WANTED_MB = 500
_OTHER_PORTS = "choose another --port-base, or stop what listens there"
_MARKS = {"there": "✓", "missing": "✗", "unknown": "·"}


class Diagnosis(NamedTuple):
    """One line of the report; `remedy` is empty where all is well.

    blocks   no run is possible before that is mended; otherwise it is a warning
    """

    what: str
    finding: str
    remedy: str = ""
    blocks: bool = False

    @property
    def mark(self) -> str:
        return ("✗" if self.blocks else "!") if self.remedy else "✓"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--agent", default="", metavar="TARGET", help="whose wiring to look at")
    parser.add_argument(
        "--agent-command", default="", metavar="CMD", help="started with the mocks' environment"
    )
    target_options.arguments(parser)
    parser.add_argument(
        "--scenario",
        default="",
        metavar="NAME|FILE",
        help="whose agent to look at; whose first line the caller says (appointments)",
    )
    place_options(parser)
    parser.add_argument(
        "--out", type=Path, default=Path("runs"), metavar="DIR", help="where runs are kept (runs)"
    )


def run(args: argparse.Namespace) -> int:
    if args.agent or args.agent_command or args.scenario or target_options.aim_of(args).options:
        return _look_at_agent(args)
    findings = list(examine(args.host, args.port_base, args.out))
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        print(f"{finding.mark} {finding.what:<{width}}  {finding.finding}")
        if finding.remedy:
            print(f"  {'':<{width}}  → {finding.remedy}")
    return 2 if any(finding.remedy and finding.blocks for finding in findings) else 0


def _look_at_agent(args: argparse.Namespace) -> int:
    # The machine can be looked at without the harness extra.
    from ..preparing import Options
    from ..whole import new_folder
    from ..wired import check_wiring

    options = Options(
        scenario=args.scenario or "appointments",
        agent=args.agent,
        agent_command=args.agent_command,
        host=args.host,
        port_base=args.port_base,
        out=new_folder("doctor", args.out),
        aim=target_options.aim_of(args),
        mocks=mocks_of(args),
    )
    wiring = check_wiring(options)
    for link in wiring.links:
        print(f"{_MARKS[link.state]} {link.name:<8} {link.told}")
        if link.remedy:
            print(f"  {'':<8} → {link.remedy}")
    print(f"{'wired up' if wiring.whole else 'not wired up'}; call and logs: {wiring.folder}")
    return 0 if wiring.whole else 2


def examine(host: str, port_base: int, out: Path) -> Iterator[Diagnosis]:
    """What this machine offers, line by line."""
    yield _python()
    yield _packages()
    yield Diagnosis("cores", f"{os.cpu_count()} ({platform.machine()})")
    yield _load()
    yield _open_files()
    yield _disk(out)
    yield _ports(host, port_base)


def _python() -> Diagnosis:
    version = platform.python_version()
    old = sys.version_info < (3, 11)
    return Diagnosis("python", version, "install Python 3.11 or newer" if old else "", True)


def _packages() -> Diagnosis:
    missing = [name for name in ("rich", "plotly") if importlib.util.find_spec(name) is None]
    if missing:
        return Diagnosis(
            "packages", f"missing: {', '.join(missing)}", "pip install 'fastbusy[harness]'", True
        )
    return Diagnosis("packages", "complete")


def _load() -> Diagnosis:
    busy, cores = os.getloadavg()[0], os.cpu_count() or 1
    remedy = "end other programs: what they hold up makes a run void" if busy > cores / 2 else ""
    return Diagnosis("load", f"{busy:.1f} on {cores} cores", remedy)


def _open_files() -> Diagnosis:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    calls = soft // _FILES_PER_CALL
    finding = f"{soft} (hard {hard}), enough for about {calls} calls at once"
    return Diagnosis("open files", finding, "" if calls >= 100 else "ulimit -n 65536")


def _disk(out: Path) -> Diagnosis:
    place = next(path for path in (out.resolve(), *out.resolve().parents) if os.path.exists(path))
    free_mb = shutil.disk_usage(place).free // 2**20
    short = free_mb < _DISK_WANTED_MB
    remedy = f"free {_DISK_WANTED_MB - free_mb} MB, or choose another --out" if short else ""
    return Diagnosis("disk", f"{free_mb} MB free at {place}", remedy)


def _ports(host: str, port_base: int) -> Diagnosis:
    wanted = ports(port_base)
    for who, port in wanted.items():
        try:
            refuse_taken_ports(host, [port], _OTHER_PORTS)
        except UsageError as error:
            return Diagnosis("ports", f"{error.what}; it is for {who}", error.remedy, True)
    *mocks, agent = wanted.values()
    free = f"{min(mocks)}–{max(mocks)} on {host} are free, and {agent} for a sample agent"
    return Diagnosis("ports", free)
