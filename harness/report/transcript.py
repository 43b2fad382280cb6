"""One call from within: its circumstances, its sound, its time axis, and its lines.

Seconds count from the beginning of the recording; without one from the answer or from dialling.
"""

from __future__ import annotations

from collections.abc import Sequence

from kernel.records import Call

from .colours import STAGE_COLOURS
from .line import Line, Told
from .lines import lines
from .markup import Html, tag
from .quantities import clock, waited, words

_LANES = ("faults", "findings", "caller", "wait", "agent", *STAGE_COLOURS)


def transcript(told: Told) -> Html:
    """The inside of an opened row."""
    found = lines(told)
    return tag(
        "div",
        _facts(told.call),
        _player(told),
        _axis(told, found),
        tag("ol", *(line.html for line in found), class_="lines")
        if found
        else tag("p", "not a word", class_="run"),
        class_="transcript",
    )


def _facts(call: Call) -> Html:
    """The call's own circumstances, in one line."""
    took = None if call.answered_ns is None else (call.answered_ns - call.dialled_ns) / 1e6
    told = [
        f"dialogue {call.dialogue}" if call.dialogue else "",
        f"CallSid {call.sid}" if call.sid else "",
        f"dialled at {clock(call.dialled_ns, tenths=True)}",
        f"answered after {waited(took)}" if took is not None else "never answered",
        f"{words(call.setup_how)}" if call.setup_how and call.setup_how != call.how else "",
        f"over after {waited((call.ended_ns - call.dialled_ns) / 1e6)}: {ending(call)}",
        f"told to retry after {call.retry_after_s:g} s" if call.retry_after_s is not None else "",
        *(f"{name}: {value}" for name, value in call.facts.items()),
    ]
    return tag("p", " · ".join(fact for fact in told if fact), class_="run")


def ending(call: Call) -> str:
    """How the call ended and by whom: `completed (caller)`."""
    by = f" ({call.ended_by})" if call.ended_by else ""
    return f"{words(call.how) or 'no end'}{by}"


def _player(told: Told) -> Html:
    if not told.recorded:
        return Html()
    source = f"recordings/{told.call.span}.wav"
    listen = tag("audio", src=source, controls=True, preload="none")
    link = tag("a", source, href=source)
    return tag("p", listen, tag("small", link, ": caller left, agent right"), class_="player")


def _axis(told: Told, found: Sequence[Line]) -> Html:
    """An empty frame; the page's script draws the lines into it when the call is opened."""
    if not found:
        return Html()
    used = {line.lane for line in found if line.lane} | {"wait"}
    lanes = [*(lane for lane in _LANES if lane in used), *sorted(used - {*_LANES})]
    return tag(
        "div",
        class_="axis",
        data_lanes=" ".join(lanes),
        data_from=told.second(told.call.dialled_ns),
        data_until=told.second(told.until_ns),
        data_ended=told.second(told.call.ended_ns),
        data_started=told.started_s and round(told.started_s + told.zero_ns / 1e9, 3),
    )
