"""Judge a run folder again, by the checks of this version; its views are written anew."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.verdict import exit_code

from ..judging import judge_folder
from .run import tell


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="for example runs/latest")
    parser.add_argument("--unknown-is", choices=("pass", "warn", "fail", "unknown"),
                        default="unknown", help="what an unknown verdict counts as")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    judged = judge_folder(args.folder)
    tell(judged)
    takes_all = judged.is_whole or args.unknown_is == "fail"
    return exit_code(judged.verdict.verdict, args.unknown_is if takes_all else "unknown")
