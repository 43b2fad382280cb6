"""How long calls will take, roughly, before any was placed: for planning, never for judging."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from kernel.dialogue import Dialogue
from kernel.units import Duration

from .plan import Persona, Plan, PlannedCall

# Audible text sounds for 60 ms per character, plus start, identity and end of each utterance.
CHARACTER_S = 0.06
FRAME_S = 0.6
KEY_S = 0.4
# A healthy agent answers after so long, and so much later with a tool; then the caller waits for
# quiet before it takes the turn to be over.
ANSWER_S = 1.2
TOOL_S = 0.8
QUIET_S = 0.6


def turn_ends_s(dialogue: Dialogue, persona: Persona) -> list[float]:
    """Seconds from the dial to the end of each line of the caller, then to the end of the call."""
    pause_s = QUIET_S + persona.pause_s
    at_s = ANSWER_S + _sound_s(dialogue.greeting) + pause_s
    ends_s: list[float] = []
    for number, line in enumerate(dialogue.caller, 1):
        at_s += (_sound_s(line.say) if line.say else KEY_S * len(line.dtmf)) + (line.pause or 0.0)
        ends_s.append(at_s)
        reply = dialogue.replies.get(number)
        if reply and reply.call:
            at_s += TOOL_S
        at_s += ANSWER_S + _sound_s((reply.then or reply.say) if reply else line.text) + pause_s
    return [*ends_s, at_s]


class Stay(NamedTuple):
    """What is expected of one call: when it ends, and when the caller ends each of its lines.

    A refused call ends when it begins.
    """

    call: PlannedCall
    until_ns: int
    turns_ns: tuple[int, ...]
    refused: bool = False


def stays(plan: Plan, limit: int | None = None) -> list[Stay]:
    """The calls of a plan as a healthy agent would take them; it refuses beyond `limit` at once."""
    found: list[Stay] = []
    on_line: list[int] = []
    for call in plan.calls:
        while on_line and on_line[0] <= call.due_ns:
            heapq.heappop(on_line)
        if limit is not None and len(on_line) >= limit:
            found.append(Stay(call, call.due_ns, (), refused=True))
            continue
        moments_s = turn_ends_s(plan.dialogues[call.dialogue], call.persona)
        *turns_ns, until_ns = (call.due_ns + Duration(at_s).ns for at_s in moments_s)
        heapq.heappush(on_line, until_ns)
        found.append(Stay(call, until_ns, tuple(turns_ns)))
    return found


class OnLine:
    """How many calls are on the line, at any moment."""

    def __init__(self, calls: Iterable[Stay]) -> None:
        taken = [stay for stay in calls if not stay.refused]
        self._dials_ns = sorted(stay.call.due_ns for stay in taken)
        self._ends_ns = sorted(stay.until_ns for stay in taken)

    def at(self, at_ns: int) -> int:
        return bisect_right(self._dials_ns, at_ns) - bisect_right(self._ends_ns, at_ns)

    def most(self, from_ns: int, until_ns: int) -> int:
        """The most at one moment of `[from_ns, until_ns)`."""
        between = slice(bisect_left(self._dials_ns, from_ns), bisect_left(self._dials_ns, until_ns))
        return max(self.at(at_ns) for at_ns in (from_ns, *self._dials_ns[between]))


def _sound_s(text: str) -> float:
    return FRAME_S + CHARACTER_S * len(text)
