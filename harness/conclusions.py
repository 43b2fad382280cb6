"""What follows from a history before any check: whose work was whose, and which tasks are done."""

from __future__ import annotations

from kernel.history import History

from .analysis.tasks import tasks_done
from .correlation.correlate import correlate


def conclude(history: History) -> History:
    """The history with its `join` and `task` events; those that it holds already are kept."""
    joins = history.of_kind("join")
    found = [] if joins else correlate(history)
    if not history.of_kind("task"):
        found = [*found, *tasks_done(history, joins or found)]
    return history.plus(found) if found else history
