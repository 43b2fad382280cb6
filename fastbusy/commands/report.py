"""Write the views of a run folder anew: report.html, summary.md, junit.xml, findings.json."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..judging import judge_folder


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="for example runs/latest")


def run(args: argparse.Namespace) -> int:
    judged = judge_folder(args.folder)
    print(judged.folder / "report.html")
    return 0
