"""All sessions of a mock process × the faults in force → what goes out, and the journal.

Pure: time is an argument. Whoever has the sockets calls `open`, `receive` and `vanish` as things
happen, `advance` whenever something is due, and sends what it yields.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

from kernel.actor import Emit, End, Instruction, Nudge, Nudged
from kernel.fault import Refusal
from kernel.timeline import Timeline

from .chain import Applied, Chain
from .correlating import named_call
from .door import Door
from .hearing import TICK_NS, Hearing
from .journal import Journal
from .lifecycle import Lifecycle
from .outlet import Outlet
from .provider import Catalogue, Found
from .session import ENDED, Departure, Ended, Item, Mute, Piece, Session, Sessions
from .turns import Turns
from .wire import SWITCHING_PROTOCOLS, Binary, Close, Reset, Text
from .work import Begin, Cancel, Closed, Finish, Heard, Listen, Note, Opened, Sound
from .world import World

_log = logging.getLogger(__name__)
_LAST = (Close, Reset)


class Service:
    """Sessions by number. `bugs` counts those whose actor raised, or said what cannot be
    sent: their connection is reset."""

    def __init__(self, catalogue: Catalogue, world: World) -> None:
        self.catalogue, self.world = catalogue, world
        self.chain = Chain()
        self.journal = Journal(world.settings.journal_events)
        self.sessions = Sessions(world.instance)
        self.bugs = 0
        self._hearing: Hearing[Session] = Hearing()
        self._timeline = Timeline()
        self._outlet = Outlet(self._timeline, self.chain, self._failed)
        self._door = Door(self.chain, world.settings)
        self._turns = Turns(self._follow, self._failed)
        self._life = Lifecycle(self._door, self.journal, self._outlet, self._tell, world.wall_s)

    def open(self, found: Found, now_ns: int) -> int:
        """A request or an upgrade for a provider; returns the session's number."""
        session = self.sessions.open(found, Mute(), now_ns)
        session.call = named_call(found.request, self.world.settings)
        try:
            session.actor = found.route.open(found.request, self.world)
        except Exception:
            self._failed(session, "open", now_ns)
        self._tell(session, Opened(), now_ns)
        return session.number

    def receive(self, number: int, message: Text | Binary, now_ns: int) -> bool:
        """A frame from the client: sound goes to the ear, all else to the actor (then True)."""
        session = self.sessions.get(number)
        if session is None:
            return False
        sound = isinstance(message, Binary) and not session.sifts and message.data
        if sound and self._hearing.feed(session, sound):
            return False
        self._tell(session, message, now_ns)
        return True

    def reject(self, found: Found, refusal: Refusal, now_ns: int) -> int:
        """A request that cannot be taken: the provider says so in its own words."""
        session = self.sessions.open(found, Mute(), now_ns)
        self._life.reject(session.root, refusal, now_ns)
        return session.number

    def vanish(self, number: int, now_ns: int, code: int | None = None, how: str = "") -> None:
        """The client is gone: with a close code, without a word, or because we gave up on it."""
        session = self.sessions.get(number)
        if session is None:
            return
        session.gone = True
        self._turns.drop(session)
        self._tell(session, Closed(code), now_ns)
        self._life.abandon(session, code, how, now_ns)
        self._forget(session)

    def unsendable(self, number: int, now_ns: int) -> None:
        """What an actor said cannot be written: no more of it is. Call it as that is raised."""
        self.bugs += 1
        _log.exception("session %d: what it says cannot be sent", number)
        self.vanish(number, now_ns, how="unsendable")

    def next_wake(self) -> int | None:
        """When `advance` has something to do."""
        wakes_ns = (self._timeline.next_wake(), self._turns.next_wake())
        return min((at_ns for at_ns in wakes_ns if at_ns is not None), default=None)

    def advance(self, now_ns: int) -> Iterator[Departure]:
        """All that is due; send it in this order. Then one actor that rests goes on for a step."""
        for span, item, due_ns in self._timeline.due(now_ns):
            if isinstance(span, Piece):
                for ready in self._outlet.ready(span, item, due_ns, now_ns):
                    if departure := self._out(span, ready, now_ns):
                        yield departure
                over = span.told and self._outlet.empty(span)
                if over or self.sessions.get(span.session.number) is None:
                    self._outlet.drop(span)
            elif isinstance(span, Session):
                self._nudge(span, item, now_ns)
            else:
                item(now_ns)
        self._turns.take()

    def at(self, key: str, due_ns: int, do: Callable[[int], None]) -> None:
        """Call `do(now_ns)` at a time, in place of what was to be done under the same key."""
        self._timeline.add(None, do, due_ns, key=key)

    def forgo(self, key: str) -> None:
        """Do not do what was to be done under a key."""
        self._timeline.withdraw(None, key)

    def applied(self, applied: Applied) -> None:
        """A fault has joined the chain."""
        self._door.meet(applied, self.sessions.pieces())

    def healed(self, applied: Applied, now_ns: int) -> None:
        """A fault has left the chain: what it kept waiting goes on."""
        for piece in self.sessions.pieces():
            if piece.held_by is applied:
                self._life.release(piece, now_ns)

    def reset(self) -> None:
        """Forget the journal, the tools' state, and who was here how often."""
        self.journal.clear()
        self.world.reset()
        self._door.reset()
        self.sessions.reset()

    def _tell(self, session: Session, message: Any, now_ns: int) -> None:
        self._turns.tell(session, message, now_ns)

    def _failed(self, session: Session, what: str, now_ns: int) -> None:
        self.bugs += 1
        _log.exception("%s failed on %s", session.route.name, what)
        self._outlet.plan(session.root, Reset(), now_ns)

    def _nudge(self, session: Session, key: Any, now_ns: int) -> None:
        audio_s = self._hearing.audio_s(session)
        if audio_s != session.audio_s:
            session.audio_s = audio_s
            self._tell(session, Heard((), audio_s), now_ns)
        self._tell(session, Nudged(key), now_ns)

    def _follow(self, session: Session, instruction: Instruction, now_ns: int) -> None:
        match instruction:
            case Nudge(key, at_ns):
                self._turns.withdraw(session, Nudged(key))
                if at_ns is None:
                    self._timeline.withdraw(session, key)
                else:
                    self._timeline.add(session, key, at_ns, key=key)
            case End():
                self._outlet.plan(session.root, ENDED, now_ns)
            case Emit(withdraw=True):
                for piece in session.pieces.values():
                    self._timeline.withdraw(piece, instruction.key)
            case Emit():
                self._emit(session, instruction, now_ns)

    def _emit(self, session: Session, emit: Emit, now_ns: int) -> None:
        match emit.output:
            case Listen(rate_hz, encoding, sifted):
                session.sifts = sifted
                if not len(self._hearing):
                    self.at("hear", now_ns + TICK_NS, self._hear)
                self._hearing.open(session, rate_hz, encoding)
            case Sound(data):
                self._hearing.feed(session, data)
            case Note(work, data):
                session.pieces.get(work, session.root).data.update(data)
            case Cancel(work, data):
                if work and (piece := session.pieces.get(work)):
                    self._outlet.drop(piece)
                    self._life.close(piece, "info", {**data, "cancelled": True}, now_ns)
            case Finish(work) as finish if session.gone:
                self._life.finish(session.pieces.get(work, session.root), finish, now_ns)
            case what:
                if isinstance(what, Begin):
                    self.sessions.begin(session, what.work, now_ns)
                piece = session.pieces.get(what.work, session.root)
                due_ns = now_ns if emit.at_ns is None else emit.at_ns
                self._outlet.plan(piece, what, due_ns, emit.key)

    def _out(self, piece: Piece, item: Item, now_ns: int) -> Departure | None:
        session, what = piece.session, item.what
        match what:
            case Begin():
                self._life.begin(piece, what, now_ns)
                return None
            case Finish():
                self._life.finish(piece, what, now_ns)
                return None
            case Ended():
                self._end(session, what, now_ns)
                if piece.status == SWITCHING_PROTOCOLS:
                    what = Close()
            case _:
                piece.wrote(item, now_ns)
                if isinstance(what, _LAST):
                    self._end(session, what, now_ns)
        return Departure(session.number, what, item.due_ns)

    def _end(self, session: Session, last: Any, now_ns: int) -> None:
        self._life.end(session, last, now_ns)
        self._forget(session)

    def _forget(self, session: Session) -> None:
        self._turns.drop(session)
        self._timeline.drop(session)
        self._hearing.close(session)
        self.sessions.forget(session)

    def _hear(self, now_ns: int) -> None:
        for session, heard in self._hearing.tick():
            session.audio_s = heard.audio_s
            if heard.muffled:
                session.root.data["muffled"] = True
            self._tell(session, heard, now_ns)
        if len(self._hearing):
            self.at("hear", now_ns + TICK_NS, self._hear)
