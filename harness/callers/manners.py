"""What is alike for all callers of a run."""

from __future__ import annotations

from dataclasses import dataclass

TURN_QUIET_NS = 600_000_000
"""Quiet after a verified END that ends the agent's turn: between its sentences it is shorter."""
COMFORT_PATIENCE = 2
"""Fillers start patience anew, but an answer is awaited for so many times the patience at most."""
LISTENING_PATIENCE = 10
"""Words that do not end are listened to for so many times the patience: 80 s by default."""


@dataclass(frozen=True, slots=True)
class Manners:
    """Limits that a caller keeps to.

    hello            what it says when it is called and picks up the telephone
    hello_wait_s     says it again if nobody speaks for so long
    greeting_wait_s  begins by itself if the agent says nothing for so long
    goodbye_wait_s   waits so long for an answer to its last line
    more_wait_s      after a courtesy alone ("Okay.") waits so long for more, its patience at most;
                     then that was the answer. The limit of `no_dead_air`: until then silence is the
                     agent's, and a caller that went on earlier would make a slow answer look fast
    refusal_wait_s   leaves the agent so long to hang up after it has refused
    repeats          says a line again so many times, if asked
    asides           answers the same question out of order so many times
    length_s         hangs up after so long whatever happens
    """

    hello: str = "Hello?"
    hello_wait_s: float = 4.0
    greeting_wait_s: float = 2.5
    goodbye_wait_s: float = 4.0
    more_wait_s: float = 5.0
    refusal_wait_s: float = 4.0
    repeats: int = 2
    asides: int = 2
    length_s: float = 600.0
