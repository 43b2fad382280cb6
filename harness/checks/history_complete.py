"""Everything that happened was written down."""

from __future__ import annotations

from typing import ClassVar

from kernel.history import History

from ..check import Check
from ..finding import Finding


class HistoryComplete(Check, frozen=True):
    """The run came to its end, and until then all journals of the mocks were read; no phase,
    fault or call lacks its beginning. Of a run whose mocks or harness were killed nobody can tell
    what was the agent's doing.

    troubles  so many requests to the mocks, or writes to the disk, may fail on the way
    """

    scalar: ClassVar[str] = "troubles"
    instrument: ClassVar[bool] = True

    troubles: int = 0

    def look(self, history: History) -> Finding:
        end = history.end
        if end is None:
            return self.unknown("the history has no end: the harness was killed, or its disk full")
        if torn := history.torn:
            what = f"{len(torn)} phases, faults or calls end and never began, such as {torn[0]}"
            return self.unknown(what, {"torn": len(torn)})
        troubles = list(end.get("troubles", ()))
        measures = {"troubles": len(troubles), "journal_lost": end.get("journal_lost", 0)}
        first = f": {troubles[0]}" if troubles else ""
        if not end.get("complete", True):
            cut = f" ({history.interrupted})" if history.interrupted else ""
            return self.unknown(f"some of what the mocks did is missing{cut}{first}", measures)
        if len(troubles) > self.troubles:
            return self.finding("warn", f"{len(troubles)} troubles on the way{first}", measures)
        return self.finding("pass", "everything until the end was written down", measures)
