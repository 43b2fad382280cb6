"""The life of a piece of work: it is asked for, admitted or refused, and ends.

All of it stands in the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kernel.event import Type
from kernel.fault import Arrival, Refusal

from .door import Door
from .journal import Journal
from .outlet import Outlet
from .session import ENDED, Piece, Session, how_it_ended, how_the_client_left, refusal_data
from .work import Admitted, Begin, Finish, Refused


class Lifecycle:
    """`tell` hands the actor of a session what became of its work: `Admitted` or `Refused`."""

    def __init__(
        self,
        door: Door,
        journal: Journal,
        outlet: Outlet,
        tell: Callable[[Session, Any, int], None],
        wall_s: Callable[[int], int],
    ) -> None:
        self._door, self._journal, self._outlet, self._tell = door, journal, outlet, tell
        self._wall_s = wall_s

    def release(self, piece: Piece, now_ns: int) -> None:
        """The fault that kept the piece waiting is healed."""
        if piece.admitted:
            self._outlet.release(piece, now_ns)
        elif piece.arrival:
            piece.held_by = None
            self._knock(piece, piece.arrival, now_ns)

    def begin(self, piece: Piece, begin: Begin, now_ns: int) -> None:
        """Ask for admission; work that has been asked for or is over is not asked for again."""
        if piece.arrival is not None or piece.told:
            return
        arrival = piece.arrival = self._door.name(piece, begin)
        piece.data.update(begin.data)
        self._journal.add(piece.session.opening(piece, now_ns))
        if begin.refusable:
            self._knock(piece, arrival, now_ns)
        else:
            self._tell(piece.session, self._door.welcome(piece, arrival, now_ns), now_ns)

    def reject(self, piece: Piece, refusal: Refusal, now_ns: int) -> None:
        """Refuse a request that no fault has looked at."""
        arrival = piece.arrival = self._door.name(piece, Begin())
        self._refuse(piece, arrival, refusal, now_ns)

    def finish(self, piece: Piece, finish: Finish, now_ns: int) -> None:
        """The actor says that it is over; a request or socket is not before its last output."""
        if piece.name:
            self.close(piece, finish.type or "ok", finish.data, now_ns)
        else:
            piece.outcome = finish.type
            piece.data.update(finish.data)

    def end(self, session: Session, last: Any, now_ns: int) -> None:
        """The last output of a session is out, and everything on it over."""
        for piece in reversed(session.pieces.copy().values()):
            self._outlet.drop(piece)
            if piece.name:
                self.close(piece, "info", {"reason": "socket_closed"}, now_ns)
            else:
                self.close(piece, *how_it_ended(piece, last), now_ns)

    def abandon(self, session: Session, code: int | None, how: str, now_ns: int) -> None:
        """The client of a session is gone."""
        for piece in reversed(session.pieces.copy().values()):
            self._outlet.drop(piece)
            self.close(piece, *how_the_client_left(piece, code, how), now_ns)

    def close(self, piece: Piece, type: Type, data: Mapping[str, Any], now_ns: int) -> None:
        """The journal's last word, once; whoever admitted the piece is told."""
        session = piece.session
        if not piece.told:
            if not piece.asked:
                self._journal.add(session.opening(piece, piece.asked_ns))
            self._journal.add(session.closing(piece, type, data, now_ns))
            self._door.leave(piece, now_ns)
        if piece.name:
            session.pieces.pop(piece.name, None)

    def _knock(self, piece: Piece, arrival: Arrival, now_ns: int) -> None:
        verdict = self._door.knock(piece, arrival, now_ns)
        if isinstance(verdict, Admitted):
            self._tell(piece.session, verdict, now_ns)
        elif verdict is not None:
            self._refuse(piece, arrival, verdict, now_ns)

    def _refuse(self, piece: Piece, arrival: Arrival, refusal: Refusal, now_ns: int) -> None:
        session = piece.session
        limits, wall_s = self._door.limits(arrival, now_ns), self._wall_s(now_ns)
        refused = Refused(piece.name, arrival, refusal, limits, wall_s)
        wires = list(session.provider.refuse(refused, session.request))
        for wire in wires:
            self._outlet.plan(piece, wire, now_ns)
        self.close(piece, "fail", refusal_data(refusal, wires), now_ns)
        if piece.name:
            self._tell(session, refused, now_ns)
        else:
            self._outlet.plan(piece, ENDED, now_ns)
