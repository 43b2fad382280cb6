"""Actors are told one thing after the other, and those that rest go on in turn, step by step.

An actor that works something out at length says `Rest` in between. What it is told meanwhile
waits, so that it never sees two things at once; what is due to others does not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from kernel.actor import Emit, Instruction

from .session import Session, Told
from .wire import Binary, Text
from .work import Rest

Follow = Callable[[Session, Instruction, int], None]
Failed = Callable[[Session, str, int], None]


class Turns:
    """`follow` carries an instruction out; `failed` hears what an actor broke down on."""

    def __init__(self, follow: Follow, failed: Failed) -> None:
        self._follow, self._failed = follow, failed
        # Who could go on, and the time by which; the first one is the next.
        self._resting: dict[Session, int] = {}

    def tell(self, session: Session, message: Any, now_ns: int) -> None:
        """Tell an actor something, as soon as it has said all that it is saying.

        However long that waits, the actor is told the time of now.
        """
        told = Told(message, now_ns)
        # What follows from what the client said before comes before what it says next.
        (session.unread if isinstance(message, Text | Binary) else session.untold).append(told)
        if session not in self._resting:
            self._go_on(session)

    def withdraw(self, session: Session, message: Any) -> None:
        """What an actor has taken back it is not told, if it has not been yet."""
        if session.untold:
            session.untold = deque(one for one in session.untold if one.message != message)

    def next_wake(self) -> int | None:
        """The time by which somebody could go on, None if nobody rests."""
        return next(iter(self._resting.values()), None)

    def take(self) -> None:
        """Let one actor go on until it rests again, or has said all."""
        if (session := next(iter(self._resting), None)) is not None:
            del self._resting[session]
            self._go_on(session)

    def drop(self, session: Session) -> None:
        """What the actor had still to say, and to be told, is of no more use."""
        self._resting.pop(session, None)
        session.saying = None
        session.untold.clear()
        session.unread.clear()

    def _go_on(self, session: Session) -> None:
        told, instructions = session.saying or self._answer(session)
        session.saying = told, instructions
        try:
            for instruction in instructions:
                if isinstance(instruction, Emit) and isinstance(instruction.output, Rest):
                    self._resting[session] = told.at_ns
                    return
                self._follow(session, instruction, told.at_ns)
        except Exception:
            self._failed(session, type(told.message).__name__, told.at_ns)
        session.saying = None
        if waiting := session.untold or session.unread:
            self._resting[session] = waiting[0].at_ns

    def _answer(self, session: Session) -> tuple[Told, Iterator[Instruction]]:
        """What the actor says to the next message; it need not be thought of yet."""
        told = (session.untold or session.unread).popleft()

        def answer() -> Iterator[Instruction]:
            yield from session.actor.receive(*told)

        return told, answer()
