"""What one caller alone knows, as an index from words to calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from kernel.event import Event
from kernel.history import History

from .wording import words

_Fact = tuple[str, ...]

# Shorter ones (a 7, a yes) turn up by chance.
_TELLING = 4


class FactIndex:
    """Facts that belong to one caller and are said in no other caller's lines. A caller who redials
    has several calls."""

    def __init__(self, history: History) -> None:
        owners: dict[_Fact, set[str]] = defaultdict(set)
        self._calls: dict[str, set[str]] = defaultdict(set)  # caller, by its first call → its calls
        known = {call.span for call in history.calls}
        begun = (event for event in history.of_kind("call") if event.type == "invoke")
        calls = [event for event in begun if event.span in known]
        for event in calls:
            self._calls[_caller(event)].add(event.span)
            for said in event.data.get("telling", event.data.get("facts", {}).values()):
                if len(said) >= _TELLING:
                    owners[tuple(words(said))].add(_caller(event))
        self._owner = {fact: spans.pop() for fact, spans in owners.items() if len(spans) == 1}
        self._lengths: dict[str, set[int]] = defaultdict(set)
        for fact in filter(None, self._owner):
            self._lengths[fact[0]].add(len(fact))
        for event in calls:
            for fact in list(self._facts_in(_lines(event.data))):
                if self._owner.get(fact) != _caller(event):
                    self._owner.pop(fact, None)

    def owners(self, text: str) -> set[str]:
        """The calls whose facts stand in a text, as whole words: all calls of a caller."""
        callers = {self._owner[fact] for fact in self._facts_in(text)}
        return set().union(*(self._calls[caller] for caller in callers))

    def _facts_in(self, text: str) -> Iterator[_Fact]:
        found = words(text)
        for place, word in enumerate(found):
            for length in self._lengths.get(word, ()):
                if (fact := tuple(found[place : place + length])) in self._owner:
                    yield fact


def _caller(call: Event) -> str:
    return str(call.data.get("redial_of") or call.span)


def _lines(data: dict[str, Any]) -> str:
    said = data.get("lines_text", "")
    return said if isinstance(said, str) else "\n".join(map(str, said))
