"""Callers who interrupt an agent, and when it fell silent for them, at the caller's ear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kernel.clock import MILLISECOND_NS, SECOND_NS
from kernel.records import Call, Heard, Turn

from ..callers.phrases import manner_of

_BREATH_NS = SECOND_NS
"""Other words that follow after a shorter quiet, while the caller speaks, are more of the same."""
_EARLY_NS = 300 * MILLISECOND_NS
"""So long before the caller's end, agents begin to answer."""
_GUESSED_NS = SECOND_NS
"""Who broke off in mid-sentence has taken no breath: other words so long before are an answer."""
_NODS = ("acknowledgement", "hesitation")


@dataclass(frozen=True, slots=True)
class Interruption:
    """A turn that was begun into the agent's words.

    into   what the agent was saying, and went on with, as the caller heard it; empty if it was not
           audible any more
    """

    call: Call
    turn: Turn
    into: Sequence[Heard]

    @property
    def from_ns(self) -> int:
        """The caller's first sound."""
        return self.turn.from_at_ns

    @property
    def silent_ns(self) -> int:
        """The agent's last sound."""
        return self.into[-1].until_at_ns if self.into else self.from_ns

    @property
    def finished(self) -> bool:
        """The agent came to the end of its words."""
        return bool(self.into) and self.into[-1].verified


def interruptions(call: Call) -> Iterator[Interruption]:
    """Those that the caller meant as such (`barge_in`), by playout and energy. Who then only nods
    ("mhm", "okay") to what the caller says has stopped.
    """
    heard = [sound for sound in call.heard if sound.sound != "noise"]
    for turn in call.turns:
        if turn.barge_in:
            yield Interruption(call, turn, _into(turn, heard))


def _into(turn: Turn, heard: Sequence[Heard]) -> Sequence[Heard]:
    found: list[Heard] = []
    for sound in heard:
        sounding = sound.from_at_ns < turn.from_at_ns < sound.until_at_ns
        if sounding or (found and _goes_on(found[-1], sound, turn)):
            found.append(sound)
    return found


def _goes_on(last: Heard, sound: Heard, turn: Turn) -> bool:
    """The agent says more of what was interrupted, into the caller's words.

    An utterance that is resumed keeps its identity, however long it rested.
    """
    if not last.until_at_ns <= sound.from_at_ns < turn.until_at_ns:
        return False
    if sound.identity is not None and sound.identity == last.identity:
        return True
    early_ns = _EARLY_NS if last.verified else _GUESSED_NS
    is_answer = sound.from_at_ns >= turn.until_at_ns - early_ns
    soon = sound.from_at_ns <= last.until_at_ns + _BREATH_NS
    return soon and not is_answer and manner_of(sound.text) not in _NODS
