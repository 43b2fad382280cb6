"""Print the environment that points an agent at the mocks: `eval "$(fastbusy env)"`."""

from __future__ import annotations

import argparse

from kernel.ports import DEFAULT_PORT_BASE, port_base

from ..env import FORMATS, environment


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, default="shell",
                        help="variables, or constructor arguments of a framework")  # fmt: skip
    parser.add_argument("--host", default="127.0.0.1", help="where the mocks are reached")
    parser.add_argument("--port-base", type=port_base, default=DEFAULT_PORT_BASE, metavar="PORT",
                        help="their first port (8700)")  # fmt: skip
    parser.add_argument(
        "--port-per-stage", action="store_true", help="each stage at its own port (8701 stt, …)"
    )


def run(args: argparse.Namespace) -> int:
    env = environment(args.host, args.port_base, one_port=not args.port_per_stage)
    print(FORMATS[args.format](env), end="")
    return 0
