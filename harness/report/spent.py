"""What a caller's wait was spent on: the stage that was waited for at each moment of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from kernel.records import Heard, Work

FILLER, REST = "filler", "rest"
"""No provider was waited for: the agent said something else meanwhile; or it detected the end of
the turn, slept before another attempt, or its sound was on its way.
"""
_BESIDE = ("prewarm", "side")
_STREAMED = ("llm", "tools", "realtime")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a wait; `stage` is `REST` where no provider was waited for."""

    stage: str
    from_ns: int
    until_ns: int


@dataclass(frozen=True, slots=True)
class Wait:
    """From when until when somebody waited, and what for."""

    from_ns: int
    until_ns: int
    spent: Sequence[Stretch] = ()

    @property
    def ms(self) -> float:
        return (self.until_ns - self.from_ns) / 1e6


class _Need(NamedTuple):
    """What a moment may be spent on; of several the greatest counts."""

    rank: int
    from_ns: int
    until_ns: int
    stage: str


def awaited(piece: Work) -> Wait | None:
    """The part of the work in which nothing had come of it yet."""
    if piece.asked_at_ns is not None:
        return Wait(piece.asked_at_ns, piece.until_at_ns) if piece.until_at_ns else None
    until_ns = piece.first_at_ns or piece.until_at_ns
    return Wait(piece.from_at_ns, until_ns) if until_ns else None


def owed(from_ns: int, until_ns: int, work: Iterable[Work], heard: Iterable[Heard] = ()) -> Wait:
    """A caller's wait, spent in stretches without gaps; in none if no provider had a part in it.

    Of work that is waited for at the same time the latest counts: it needs the others. Where none
    is, a model that is still writing does, or a tool that has not come to its end; then what the
    agent was heard to say.
    """
    needs = [need for piece in work for need in _needs(piece, until_ns)]
    if not any(need.from_ns < until_ns and need.until_ns > from_ns for need in needs):
        return Wait(from_ns, until_ns)
    needs += [_Need(0, sound.from_at_ns, sound.until_at_ns, FILLER) for sound in heard]
    inside = (at for need in needs for at in need[1:3] if from_ns < at < until_ns)
    parts: list[Stretch] = []
    for begin_ns, end_ns in pairwise(sorted({from_ns, until_ns, *inside})):
        on = [need for need in needs if need.from_ns <= begin_ns < need.until_ns]
        stage = max(on).stage if on else REST
        if parts and parts[-1].stage == stage:
            begin_ns = parts.pop().from_ns
        parts.append(Stretch(stage, begin_ns, end_ns))
    return Wait(from_ns, until_ns, parts)


def _needs(piece: Work, last_ns: int) -> Iterator[_Need]:
    if piece.purpose in _BESIDE:
        return
    from_ns = piece.from_at_ns if piece.asked_at_ns is None else piece.asked_at_ns
    wait = awaited(piece)
    until_ns = wait.until_ns if wait else last_ns
    yield _Need(2, from_ns, until_ns, piece.stage)
    if piece.stage in _STREAMED:
        yield _Need(1, until_ns, piece.until_at_ns or last_ns, piece.stage)
