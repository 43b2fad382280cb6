"""What callers called for, and whether they got it: `done` of their dialogues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from kernel.dialogue import Done, Goal, fill
from kernel.event import Event
from kernel.history import History
from kernel.records import Call
from kernel.units import convert

NOTHING = Done()


def goals(history: History) -> Mapping[str, Goal]:
    """Name of the dialogue → its goal."""
    return convert(dict(history.run.get("dialogues", {})), dict[str, Goal])


def tools_that_answered_well(
    history: History, joins: Iterable[Event]
) -> Mapping[str, frozenset[str]]:
    """Span of the call → tools that answered it well, by the `join` events."""
    call_of = {join.span: join.parent for join in joins}
    used: dict[str, set[str]] = defaultdict(set)
    for work in history.work:
        if work.stage == "tools" and work.type == "ok" and work.status < 400:
            used[call_of.get(work.span, "")].add(work.tool)
    return {call: frozenset(tools) for call, tools in used.items() if call}


def missing(call: Call, done: Done, used: Mapping[str, frozenset[str]]) -> str:
    """What a caller did not get of what it called for, empty if nothing."""
    if done.tool_ok and done.tool_ok not in used.get(call.span, ()):
        return f"{done.tool_ok} never answered well"
    words = fill(done.heard, call.facts)
    if words and not any(words.casefold() in heard.text.casefold() for heard in call.heard):
        return f"never heard {words!r}"
    return ""


def tasks_done(history: History, joins: Iterable[Event]) -> list[Event]:
    """A `task` event for every call whose dialogue says when it is done, and it is."""
    wanted, used = goals(history), tools_that_answered_well(history, joins)
    return [
        Event(call.ended_ns, "judge", "task", "info", call.span, call.span)
        for call in history.calls
        if (done := wanted.get(call.dialogue, Goal()).done) != NOTHING
        and not missing(call, done, used)
    ]
