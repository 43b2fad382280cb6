"""The names that a client gave its work: which call it said that it was for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kernel.records import Work

from .scene import Scene

_May = Callable[[Work, str], bool]


def by_name(scene: Scene) -> Iterator[tuple[Work, str]]:
    """The client named the call itself, or asked the telephone network about it, while it was up.

    A request speaks for itself. What was said as a socket opened holds for a call that was there
    by then, and until it is over: a pool keeps the socket for other calls.
    """
    opened_ns = {socket.span: socket.from_ns for socket in scene.history.sockets}

    def may(work: Work, call: str) -> bool:
        opened = scene.begun(call, opened_ns.get(work.socket, work.from_at_ns))
        return opened and scene.alive(call, work.from_at_ns)

    return _named(scene, may)


def by_old_name(scene: Scene) -> Iterator[tuple[Work, str]]:
    """The call that the client named is over, and nothing certain says that another was meant."""
    return _named(scene, lambda work, call: scene.begun(call, work.from_at_ns))


def _named(scene: Scene, may: _May) -> Iterator[tuple[Work, str]]:
    """What may be work of the call that it names, unless its socket is known to be misnamed: other
    work over it may be that call's as well, and is another's.
    """
    misnamed = {
        work.socket
        for work, call, _ in scene.joined
        if (named := scene.by_sid.get(work.call)) not in (None, call) and may(work, named)
    }
    for work in scene.open:
        call = scene.by_sid.get(work.call)
        if call and may(work, call) and not (work.socket and work.socket in misnamed):
            yield work, call
