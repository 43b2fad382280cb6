"""One call's work on the same words: which of it were attempts at one thing, one after the other.

From outside a client's own timeout, a request that it made on suspicion and a hedge that lost look
the same: it hung up. What comes after tells them apart, see `_taken_back`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kernel.clock import MILLISECOND_NS, SECOND_NS
from kernel.records import Call, Work

from ..correlation.wording import normal

_IN_VAIN_NS = SECOND_NS
_HANG_UP_NS = SECOND_NS
# A client that tries again does so after its back-off, and that is not longer in a conversation.
_SOON_NS = 10 * SECOND_NS
# What a client sends within so long it sends at once, waiting for nothing.
_AT_ONCE_NS = 100 * MILLISECOND_NS

# Agents let these run before they know that the caller has finished.
_PREEMPTIVE = ("llm", "tts")


@dataclass(frozen=True)
class Tries:
    """What became of one request.

    attempts    in order, each begun after the one before it had failed or been given up
    parallel    hedges: begun while another one was still on its way
    taken_back  the client had no more use for them
    """

    attempts: tuple[Work, ...]
    parallel: tuple[Work, ...] = ()
    taken_back: tuple[Work, ...] = ()


def tries_of(works: Sequence[Work], call: Call) -> Iterator[Tries]:
    """The requests in work of one call, provider and turn, which is in order of time."""
    for same in _same_words(works):
        for asked in _asked_anew(same):
            dropped = _taken_back(asked, call)
            unused = {work.span for work in dropped}
            lanes = _lanes([work for work in asked if work.span not in unused])
            attempts = max(lanes, key=len, default=[])
            parallel = (work for lane in lanes if lane is not attempts for work in lane)
            yield Tries(tuple(attempts), tuple(parallel), tuple(dropped))


def speculative(work: Work) -> bool:
    """By itself it looks cancelled early, or while it was being served, and not in vain."""
    if not work.cancelled or work.until_at_ns is None:
        return False
    unserved = work.first_at_ns is None or bool(work.bites)
    return not unserved or work.until_at_ns - work.from_at_ns < _IN_VAIN_NS


def _same_words(works: Sequence[Work]) -> Iterator[list[Work]]:
    """Apart by what is to be spoken; text that has grown since the last try is the same."""
    groups: list[tuple[str, list[Work]]] = []
    for work in works:
        words = normal(work.text_in)
        for place, (known, group) in enumerate(groups):
            if known == words or (known and words.startswith(f"{known} ")):
                group.append(work)
                groups[place] = words, group
                break
        else:
            groups.append((words, [work]))
    return (group for _, group in groups)


def _asked_anew(works: Sequence[Work]) -> Iterator[list[Work]]:
    """Parted where one was served: what follows is another request for the same."""
    part: list[Work] = []
    served_ns: int | None = None
    for work in works:
        if served_ns is not None and served_ns <= work.from_at_ns:
            yield part
            part, served_ns = [], None
        part.append(work)
        if work.type == "ok" and work.until_at_ns is not None:
            served_ns = min(work.until_at_ns, served_ns or work.until_at_ns)
    yield part


def _taken_back(works: Sequence[Work], call: Call) -> list[Work]:
    """Those that the client broke off because it had no more use for them.

    Work that the client cancelled, and that is soon asked for once more in the same turn, was
    given up: its successor is a retry, however short the wait was. Only the very first of them may
    have been a preemptive generation, repeated when the caller's turn was confirmed: if it alone
    was cancelled and repeated, it is taken back. A confirmed turn is not confirmed again, so with
    two such cancellations all are attempts. What is cancelled and not repeated is taken back, be
    it that the words have changed, another provider or a hedge was quicker, or the caller barged
    in or hung up; unless it ends a row of given-up attempts itself.
    """
    dropped = [work for work in works if _no_more_use(work, call)]
    starts = [work.from_at_ns for work in works]
    repeated = [work for work in dropped if _any_soon(work.until_at_ns, starts)]
    if repeated == [works[0]] and works[0].stage in _PREEMPTIVE:
        return dropped
    given_up_ns = [work.until_at_ns for work in repeated]
    return [
        work
        for work in dropped
        if work not in repeated and not any(_soon(work.from_at_ns, at_ns) for at_ns in given_up_ns)
    ]


def _no_more_use(work: Work, call: Call) -> bool:
    return work.type == "info" and (speculative(work) or _caller_ended_it(call, work))


def _any_soon(after_ns: int | None, starts: Sequence[int]) -> bool:
    place = bisect_left(starts, after_ns or 0)
    return place < len(starts) and _soon(starts[place], after_ns)


def _soon(at_ns: int, after_ns: int | None) -> bool:
    return after_ns is not None and 0 <= at_ns - after_ns <= _SOON_NS


def _caller_ended_it(call: Call, work: Work) -> bool:
    """By barging in or hanging up."""
    from_ns, until_ns = work.from_at_ns, work.until_at_ns or 0
    if from_ns <= call.ended_ns <= until_ns + _HANG_UP_NS:
        return True
    return any(from_ns <= turn.from_at_ns <= until_ns for turn in call.turns)


def _lanes(works: Sequence[Work]) -> list[list[Work]]:
    """Rows of attempts, each begun after the one before it had ended; a hedge opens a second row.

    Who fires a third while two still wait in silence has given up on those without hanging up.
    """
    lanes: list[list[Work]] = []
    for work in works:
        free = [lane for lane in lanes if _over(lane[-1], work.from_at_ns)]
        lost = len(lanes) > 1 and all(_waits(lane[-1], work.from_at_ns) for lane in lanes)
        if free or lost:
            max(free or lanes, key=len).append(work)
        else:
            lanes.append([work])
    return lanes


def _over(work: Work, at_ns: int) -> bool:
    return work.until_at_ns is not None and work.until_at_ns <= at_ns


def _waits(work: Work, at_ns: int) -> bool:
    """It was asked for a while ago, and nothing has come of it."""
    silent = work.first_at_ns is None or work.first_at_ns > at_ns
    return silent and work.from_at_ns + _AT_ONCE_NS <= at_ns
