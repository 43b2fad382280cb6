"""The agent's connections to the providers: which call came over which of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection

from kernel.records import Work

from .scene import Scene, only

_Place = tuple[str, str]


class Connections:
    """What joins by all but the methods named in `weak` say of the connections.

    An agent has a pool for all its calls or connections for each of them, and at each stage it is
    one or the other: a single connection that two calls came over makes all of the stage a pool.
    """

    def __init__(self, scene: Scene, weak: Collection[str]) -> None:
        self._scene = scene
        self._users: dict[_Place, Counter[str]] = defaultdict(Counter)
        for work, call, method in scene.joined:
            if work.connection and method not in weak:
                self._users[_place(work)][call] += 1
        self._opened_ns: dict[_Place, int] = {}
        for work in scene.attributable:
            self._opened_ns.setdefault(_place(work), work.from_at_ns)
        self._pooled = {stage for (stage, _), users in self._users.items() if len(users) > 1}
        self._owners: dict[str, set[str]] = defaultdict(set)
        for (stage, _), users in self._users.items():
            self._owners[stage].update(users)

    def owner(self, work: Work) -> str | None:
        """The one call that came over the connection of this work, by two witnesses: two pieces of
        its work there, or one, and another call that kept to a connection of its own.

        A connection that was used before the call was dialled is a pool's, whoever used it.
        """
        place = _place(work)
        users = self._users.get(place, Counter[str]())
        call = only(users)
        if call is None or work.stage in self._pooled:
            return None
        witnesses = users[call] + len(self._owners[work.stage]) - 1
        return call if witnesses > 1 and self._scene.begun(call, self._opened_ns[place]) else None

    def deny(self, work: Work, call: str) -> bool:
        """Only others came over this connection, and it is no pool's."""
        users = self._users.get(_place(work), Counter[str]())
        return bool(users) and call not in users and work.stage not in self._pooled


def _place(work: Work) -> _Place:
    return work.stage, work.connection
