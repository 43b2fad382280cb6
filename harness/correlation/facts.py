"""What one caller alone knows, as an index from words to calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from kernel.history import History

from .wording import words

_Fact = tuple[str, ...]

# Shorter ones (a 7, a yes) turn up by chance.
_TELLING = 4


class FactIndex:
    """Facts that belong to one call and are said in no other call's lines."""

    def __init__(self, history: History) -> None:
        owners: dict[_Fact, set[str]] = defaultdict(set)
        calls = [event for event in history.of_kind("call") if event.type == "invoke"]
        for event in calls:
            for said in event.data.get("telling", event.data.get("facts", {}).values()):
                if len(said) >= _TELLING:
                    owners[tuple(words(said))].add(event.span)
        self._owner = {fact: spans.pop() for fact, spans in owners.items() if len(spans) == 1}
        self._lengths: dict[str, set[int]] = defaultdict(set)
        for fact in filter(None, self._owner):
            self._lengths[fact[0]].add(len(fact))
        for event in calls:
            for fact in list(self._facts_in(_lines(event.data))):
                if self._owner.get(fact) != event.span:
                    self._owner.pop(fact, None)

    def owners(self, text: str) -> set[str]:
        """The calls whose facts stand in a text, as whole words."""
        return {self._owner[fact] for fact in self._facts_in(text)}

    def _facts_in(self, text: str) -> Iterator[_Fact]:
        found = words(text)
        for place, word in enumerate(found):
            for length in self._lengths.get(word, ()):
                if (fact := tuple(found[place : place + length])) in self._owner:
                    yield fact


def _lines(data: dict[str, Any]) -> str:
    said = data.get("lines_text", "")
    return said if isinstance(said, str) else "\n".join(map(str, said))
