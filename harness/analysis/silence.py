"""Silence while an answer is owed: what a caller hears nothing in, turn by turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kernel.records import Call, Turn

from .windows import is_goodbye


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch without sound; `announced` if the agent had asked to wait before it."""

    from_ns: int
    until_ns: int
    announced: bool

    @property
    def seconds(self) -> float:
        return (self.until_ns - self.from_ns) / 1e9


def silences(call: Call) -> Iterator[Silence]:
    """Every stretch in which the caller was owed an answer and heard nothing, in order of time.

    Noise is no comfort, unless a wait was announced. After the goodbye nothing is owed.
    """
    for turn in call.turns:
        if not is_goodbye(call, turn):
            yield from silences_after(call, turn)


def silences_after(call: Call, turn: Turn) -> Iterator[Silence]:
    """Those from the end of the caller's words to the end of the debt."""
    quiet_ns, announced = turn.until_at_ns, False
    for heard in call.heard:
        if heard.until_at_ns <= turn.until_at_ns or heard.from_at_ns >= turn.owed_until_at_ns:
            continue
        if heard.sound == "noise" and not announced:
            continue
        if heard.from_at_ns > quiet_ns:
            yield Silence(quiet_ns, heard.from_at_ns, announced)
        quiet_ns = max(quiet_ns, heard.until_at_ns)
        announced = announced or heard.role == "filler"
    if turn.owed_until_at_ns > quiet_ns:
        yield Silence(quiet_ns, turn.owed_until_at_ns, announced)
