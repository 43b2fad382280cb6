"""The demo: mocks, reference agent and callers through warm-up, baseline, surge and recovery."""

from __future__ import annotations

import argparse

from .run import carry_out, run_options


def arguments(parser: argparse.ArgumentParser) -> None:
    run_options(parser)


def run(args: argparse.Namespace) -> int:
    return carry_out("demo", args)
