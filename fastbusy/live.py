"""Progress of a run: a live panel in a terminal, elsewhere a line now and then."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from harness.analysis.fates import FATES
from harness.report.quantities import words
from harness.runner import Progress

_LINE_EVERY_S = 15.0
_DOUBTS = 3


def line(progress: Progress) -> str:
    """Progress in one line."""
    over = ", ".join(_fates(progress)) or "none"
    faults = f" · faults: {', '.join(progress.faults)}" if progress.faults else ""
    return (
        f"{progress.elapsed_s:4.0f} s  {progress.phase or 'last calls':<10} "
        f"{progress.dialled}/{progress.planned} dialled, {progress.talking} up, "
        f"over: {over}{faults}"
    )


def _fates(progress: Progress) -> Iterator[str]:
    """What became of the calls that are over, in the words and the order of the verdict."""
    for fate in FATES:
        if count := progress.over.get(fate, 0):
            yield f"{count} {words(fate)}"


class Show:
    """A context manager that takes `Progress` as it comes."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(file=sys.stderr)
        self._live: Live | None = None
        self._told_s = -_LINE_EVERY_S

    def __enter__(self) -> Show:
        return self

    def start(self, doubtful: Iterable[str] = ()) -> None:
        """What was asked for is about to begin. `doubtful` are lines about what was likely not
        meant; a few are told."""
        doubts = list(doubtful)
        untold = len(doubts) - _DOUBTS
        more = [f"  and {untold} more: see fastbusy plan"] if untold > 0 else []
        for told in ["doubtful", *doubts[:_DOUBTS], *more] if doubts else ():
            self._console.print(told, highlight=False, markup=False, soft_wrap=True)
        self._console.print("starting, then one call to check the wiring …", highlight=False)
        if self._console.is_terminal:
            self._live = Live(console=self._console, refresh_per_second=4, transient=True)
            self._live.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:  # fmt: skip
        # A terminal that was closed takes nothing more; the run ends as it should all the same.
        with suppress(OSError):
            if self._live is not None:
                self._live.stop()

    def __call__(self, progress: Progress) -> None:
        with suppress(OSError):
            self._tell(progress)

    def _tell(self, progress: Progress) -> None:
        if self._live is not None:
            self._live.update(_panel(progress))
        elif progress.elapsed_s - self._told_s >= _LINE_EVERY_S:
            self._told_s = progress.elapsed_s
            self._console.print(line(progress), soft_wrap=True, highlight=False)


def _panel(progress: Progress) -> Table:
    table = Table.grid(padding=(0, 2))
    bar = ProgressBar(total=max(1.0, progress.total_s), completed=progress.elapsed_s, width=40)
    elapsed = Text(f"{progress.elapsed_s:.0f} of about {progress.total_s:.0f} s")
    table.add_row(Text(progress.phase or "last calls", style="bold"), bar, elapsed)
    calls = f"{progress.dialled}/{progress.planned} dialled, {progress.talking} up"
    table.add_row(Text("calls"), Text(calls), Text(", ".join(_fates(progress))))
    if progress.faults:
        table.add_row(Text("faults", style="red"), Text(", ".join(progress.faults), style="red"))
    return table
