"""Who may come in: arrivals are named, and the faults in force admit, refuse or hold them."""

from __future__ import annotations

from kernel.fault import Arrival, Hold, Refusal, Unit

from .chain import Applied, Chain
from .session import Piece
from .work import Admitted, Begin, Limits
from .world import Settings

_IDENTITIES = 200_000


class Door:
    """Knows who came before, and what the providers' plans allow."""

    def __init__(self, chain: Chain, settings: Settings) -> None:
        self._chain, self._settings = chain, settings
        self._seen: dict[tuple[str, str], int] = {}

    def name(self, piece: Piece, begin: Begin) -> Arrival:
        """The arrival that a piece of work is; its attempt counts those of the same identity."""
        session = piece.session
        session.begun += 1
        what: Unit = "context"
        if piece.name == "":
            what = "socket" if session.request.upgrades else "request"
        identity, by = begin.identity, begin.by
        if session.call or not identity:
            identity = session.call or f"{session.route.name}#{session.ordinal}"
            by = "header" if session.call else "ordinal"
            if what == "context":
                identity = f"{identity}/{session.begun}"
        return Arrival(
            stage=session.provider.stage,
            provider=session.provider.name,
            route=session.route.name,
            what=what,
            span=piece.span,
            identity=identity,
            by=by,
            attempt=self._attempt(session.route.name, identity),
            key=session.request.key,
            tokens=begin.tokens,
            purpose=begin.purpose,
            counted=begin.counted,
        )

    def knock(self, piece: Piece, arrival: Arrival, now_ns: int) -> Admitted | Refusal | None:
        """Admitted, refused, or None: it waits until the fault that holds it is healed."""
        for applied in self._chain.concerning(arrival):
            admit = applied.can("admit")
            if admit is None or applied in piece.passed:
                continue
            verdict: Hold | Refusal | None = admit(arrival, now_ns, applied.roll(arrival))
            if verdict is None:
                piece.passed.append(applied)
                continue
            piece.bitten_by(applied, arrival)
            if isinstance(verdict, Refusal):
                return verdict
            piece.held_by = applied
            return None
        return self.welcome(piece, arrival, now_ns)

    def welcome(self, piece: Piece, arrival: Arrival, now_ns: int) -> Admitted:
        """Let it in without asking."""
        piece.admitted = True
        piece.added_ns = now_ns - piece.asked_ns if piece.bites else 0
        return Admitted(piece.name, arrival, self.limits(arrival, now_ns))

    def limits(self, arrival: Arrival, now_ns: int) -> Limits:
        """How the limits stand that this arrival is subject to."""
        return self._chain.limits(arrival, self._settings.limits(arrival.tokens), now_ns)

    def leave(self, piece: Piece, now_ns: int) -> None:
        """It is over; every fault that admitted it is told."""
        for applied in piece.passed:
            if (leave := applied.can("leave")) and piece.arrival:
                leave(piece.arrival, now_ns)
        piece.passed.clear()

    def meet(self, applied: Applied, pieces: list[Piece]) -> None:
        """Tell a new fault of the work that it finds."""
        meet = applied.can("meet")
        found = [
            (piece, piece.arrival)
            for piece in pieces
            if piece.admitted and piece.arrival and applied.concerns(piece.arrival)
        ]
        if meet and found:
            for piece, _ in found:
                piece.passed.append(applied)
            meet([arrival for _, arrival in found])

    def reset(self) -> None:
        """Forget who was here before."""
        self._seen.clear()

    def _attempt(self, route: str, identity: str) -> int:
        before = self._seen.pop((route, identity), 0)
        self._seen[route, identity] = before + 1
        if len(self._seen) > _IDENTITIES:
            del self._seen[next(iter(self._seen))]
        return before
