"""What stands for a slot: what was heard of a fact, or what a tool answered."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from kernel.dialogue import SLOT
from kernel.facts import Kind, value_of
from kernel.text import DAMAGED

from . import naming
from .conversation import Turn
from .place import Place
from .results import look_up, parse
from .toolcall import kind_of

_LONGEST = 300  # characters of a value that are spoken


class Values:
    """The slots of a conversation as far as it has got."""

    def __init__(self, place: Place | None, turns: Sequence[Turn], today: dt.date) -> None:
        self._place = place
        self._heard: Mapping[str, str] = place.heard if place else {}
        self._facts: Mapping[str, Kind] = place.dialogue.facts if place else {}
        self._today = today
        # The newest first.
        self._results = [
            text for turn in reversed(turns) for text in reversed(turn.results.values())
        ]

    def spoken(self, template: str) -> tuple[str, bool]:
        """The text with its slots filled as they were heard, and whether none of them is unknown.

        An unknown one is left out.
        """
        values = {slot: self._of(slot) for slot in SLOT.findall(template)}
        known = None not in values.values()
        text = SLOT.sub(lambda match: _in_words(values[match[1]]), template)
        return (text if known else _mended(text)), known

    def retold(self) -> str:
        """What was said of the script so far: the caller's lines, and what tools had answered. What
        holds a slot that nobody knows is left out."""
        if self._place is None:
            return ""
        line, dialogue = self._place.line, self._place.dialogue
        told = [self.spoken(one.say) for one in dialogue.caller[:line]]
        answered = [reply.then for number, reply in dialogue.replies.items() if number < line]
        told += [self.spoken(then) for then in answered if "{result" in then]
        return " ".join(text for text, known in told if known)

    def argument(self, template: str) -> Any:
        """A tool's argument: a lone slot gives its value as a computer has it, of its own type.

        None if a slot is unknown.
        """
        alone = SLOT.fullmatch(template)
        if alone:
            return self._typed(alone[1])
        text, known = self.spoken(template)
        return text if known else None

    def guess(self, parameter: str) -> Any:
        """What a parameter of this name likely wants: the slot of a like name, or of its kind."""
        slot = naming.closest(parameter, self._heard)
        if slot is None and (kind := kind_of(parameter)):
            slot = next((one for one in self._heard if self._facts.get(one) == kind), None)
        return self._typed(slot) if slot else None

    def _of(self, slot: str) -> Any:
        name, *path = slot.split(".")
        found = look_up(path, map(parse, self._results)) if name == "result" else None
        return self._heard.get(slot) if found is None else found

    def _typed(self, slot: str) -> Any:
        value = self._of(slot)
        if not isinstance(value, str) or slot not in self._facts:
            return value
        return (value_of(self._facts[slot], value, self._today) or value).replace(DAMAGED, "")


def _in_words(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_in_words, value))
    return "" if value is None else str(value).replace(DAMAGED, "")[:_LONGEST]


def _mended(text: str) -> str:
    """A sentence from which a slot was taken: `Goodbye, .` → `Goodbye.`"""
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"[\s,;:]+(?=[.,;:!?])", "", text).lstrip(" .,;:!?").rstrip(" ,;:")
