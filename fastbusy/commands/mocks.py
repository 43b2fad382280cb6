"""Serve the mocked providers until Ctrl-C: `fastbusy mocks`, or only some: `fastbusy mocks stt`.

With --profile they fail by a timetable of their own, which starts when they are ready.
"""

from __future__ import annotations

import argparse
import shlex

from kernel.fault import STAGES
from kernel.ports import DEFAULT_PORT_BASE, port_base
from kernel.roll import seed_of
from mocks.__main__ import run as serve
from mocks.provider import load_providers
from mocks.serve_shell import Shell


def arguments(parser: argparse.ArgumentParser) -> None:
    served = {provider.stage for provider in load_providers()}
    listed = ", ".join(stage for stage in STAGES if stage in served)
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=f"{listed}, or all (all)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port-base", type=port_base, default=DEFAULT_PORT_BASE, metavar="PORT",
                        help="serves all; each stage has one above it (8700)")  # fmt: skip
    parser.add_argument("--profile", action="append", default=[], metavar="NAME|FILE",
                        help="fault profile to carry out from the start")  # fmt: skip
    parser.add_argument(
        "--seed", type=seed_of, default=0, metavar="N", help="of every latency and wording (0)"
    )
    parser.add_argument("--latency", action="append", default=[], metavar="STAGE.FIELD=LATENCY",
                        help="for example llm.first='lognormal(350ms, 800ms)'")  # fmt: skip
    parser.add_argument("--correlate", default="", metavar="HEADER",
                        help="header that says which call a request belongs to")  # fmt: skip
    parser.add_argument("--correlate-metadata", default="", metavar="FIELD",
                        help="field of a request's metadata that says so")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    words = [*args.stages, "--host", args.host, "--port-base", str(args.port_base)]
    words += ["--seed", str(args.seed)]
    words += ["--correlate", args.correlate, "--correlate-metadata", args.correlate_metadata]
    for change in args.latency:
        words += ["--latency", change]
    stages = () if "all" in args.stages else tuple(args.stages)
    # Without a profile nothing of the harness is loaded.
    if args.profile:
        from ..timetable import read_timetable, schedule

        faults = read_timetable(args.profile, seed=args.seed, stages=stages)

    def ready(shell: Shell) -> None:
        print(f'point an agent at them:  eval "$({env_command(args.host, args.port_base)})"')
        if args.profile:
            schedule(shell, faults, lambda line: print(line, flush=True))

    serve(words, ready)
    return 0


def env_command(host: str, port_base: int) -> str:
    """The command that prints where an agent on this machine finds them."""
    words = ["fastbusy", "env"]
    # An address that stands for all of this machine's is none to connect to.
    words += ["--host", host] if host not in ("127.0.0.1", "0.0.0.0") else []
    words += ["--port-base", str(port_base)] if port_base != DEFAULT_PORT_BASE else []
    return shlex.join(words)
