"""Check a scenario's files and show what running it would do: phases, calls, faults, wall time."""

from __future__ import annotations

import argparse
import os

from harness.planning.doubts import doubts
from harness.planning.summary import summary
from kernel.roll import seed_of

from .. import catalogue, shelf, target_options
from ..preparing import Options, prepare


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", help=f"a file, or one that ships: {shelf.shipped()}")
    parser.add_argument("--agent", default="", metavar="TARGET", help="whom to call (reference)")
    target_options.arguments(parser)
    parser.add_argument(
        "--profile", action="append", default=[], metavar="NAME|FILE", help="one more fault profile"
    )
    parser.add_argument("--seed", type=seed_of, metavar="N", help="in place of the scenario's")


def run(args: argparse.Namespace) -> int:
    options = Options(
        args.scenario,
        args.agent,
        profiles=tuple(args.profile),
        seed=args.seed,
        aim=target_options.aim_of(args),
    )
    prepared = prepare(options, os.environ)
    doubtful = doubts(prepared.plan, catalogue.tools())
    print(summary(prepared.plan, prepared.target, doubtful))
    return 0
