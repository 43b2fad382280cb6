"""Sockets that a provider did not open, and the calls that may have asked for them.

The journal knows when somebody knocked, at whose door and what it was told; whose call it was for
it cannot know, since nothing has been said yet. Known is who needed a socket: a call that was up
and had none of that stage. So knocks are not joined to calls but held against needs, as pigeons
against holes: what is one too many for every need must be somebody's retry.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from statistics import median_high, median_low

from kernel.clock import MILLISECOND_NS, SECOND_NS
from kernel.history import History
from kernel.records import Call, FaultWindow, Socket

_CLOCKS_NS = 250 * MILLISECOND_NS
_HANG_UP_NS = SECOND_NS
_LINGER_NS = 15 * SECOND_NS
# Who needs a socket asks for it within so long.
_NEW_NS = SECOND_NS


@dataclass(frozen=True, slots=True)
class Need:
    """A stretch of a call without a socket; where each turn has its own socket, of one turn.

    served_by  the provider that opened a socket and so ended it, empty if none did
    """

    call: str
    from_ns: int
    until_ns: int
    served_by: str = ""


class Needs:
    """Needs in order of their beginning."""

    def __init__(self, needs: Iterable[Need]) -> None:
        self._needs = sorted(needs, key=lambda need: need.from_ns)
        self._longest_ns = max((need.until_ns - need.from_ns for need in self._needs), default=0)

    def behind(self, sockets: Sequence[Socket]) -> Sequence[Need]:
        """Those in which at least one of the sockets was asked for."""
        at_ns = [socket.from_ns for socket in sockets]
        if not at_ns:
            return []
        first = bisect_left(self._needs, at_ns[0] - self._longest_ns, key=_beginning)
        last = bisect_right(self._needs, at_ns[-1], key=_beginning)
        return [need for need in self._needs[first:last] if _falls_into(need, at_ns)]


@dataclass(frozen=True)
class Knocks:
    """The sockets of one provider that it refused, or that the client gave up before they opened.

    at_once  how many sockets of it a call has open at a time, where they are known by their work
    lacking  the calls that had no socket of the stage, up: all calls that were up
    noun     what was asked for
    """

    stage: str
    provider: str
    sockets: tuple[Socket, ...]
    at_once: int
    lacking: Needs
    up: Needs
    noun: str = "socket"

    @property
    def what(self) -> str:
        return f"{self.stage}/{self.provider} {self.noun}"

    def during(self, fault: FaultWindow) -> Knocks:
        """Those while a fault was on their provider; none if it was on another."""
        stage, _, provider = fault.target.partition("/")
        hit = stage == self.stage and provider in ("", self.provider)
        return self._only(one for one in self.sockets if hit and fault.covers(one.from_ns))

    @property
    def needs(self) -> Sequence[Need]:
        """All needs that may be behind these knocks.

        If nobody lacked a socket (recovery probes, pools that grow), all calls that were up, or
        had been up a moment ago, are suspected.
        """
        return self.lacking.behind(self.sockets) or self.up.behind(self.sockets)

    @property
    def suspects(self) -> Mapping[str, int]:
        """The calls behind these needs → when a knock first fell into one."""
        at_ns = [socket.from_ns for socket in self.sockets]
        found: dict[str, int] = {}
        for need in self.needs:
            found.setdefault(need.call, at_ns[bisect_left(at_ns, need.from_ns)])
        return found

    @property
    def per_need(self) -> float:
        """Attempts per need, the successful ones included. Who asks only once never exceeds 1,
        however many calls there are; which of several calls asks more often remains unknown.
        """
        needs = self.needs
        attempts = len(self.sockets) + sum(need.served_by == self.provider for need in needs)
        return attempts / (max(1, len(needs)) * self.at_once)

    def too_early(self, slack: float, slack_s: float) -> Iterator[Knocks]:
        """Runs of knocks that all fall into the Retry-After of each one before them.

        So each need can be behind one of them; those beyond that are retries that came too early.
        """
        run: list[Socket] = []
        until_ns = 0
        for socket in self.sockets:
            wait_s = (socket.retry_after_s or 0.0) * (1 - slack) - slack_s
            if wait_s <= 0:
                continue
            over_ns = socket.from_ns + round(wait_s * SECOND_NS)
            if run and socket.from_ns < until_ns:
                until_ns = min(until_ns, over_ns)
            else:
                yield self._only(run)
                run, until_ns = [], over_ns
            run.append(socket)
        yield self._only(run)

    @property
    def surplus(self) -> int:
        """Knocks beyond one for every need; with no call about, nobody knows what they were for."""
        needs = len(self.needs)
        return max(0, len(self.sockets) - needs * self.at_once) if needs else 0

    @property
    def telling(self) -> bool:
        """A habit of coming too early would show: half of the needs or more are new. Among many
        that have lasted for long, quick retries of a few look like one attempt of each.
        """
        new_ns = self.sockets[0].from_ns - _NEW_NS
        needs = self.needs
        return 2 * sum(need.from_ns >= new_ns for need in needs) >= len(needs)

    def _only(self, sockets: Iterable[Socket]) -> Knocks:
        return replace(self, sockets=tuple(sockets))


@lru_cache(maxsize=1)  # several checks ask about the same history
def knocks(history: History) -> Sequence[Knocks]:
    """The sockets that were not opened, by provider."""
    found: dict[tuple[str, str], list[Socket]] = defaultdict(list)
    for socket in sorted(history.sockets, key=lambda socket: socket.from_ns):
        if not socket.opened:
            found[socket.stage, socket.provider].append(socket)
    up = Needs(
        need for call in history.calls for need in _needs(call, [], _LINGER_NS, by_turn=True)
    )
    used = _used(history)
    return [
        _of_provider(history.calls, stage, provider, sockets, used, up)
        for (stage, provider), sockets in found.items()
    ]


def _of_provider(
    calls: Iterable[Call],
    stage: str,
    provider: str,
    sockets: Iterable[Socket],
    used: Mapping[str, Sequence[Socket]],
    up: Needs,
) -> Knocks:
    ours = [
        [one for one in opened if (one.stage, one.provider) == (stage, provider)]
        for opened in used.values()
    ]
    at_once = [_most_at_once(opened) for opened in ours if opened]
    in_all = [len(opened) for opened in ours if opened]
    # A socket for the whole call is needed once; one for every answer is needed in every turn.
    by_turn = not in_all or median_low(in_all) > median_low(at_once)
    lacking = Needs(
        need
        for call in calls
        for need in _needs(
            call,
            [one for one in used.get(call.span, ()) if one.stage == stage],
            _HANG_UP_NS,
            by_turn=by_turn,
        )
    )
    usual = median_high(at_once) if at_once else 1
    return Knocks(stage, provider, tuple(sockets), usual, lacking, up)


def _beginning(need: Need) -> int:
    return need.from_ns


def _falls_into(need: Need, at_ns: Sequence[int]) -> bool:
    place = bisect_left(at_ns, need.from_ns)
    return place < len(at_ns) and at_ns[place] < need.until_ns


def _needs(call: Call, used: Sequence[Socket], tail_ns: int, *, by_turn: bool) -> Iterator[Need]:
    """The stretches of a call that are covered by no socket, parted at the ends of its turns."""
    at_ns, end_ns = call.dialled_ns - _CLOCKS_NS, call.ended_ns + tail_ns
    turns = [turn.until_at_ns for turn in call.turns if by_turn]
    for socket in [*used, None]:
        open_ns = socket.from_ns if socket else end_ns
        edges = [at_ns, *(turn for turn in turns if at_ns < turn < open_ns), open_ns]
        for from_ns, until_ns in pairwise(edges):
            if from_ns < until_ns:
                by = socket.provider if socket and until_ns == open_ns else ""
                yield Need(call.span, from_ns, until_ns, by)
        if socket:
            at_ns = max(at_ns, end_ns if socket.until_ns is None else socket.until_ns)


def _used(history: History) -> Mapping[str, Sequence[Socket]]:
    """Call → the sockets that work of it came over, in order."""
    sockets = {socket.span: socket for socket in history.sockets}
    found: dict[str, dict[str, Socket]] = defaultdict(dict)
    for work in history.work:
        call, socket = history.call_of(work), sockets.get(work.socket)
        if call and socket:
            found[call][socket.span] = socket
    return {
        call: sorted(opened.values(), key=lambda socket: socket.from_ns)
        for call, opened in found.items()
    }


def _most_at_once(sockets: Sequence[Socket]) -> int:
    return max(sum(_open(one, socket.from_ns) for one in sockets) for socket in sockets)


def _open(socket: Socket, at_ns: int) -> bool:
    return socket.from_ns <= at_ns and (socket.until_ns is None or at_ns < socket.until_ns)
