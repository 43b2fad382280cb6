"""Where in the script a conversation is: which dialogue, which line, and what was heard so far."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kernel.dialogue import Dialogue
from kernel.facts import value_of

from .conversation import ToolOffered, Turn
from .keypad import Keypads
from .recall import facts_in
from .sayings import Saying, Sayings, apart_from_each_other
from .toolcall import offered

_TOOL_FITS = 2.0  # what an offered tool counts for the dialogue that calls it, in characters


@dataclass(frozen=True, slots=True)
class Place:
    """The line that the caller said last, from 1; 0 for an answer out of order.

    heard  slot → what was heard in it over the whole conversation, the latest winning
    """

    dialogue: Dialogue
    line: int
    heard: Mapping[str, str]


class Places:
    """The lines of all dialogues, ready to be found in a conversation."""

    def __init__(self, dialogues: Sequence[Dialogue], today: dt.date) -> None:
        self._dialogues = dialogues
        self._today = today
        self._callers = Sayings.of_callers(dialogues, today)
        self._keypads = Keypads(dialogues)
        self._assistants = Sayings.of_assistants(dialogues, today)

    def find(
        self, turns: Sequence[Turn], tools: Sequence[ToolOffered], summaries: Sequence[str] = ()
    ) -> Place | None:
        """The place of the last turn; None if nothing that was heard in it is in the script.

        Lines of several dialogues may fit; what was said before, by both sides, then decides.
        `summaries` of what was said before that tell facts, and never the place.
        """
        heard = [[*self._keypads.of(turn.heard), *self._callers.of(turn.heard)] for turn in turns]
        said = [self._assistants.of(turn.said) for turn in turns]
        retold = [
            *map(self._callers.of, summaries),
            *map(self._assistants.of, summaries),
        ]
        likely = self._evidence([*retold, *heard, *said], tools)
        heard[-1] = heard[-1] or [*self._expected(turns[-1].heard, heard, likely)]
        if not heard[-1]:
            return None
        number = max({one.dialogue for one in heard[-1]}, key=lambda one: (likely[one], -one))
        lines: list[Saying] = []
        for of_turn in _of_dialogue(number, heard):
            lines += apart_from_each_other(of_turn, max((one.line for one in lines), default=0) + 1)
        repeated = [one for of_text in _of_dialogue(number, [*retold, *said]) for one in of_text]
        dialogue = self._dialogues[number]
        called = facts_in(dialogue, (call for turn in turns for call in turn.calls))
        return Place(dialogue, lines[-1].line, self._slots(dialogue, lines, repeated, called))

    def _expected(
        self, text: str, heard: Sequence[Sequence[Saying]], likely: Mapping[int, float]
    ) -> Sequence[Saying]:
        """What the text could be of the likeliest dialogue: the line that was said last, again,
        or the next."""
        if not likely:
            return []
        number = max(likely, key=lambda one: (likely[one], -one))
        lines = [one.line for of_turn in _of_dialogue(number, heard) for one in of_turn]
        last = lines[-1] if lines else 0
        return [
            one
            for one in self._callers.perhaps(text)
            if one.dialogue == number and one.line in (last, last + 1) and one.line
        ]

    def _evidence(
        self, said: Sequence[Sequence[Saying]], tools: Sequence[ToolOffered]
    ) -> Mapping[int, float]:
        """How much speaks for each dialogue, in characters that agree."""
        found: dict[int, float] = defaultdict(float)
        for of_turn in said:
            for number in {one.dialogue for one in of_turn}:
                found[number] += max(one.weight for one in of_turn if one.dialogue == number)
        for number in found:
            calls = [reply.call for reply in self._dialogues[number].replies.values() if reply.call]
            found[number] += _TOOL_FITS * sum(offered(call, tools) is not None for call in calls)
        return found

    def _slots(
        self,
        dialogue: Dialogue,
        lines: Sequence[Saying],
        repeated: Sequence[Saying],
        called: Mapping[str, str],
    ) -> Mapping[str, str]:
        """What was heard in the slots; where nothing was, what was repeated of it, by a summary or
        the assistant, or what a tool was called with."""
        found: dict[str, str] = {}
        for saying in lines:
            for slot, words in saying.heard.items():
                if slot not in found or value_of(dialogue.facts.get(slot, ""), words, self._today):
                    found[slot] = words
        for saying in repeated:
            for slot, words in saying.heard.items():
                if value_of(dialogue.facts.get(slot, ""), words, self._today):
                    found.setdefault(slot, words)
        return {**called, **found}


def _of_dialogue(number: int, said: Sequence[Sequence[Saying]]) -> list[list[Saying]]:
    return [[one for one in of_turn if one.dialogue == number] for of_turn in said]
