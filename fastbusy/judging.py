"""From a run folder to its verdict and views: everything that happens after a run.

A pure function of the folder, so that an old run can be judged again, by other gates or by checks
that did not exist when it was made.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from harness.conclusions import conclude
from harness.finding import Verdict
from harness.headline import headline
from harness.report.junit import junit
from harness.report.line import zeros_ns
from harness.report.page import page
from harness.report.summary import summary
from harness.verdict import judge
from kernel.errors import StackError, UsageError
from kernel.event import DamagedLine, from_lines
from kernel.history import History
from kernel.vocabulary import vet


class _Gated(msgspec.Struct):
    """What the judge wants of a plan."""

    gates: dict[str, Any] = {}


@dataclass(frozen=True)
class Judged:
    """A run folder and what it came to."""

    folder: Path
    verdict: Verdict
    history: History

    @property
    def first_line(self) -> str:
        """The fates in one sentence."""
        return headline(self.verdict)

    @property
    def is_whole(self) -> bool:
        """The run came to its end. What was cut short has no result that could be accepted."""
        return self.history.end is not None and not self.history.interrupted


def read_history(folder: Path) -> History:
    """The events of a run folder, and what follows from them. UsageError if there are none."""
    path = folder / "events.jsonl"
    try:
        with path.open("rb") as lines:
            history = History(from_lines(lines, vet))
    except (FileNotFoundError, NotADirectoryError) as error:
        what = (
            "no events.jsonl: this is no run folder"
            if folder.exists()
            else "there is no such folder"
        )
        raise UsageError(what, where=str(folder), remedy=_another(folder)) from error
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except DamagedLine as error:
        raise UsageError(
            f"damaged: {error}",
            where=f"{path}:{error.line}",
            remedy="take that line out, or make the run again",
        ) from error
    return conclude(history)


def _another(folder: Path) -> str:
    """What to name in its place: the newest run folder in or beside it."""
    found = [path for near in (folder, folder.parent) for path in near.glob("*/plan.json")]
    runs = [path for path in found if not path.parent.is_symlink()]
    if not runs:
        return "name a folder that `fastbusy run` has made"
    return f"the newest run near it is {max(runs, key=lambda path: path.stat().st_mtime).parent}"


def read_gates(folder: Path) -> Mapping[str, Any]:
    """The gates that the run was planned with. UsageError if its plan cannot be read."""
    path = folder / "plan.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Gated).gates
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"the run's plan cannot be read: {why}",
            where=str(path),
            remedy="put it back; its `gates` say what decides the verdict",
        ) from error


def judge_folder(folder: Path, gates: Mapping[str, Any] | None = None) -> Judged:
    """Judge a run folder and write its views. `gates` in place of those of its plan."""
    history = read_history(folder)
    if history.of_kind("preflight") and not history.run:
        what = "there was no run: this is the call that looked at the wiring"
        raise UsageError(what, where=str(folder), remedy=_another(folder))
    wanted = read_gates(folder) if gates is None else gates
    try:
        verdict = judge(history, wanted)
    except ValueError as error:
        raise UsageError(str(error), where="gate") from error
    judged = Judged(folder, verdict, history)
    write_views(judged)
    return judged


def write_views(judged: Judged) -> None:
    """findings.json, junit.xml, summary.md and report.html. StackError if the disk fails."""
    verdict, first_line = judged.verdict, judged.first_line
    zeros = zeros_ns(judged.history.calls)
    findings = msgspec.json.format(msgspec.json.encode(verdict), indent=2)
    _write(judged.folder / "findings.json", findings)
    _write(judged.folder / "junit.xml", junit(verdict, zeros).encode())
    _write(judged.folder / "summary.md", summary(verdict, first_line, zeros).encode())
    recordings = {path.stem for path in judged.folder.glob("recordings/*.wav")}
    command = command_of(judged.folder)
    report = page(judged.history, verdict, first_line, command, recordings)
    _write(judged.folder / "report.html", report.encode())


def command_of(folder: Path) -> str:
    """The command that a run was started with, empty if nobody wrote it down."""
    try:
        return (folder / "command.txt").read_text(errors="replace").strip()
    except OSError:
        return ""


def _write(path: Path, data: bytes) -> None:
    # A view that is half written must not hide the whole one before it.
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_bytes(data)
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise StackError(
            f"cannot be written: {error.strerror}",
            where=str(path),
            remedy=f"free some space and run: fastbusy report {path.parent}",
        ) from error
