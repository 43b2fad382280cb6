"""Run a scenario against an agent and judge it.

TARGET is `reference`, `flawed:FLAW`, the http(s):// URL of a Twilio voice webhook, or the ws(s)://
URL of a media stream without one.
"""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path

from harness.finding import voids
from harness.headline import begun
from harness.planning.doubts import doubts
from harness.planning.plan import Plan
from harness.verdict import exit_code
from kernel.roll import seed_of

from .. import catalogue, shelf, target_options
from ..judging import Judged
from ..live import Show
from ..places import mocks_of, place_options
from ..preparing import Options
from ..whole import Interrupted, run_blocking


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", help=f"a file, or one that ships: {shelf.shipped()}")
    run_options(parser)


def run_options(parser: argparse.ArgumentParser) -> None:
    """What `run` and `demo` share."""
    parser.add_argument("--agent", default="", metavar="TARGET", help="whom to call (reference)")
    parser.add_argument(
        "--agent-command", default="", metavar="CMD", help="started with the mocks' environment"
    )
    target_options.arguments(parser)
    parser.add_argument(
        "--profile", action="append", default=[], metavar="NAME|FILE", help="one more fault profile"
    )
    parser.add_argument("--seed", type=seed_of, metavar="N", help="in place of the scenario's")
    parser.add_argument("--out", type=Path, metavar="DIR", help="run folder (runs/NAME-TIME)")
    parser.add_argument("--keep", choices=("failed", "all", "none"), default="failed",
                        help="recordings to keep (failed and the first ten)")  # fmt: skip
    place_options(parser)
    parser.add_argument("--unknown-is", choices=("pass", "warn", "fail", "unknown"),
                        default="unknown", help="what an unknown verdict counts as")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    return carry_out(args.scenario, args)


def carry_out(scenario: str, args: argparse.Namespace) -> int:
    """Run, print, and give the exit code."""
    try:
        with Show() as show:

            def start(plan: Plan) -> None:
                show.start(doubts(plan, catalogue.tools()))

            judged = run_blocking(options_of(scenario, args), show, start)
    except Interrupted as interrupted:
        # What ended the run may have been the end of the terminal.
        with suppress(OSError):
            tell(interrupted.judged)
        raise
    tell(judged)
    return exit_code(judged.verdict.verdict, args.unknown_is)


def options_of(scenario: str, args: argparse.Namespace) -> Options:
    """A run from the values of `run_options`."""
    return Options(
        scenario=scenario,
        agent=args.agent,
        agent_command=args.agent_command,
        host=args.host,
        port_base=args.port_base,
        profiles=tuple(args.profile),
        seed=args.seed,
        out=args.out,
        keep=args.keep,
        aim=target_options.aim_of(args),
        mocks=mocks_of(args),
    )


def tell(judged: Judged) -> None:
    """The verdict, the one sentence, every gate that did not pass, and where the report is."""
    verdict = judged.verdict
    print(f"\n{verdict.verdict}  {verdict.run.get('scenario', '')}")
    print(judged.first_line)
    if begun(verdict):
        _tell_why(judged)
    print(f"report:  {judged.folder / 'report.html'}")


def _tell_why(judged: Judged) -> None:
    verdict = judged.verdict
    void = bool(voids(verdict.checks))
    for finding in verdict.checks:
        decides = finding.gate or finding.instrument
        if decides or finding.outcome in ("warn", "fail"):
            kind = "gate" if finding.gate else "instrument" if finding.instrument else "advice"
            if void and kind == "gate":
                kind = "void gate"
            print(f"  {finding.outcome:<8}{kind:<11}{finding.name}: {finding.summary}")
    print(f"because: {verdict.reason}")
    if verdict.verdict == "unknown" and judged.is_whole:
        print(
            f"accept:  fastbusy check {judged.folder} --unknown-is pass (ends with 0, not with 3)"
        )
    if cut := judged.history.interrupted:
        print(f"cut:     {cut}")
