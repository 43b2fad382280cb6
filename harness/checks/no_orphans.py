"""Nothing goes on working for callers who have hung up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import ClassVar

from kernel.history import History
from kernel.records import Call, Socket, Work
from kernel.units import Duration

from ..analysis.windows import judged_calls
from ..check import Check
from ..finding import Evidence, Finding


class NoOrphans(Check, frozen=True):
    """No provider work goes on, or begins, more than 15 s after its call has ended, and no more
    provider sockets stay open than calls were ever up at once. Warm pools, prewarmed sockets and
    KeepAlives pass.

    at_most  orphans that may happen all the same
    after    how long work may go on after the call
    """

    scalar: ClassVar[str] = "at_most"
    per_call: ClassVar[bool] = True

    at_most: int = 0
    after: Duration = Duration(15)

    def look(self, history: History) -> Finding:
        calls = {call.span: call for call in judged_calls(history)}
        if not calls:
            return self.unknown("no call was offered after the warm-up")
        over = [call for call in calls.values() if self._over_ns(call) <= history.end_ns]
        if not over and _goes_on(history):
            return self.unknown(
                f"the history ends before any call was over for {self.after}; a longer drain helps"
            )
        works = [
            (work, calls[span])
            for work in history.work
            if (span := history.call_of(work)) in calls and span
        ]
        orphans = [
            Evidence(call.span, self._over_ns(call), f"{work.stage} {work.span} still at work")
            for work, call in works
            if _until_ns(work, history) > self._over_ns(call)
        ]
        left = _left_open(history, works, self.after.ns)
        pool = _most_at_once(history)
        leaked = {stage: count - pool for stage, count in left.items() if count > pool}
        count = len(orphans) + sum(leaked.values())
        return self.finding(
            "fail" if count > self.at_most else "pass",
            f"{len(orphans)} pieces of provider work outlived {len(over)} ended calls by "
            f"{self.after}; {_sockets(leaked, pool)}",
            {
                "ended_calls": len(over),
                "orphans": len(orphans),
                "leaked_sockets": sum(leaked.values()),
                "most_calls_at_once": pool,
                **{f"{stage}_sockets_left": number for stage, number in sorted(left.items())},
            },
            orphans,
        )

    def _over_ns(self, call: Call) -> int:
        return call.ended_ns + self.after.ns


def _until_ns(work: Work, history: History) -> int:
    return history.end_ns if work.until_at_ns is None else work.until_at_ns


def _goes_on(history: History) -> bool:
    """Something may outlive its call yet."""
    return any(work.until_at_ns is None for work in history.work) or any(_open_at_the_end(history))


def _left_open(
    history: History, works: list[tuple[Work, Call]], after_ns: int
) -> Mapping[str, int]:
    """Stage → sockets open at the end whose calls are all over for long."""
    users: dict[str, list[Call]] = defaultdict(list)
    for work, call in works:
        users[work.socket].append(call)
    return Counter(
        socket.stage
        for socket in _open_at_the_end(history)
        if users.get(socket.span)
        and max(call.ended_ns for call in users[socket.span]) + after_ns <= history.end_ns
    )


def _open_at_the_end(history: History) -> Iterator[Socket]:
    return (socket for socket in history.sockets if socket.until_ns is None)


def _most_at_once(history: History) -> int:
    edges = sorted(
        [(call.dialled_ns, 1) for call in history.calls]
        + [(call.ended_ns, -1) for call in history.calls]
    )
    up = most = 0
    for _, step in edges:
        up += step
        most = max(most, up)
    return most


def _sockets(leaked: Mapping[str, int], pool: int) -> str:
    if not leaked:
        return "no socket too many was left open"
    stages = ", ".join(f"{count} {stage}" for stage, count in sorted(leaked.items()))
    return f"{stages} sockets were left open beyond a pool for {pool} calls"
