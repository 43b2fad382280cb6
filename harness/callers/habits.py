"""The behaviours of one caller: when each of them is due, and that it happens once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kernel.actor import Nudge
from kernel.clock import SECOND_NS

from .behaviour import Behaviour, Moment

if TYPE_CHECKING:
    from .conversation import Conversation

AGAIN_NS = SECOND_NS // 5
"""It is asked again so soon if it is not known yet what the agent says, or when a word is out."""


class Habits:
    """`of_lines` are (number of a line, from 1, what the caller does about it)."""

    def __init__(self, of_lines: Sequence[tuple[int, Behaviour]] = ()) -> None:
        self._open = dict(enumerate(of_lines))
        self._due_ns: dict[int, int] = {}

    def silence_ns(self, line: int) -> int:
        """How long the caller is silent before a line, 0 if nothing says so."""
        return max((each.silence_ns for at, each in self._open.values() if at == line), default=0)

    def moment(self, moment: Moment, line: int, from_ns: int) -> Iterator[Nudge]:
        """A moment of a line has begun, or goes on after a break."""
        for number, (at, each) in self._open.items():
            if at == line and each.moment == moment:
                due_ns = self._due_ns.setdefault(number, from_ns + each.after_ns)
                yield Nudge(("habit", number), max(from_ns, due_ns))

    def due(self, number: int, call: Conversation, now_ns: int) -> Behaviour | Nudge | None:
        """What is to be done now, or when to ask again; None if its moment has passed."""
        line, each = self._open[number]
        if not call.is_at(each.moment, line):
            return None  # it may come again
        if now_ns <= call.aside_until_ns:
            return Nudge(("habit", number), call.aside_until_ns + AGAIN_NS)
        if each.moment in ("before", "answer") and not call.is_answered(now_ns):
            return Nudge(("habit", number), now_ns + AGAIN_NS) if call.agent.speaks else None
        del self._open[number]
        return each
