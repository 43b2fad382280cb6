"""What is alike for all callers of a run."""

from __future__ import annotations

from dataclasses import dataclass

TURN_QUIET_NS = 600_000_000
"""Quiet after a verified END that ends the agent's turn: between its sentences it is shorter."""
COMFORT_PATIENCE = 2
"""Fillers start patience anew, but an answer is awaited for so many times the patience at most."""


@dataclass(frozen=True, slots=True)
class Manners:
    """Limits that a caller keeps to.

    greeting_wait_s  begins by itself if the agent says nothing for so long
    goodbye_wait_s   waits so long for an answer to its last line
    refusal_wait_s   leaves the agent so long to hang up after it has refused
    repeats          says a line again so many times, if asked
    asides           answers the same question out of order so many times
    length_s         hangs up after so long whatever happens
    """

    greeting_wait_s: float = 2.5
    goodbye_wait_s: float = 4.0
    refusal_wait_s: float = 4.0
    repeats: int = 2
    asides: int = 2
    length_s: float = 600.0
