"""How far a run has come, for whoever watches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """A glance at a run.

    phase    the one that is on; empty while the last calls end
    dialled  of `planned` calls
    talking  calls that are up; ringing are those that wait for the agent's webhook or stream
    over     how calls ended (`kernel.records.Call.how`) → how many
    faults   names of those that are on
    """

    elapsed_s: float
    total_s: float
    phase: str
    planned: int
    dialled: int
    ringing: int
    talking: int
    over: Mapping[str, int]
    faults: tuple[str, ...]
