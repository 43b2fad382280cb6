"""What became of every offered call: exactly one fate each, from the call alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from kernel.records import Call

from ..callers.phrases import says_goodbye

Fate = Literal[
    "served",
    "refused_politely",
    "refused_abruptly",
    "deflected",
    "queued",
    "transferred",
    "abandoned",
    "dropped",
    "cut_by_us",
    "unclear",
]
FATES: tuple[Fate, ...] = get_args(Fate)

# Ends that say by themselves what happened, whoever hung up.
_TELLING: Mapping[str, Fate] = {
    "reject": "refused_politely",
    "spoken_refusal": "refused_politely",
    "clip_refusal": "refused_politely",
    "dial_out_429": "refused_politely",
    "dial_out_503": "refused_politely",
    "sip_480": "refused_politely",
    "sip_486": "refused_politely",
    "sip_503": "refused_politely",
    "deflected": "deflected",
    "queued": "queued",
    "transferred": "transferred",
    "patience": "abandoned",
    "monologue": "abandoned",
    "drained": "unclear",  # it would not end by itself
}


def fate_of(call: Call) -> Fate:
    """The fate of one call (served: talked to its planned end, whatever became of the task)."""
    if call.type is None:
        return "unclear"
    if call.how in _TELLING:
        return _TELLING[call.how]
    if call.ended_by == "us" and call.type != "ok":
        return "cut_by_us"
    if call.type == "ok":
        return "served"
    if call.type == "fail":
        return "refused_politely" if call.heard else "refused_abruptly"
    return _end_in_doubt(call)


def _end_in_doubt(call: Call) -> Fate:
    if call.answered_ns is None:
        return "refused_abruptly"
    if call.ended_by == "caller":
        return "unclear"
    if not call.heard:
        return "refused_abruptly"
    planned = _said_goodbye(call) or _was_taken_leave_of(call) or _was_hung_up_on(call)
    return "served" if planned else "dropped"


def _said_goodbye(call: Call) -> bool:
    """The caller had said its last line and been answered until then: hanging up is no cut."""
    said_all = 0 < call.lines <= max((turn.index for turn in call.turns), default=0)
    return said_all and call.answers >= max(1, call.lines - 1)


def _was_taken_leave_of(call: Call) -> bool:
    """The agent had done what it was called for, and said goodbye last: that is its planned end."""
    last = next((heard.text for heard in reversed(call.heard) if heard.text), "")
    return call.done and says_goodbye(last)


def _was_hung_up_on(call: Call) -> bool:
    """The agent had done what it was called for, and told the network to end the call: no line
    that broke, though a goodbye would have been kind.
    """
    return call.done and call.how == "hung_up"


def count_fates(calls: Iterable[Call]) -> dict[str, int]:
    """Every fate with its number of calls; the sum is all of them."""
    counted = Counter(fate_of(call) for call in calls)
    return {fate: counted[fate] for fate in FATES}


def left_by_plan(call: Call) -> bool:
    """It was to end before its task could be done."""
    return call.how == "left_early"


def refused_at_the_door(call: Call) -> bool:
    """Refused politely before any of its lines was answered: it leaves most denominators."""
    return fate_of(call) == "refused_politely" and call.answers == 0


def let_in(call: Call) -> bool:
    """The agent gave it a place, whatever became of it there: it was turned away neither before
    any words nor by the first of them.
    """
    if fate_of(call) in ("refused_abruptly", "deflected", "queued"):
        return False
    told_first = not call.heard or call.heard[0].role == "refusal"
    return not (refused_at_the_door(call) and told_first)
