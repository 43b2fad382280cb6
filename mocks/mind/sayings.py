"""Which lines of which dialogues a text holds, and what was heard in their slots."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kernel.alignment import Alignment, Template
from kernel.dialogue import Dialogue, slots
from kernel.facts import apart, value_of
from kernel.likeness import DAMAGED, Lines

_SOME = 0.3  # a line may be there if so much of it was found;
_HALF = 0.5  # it surely is if half of it was …
_CERTAIN = 10  # … and these are so many characters
_MUCH = 0.4  # or so much of the text;
_MOST = 0.6  # a piece of it surely is if the text is mostly that
_PIECE = 6  # and it has so many characters;
_NEARLY_ALL = 0.7  # but if a slot holds no fact of its kind, then only what is nearly complete
_FACT = 0.25  # what a character of a fact of the right kind counts, or of the wrong one costs
_LONGEST = 8000  # characters that are read of a text, its end


@dataclass(frozen=True, slots=True)
class Saying:
    """A line of the script in a text.

    dialogue    number of its dialogue, from 0
    line        number of the caller's line, from 1; 0 for what is no line
    weight      characters that speak for it
    start, end  where it stands, in characters
    heard       slot → what was heard in it
    """

    dialogue: int
    line: int
    weight: float
    start: int
    end: int
    heard: Mapping[str, str]


class Sayings:
    """Texts of a script, ready to be found: `of` tells which of them another text holds."""

    def __init__(
        self,
        dialogues: Sequence[Dialogue],
        texts: Sequence[tuple[int, int, str]],
        today: dt.date,
    ) -> None:
        """`texts` are (number of the dialogue, of the line, template)."""
        self._dialogues, self._texts, self._today = dialogues, texts, today
        self._lines = Lines([text for _, _, text in texts])
        self._wordless = [
            entry for entry in texts if slots(entry[2]) and Template(entry[2]).wordless
        ]
        # The same turns come back with every request of a call.
        self._ways = lru_cache(maxsize=4096)(self._read)

    @classmethod
    def of_callers(cls, dialogues: Sequence[Dialogue], today: dt.date) -> Sayings:
        """The lines of the callers; their answers out of order are line 0."""
        lines = [
            (number, place, line.say)
            for number, dialogue in enumerate(dialogues)
            for place, line in enumerate(dialogue.caller, 1)
        ]
        answers = [
            (number, 0, text)
            for number, dialogue in enumerate(dialogues)
            for text in dialogue.answers.values()
        ]
        return cls(dialogues, lines + answers, today)

    @classmethod
    def of_assistants(cls, dialogues: Sequence[Dialogue], today: dt.date) -> Sayings:
        """What the mind itself replies."""
        texts = [
            (number, place, text)
            for number, dialogue in enumerate(dialogues)
            for place, reply in dialogue.replies.items()
            for text in (reply.say, reply.then, reply.failed)
            if text
        ]
        return cls(dialogues, texts, today)

    def of(self, text: str) -> Sequence[Saying]:
        """What `text` surely holds, likeliest first; readings of the same words may compete."""
        return [saying for saying, sure in self._ways(text[-_LONGEST:]) if sure]

    def perhaps(self, text: str) -> Sequence[Saying]:
        """What `text` could be, if that line is the one to be expected."""
        return [saying for saying, _ in self._ways(text[-_LONGEST:])]

    def _read(self, text: str) -> Sequence[tuple[Saying, bool]]:
        ways = [
            (saying := self._saying(number, way), self._is_sure(saying, way))
            for number, way in self._lines.read(text)
            if way.share >= _SOME and way.weight > 0
        ]
        if any(sure for _, sure in ways):
            return ways
        return [*((saying, True) for saying in self._of_slots_only(text)), *ways]

    def _saying(self, number: int, way: Alignment) -> Saying:
        dialogue, line, _ = self._texts[number]
        heard = {
            slot: words
            for names, together in way.heard.items()
            for slot, words in zip(names, self._apart(dialogue, names, together), strict=True)
            if words
        }
        kinds = zip(heard.values(), self._of_kind(dialogue, heard), strict=True)
        fitting = sum(len(words) * sign * _FACT for words, sign in kinds)
        return Saying(dialogue, line, way.weight + fitting, way.start, way.end, heard)

    def _of_kind(self, dialogue: int, heard: Mapping[str, str]) -> list[int]:
        """For each slot 1 if it holds a fact of its kind, -1 if not, 0 if that cannot be told."""
        facts = self._dialogues[dialogue].facts
        return [
            0
            if slot not in facts or DAMAGED in words
            else -1
            if value_of(facts[slot], words, self._today) is None
            else 1
            for slot, words in heard.items()
        ]

    def _is_sure(self, saying: Saying, way: Alignment) -> bool:
        """Whether so much agrees that it is no chance."""
        kinds = self._of_kind(saying.dialogue, saying.heard)
        if -1 in kinds and way.share < _NEARLY_ALL:
            return False
        explained = way.told + way.filled
        if way.share >= _HALF and (way.matched >= _CERTAIN or explained >= _MUCH):
            return True
        return explained >= _MOST and way.matched >= _PIECE and (way.told >= _HALF or 1 in kinds)

    def _apart(self, dialogue: int, names: Sequence[str], words: str) -> list[str]:
        facts = self._dialogues[dialogue].facts
        return apart([facts.get(name, "") for name in names], words, self._today)

    def _of_slots_only(self, text: str) -> Iterator[Saying]:
        """The lines without words of their own, by the kinds of what was heard."""
        words = text.split()
        named = all(word[0].isupper() or word[0].isdigit() for word in words)
        if not named or (len(words) < 2 and not any(map(str.isdigit, text))):
            return
        for dialogue, line, template in self._wordless:
            facts, names = self._dialogues[dialogue].facts, slots(template)
            heard = dict(zip(names, self._apart(dialogue, names, text), strict=True))
            if all(value_of(facts.get(slot, ""), heard[slot], self._today) for slot in names):
                yield Saying(dialogue, line, len(text) / 2, 0, len(text), heard)


def apart_from_each_other(sayings: Sequence[Saying], due: int) -> list[Saying]:
    """Those of one dialogue that can all have been said, in their order: of two that share words
    the likelier, and the line that is `due` in case of doubt."""
    kept: list[Saying] = []
    for saying in sorted(sayings, key=lambda one: -one.weight * (1 + 0.15 * (one.line == due))):
        if all(saying.start >= other.end - 1 or saying.end <= other.start + 1 for other in kept):
            kept.append(saying)
    return sorted(kept, key=lambda one: one.start)
