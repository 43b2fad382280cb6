"""The way out of a piece of work: from what an actor plans to what leaves, faults in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kernel.fault import Hold, Output
from kernel.timeline import Timeline

from .chain import Chain
from .session import Item, Piece, Session
from .wire import Wire
from .work import Paced


class _Wake:
    """The head of a piece's queue is due."""


_WAKE = _Wake()


class Outlet:
    """Items wait on the timeline until they are planned to go, then in their piece's queue.

    Only the head of a queue is shaped: what a fault delays or holds keeps back what is behind it.
    `failed` hears which session's wires could not be made.
    """

    def __init__(
        self, timeline: Timeline, chain: Chain, failed: Callable[[Session, str, int], None]
    ) -> None:
        self._timeline, self._chain, self._failed = timeline, chain, failed

    def plan(self, piece: Piece, what: Any, due_ns: int, key: Any = None) -> None:
        self._timeline.add(piece, Item(what, due_ns, due_ns), due_ns, key)

    def ready(self, piece: Piece, item: Item | _Wake, due_ns: int, now_ns: int) -> Iterator[Item]:
        """What leaves, now that `item` has come off the timeline."""
        if isinstance(item, Item):
            item.planned_ns = item.due_ns = due_ns
            piece.queue.append(item)
        while piece.queue and (piece.held_by is None or not piece.admitted):
            head = piece.queue[0]
            if isinstance(head.what, Paced):
                self._draw(piece, head.what, now_ns)
                continue
            if head.due_ns > now_ns:
                self._timeline.add(piece, _WAKE, head.due_ns, key=_WAKE)
                return
            if self._shaped(piece, head, now_ns):
                continue
            piece.queue.popleft()
            head.due_ns = piece.out_ns = max(head.due_ns, piece.out_ns)
            yield head

    def release(self, piece: Piece, now_ns: int) -> None:
        """The fault that kept the head of the queue is healed."""
        piece.held_by = None
        piece.out_ns = now_ns
        self._timeline.add(piece, _WAKE, now_ns, key=_WAKE)

    def drop(self, piece: Piece) -> None:
        """Forget what waits."""
        piece.queue.clear()
        self._timeline.drop(piece)

    def empty(self, piece: Piece) -> bool:
        return not piece.queue and not self._timeline.waiting(piece)

    def _draw(self, piece: Piece, paced: Paced, now_ns: int) -> None:
        """Put the next of the wires before those that follow it, or have done with them."""
        try:
            wire, due_ns = next(paced.wires)
        except StopIteration:
            piece.queue.popleft()
        except Exception:
            self.drop(piece)
            self._failed(piece.session, "its next wire", now_ns)
        else:
            piece.queue.appendleft(Item(wire, due_ns, due_ns))

    def _shaped(self, piece: Piece, item: Item, now_ns: int) -> bool:
        """Does a fault change the head of the queue? Then it has to be looked at again."""
        if piece.started and not self._chain:
            return False
        arrival = piece.arrival
        if arrival is None or not piece.admitted or not isinstance(item.what, Wire):
            return False
        if not piece.started:
            piece.started = item.first = True
        for applied in self._chain.concerning(arrival):
            shape = applied.can("shape")
            if shape is None or applied in item.shaped_by:
                continue
            item.shaped_by += (applied,)
            if applied not in piece.passed:
                piece.passed.append(applied)
            output = Output(item.what, item.due_ns, item.first)
            found = shape(arrival, output, now_ns, applied.roll(arrival))
            outputs = None if isinstance(found, Hold) else list(found)
            if outputs == [output]:
                continue
            piece.bitten_by(applied, arrival)
            if outputs is None:
                piece.held_by = applied
            else:
                _replace_head(piece, item, outputs)
            return True
        return False


def _replace_head(piece: Piece, item: Item, outputs: list[Output]) -> None:
    piece.queue.popleft()
    for one in reversed(outputs):
        due_ns = max(one.due_ns, item.due_ns)
        piece.queue.appendleft(Item(one.wire, item.planned_ns, due_ns, one.first, item.shaped_by))
