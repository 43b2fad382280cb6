"""Which lines of which dialogues a text holds, and what was heard in their slots."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from kernel.alignment import Alignment
from kernel.dialogue import Dialogue, slots
from kernel.facts import apart, value_of
from kernel.likeness import Lines
from kernel.text import DAMAGED, Template, Text

_SOME = 0.3  # a line may be there if so much of it was found;
_CERTAIN = 10  # it surely is if the part that was found, times its characters, is so much
_HALF = 0.5  # or if half of it was found …
_MUCH = 0.4  # … and is so much of the text;
_MOST = 0.75  # a piece of it surely is if the text is mostly that
_PIECE = 6  # and it has so many characters;
_NEARLY_ALL = 0.7  # but if a slot holds no fact of its kind, then only what is nearly complete
_FACT = 0.25  # what a character of a fact of the right kind counts, or of the wrong one costs
_LONGEST = 8000  # characters that are read of a text, its end
_PARTS = 60  # and so many parts of it with words are looked at alone, the last ones;
_SHORT = 120  # beside a line that was found those that are no longer: it does not hide a long one


@dataclass(frozen=True, slots=True)
class Saying:
    """A line of the script in a text.

    dialogue    number of its dialogue, from 0
    line        number of the caller's line, from 1; 0 for what is no line
    weight      characters that speak for it
    share       part of the line's own words that was found
    start, end  where it stands, in characters
    heard       slot → what was heard in it
    """

    dialogue: int
    line: int
    weight: float
    share: float
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
            if line.say
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
        ways = list(self._ways_of(text))
        sure = [saying for saying, is_sure in ways if is_sure]
        # Much around a short line hides it, and so does a long one; alone it may be seen.
        apart = [
            (saying, is_sure)
            for saying, is_sure in self._ways_of_parts(Text(text), _SHORT if sure else _LONGEST)
            if not any(saying.start < other.end and other.start < saying.end for other in sure)
        ]
        if sure:
            return [*ways, *((saying, True) for saying, is_sure in apart if is_sure)]
        return [*((saying, True) for saying in self._of_slots_only(text)), *ways, *apart]

    def _ways_of_parts(self, text: Text, longest: int) -> Iterator[tuple[Saying, bool]]:
        """The same for each of what quotes, colons and line breaks set apart."""
        edges = [
            (start, end)
            for start, end in pairwise(text.walls)
            if end - start <= longest and any(map(str.isalpha, text.characters[start:end]))
        ]
        for start, end in edges[-_PARTS:] if len(text.walls) > 2 else ():
            part = text.original[text.origin[start] : text.origin[end]]
            for saying, is_sure in self._ways_of(part):
                yield replace(saying, start=saying.start + start, end=saying.end + start), is_sure

    def _ways_of(self, text: str) -> Iterator[tuple[Saying, bool]]:
        for number, way in self._lines.read(text):
            saying = self._saying(number, way)
            sure = self._is_sure(saying, way)
            if sure or (way.share >= _SOME and saying.weight > 0):
                yield saying, sure

    def _saying(self, number: int, way: Alignment) -> Saying:
        dialogue, line, _ = self._texts[number]
        heard = {
            slot: words
            for names, together in way.heard.items()
            for slot, words in zip(names, self._apart(dialogue, names, together), strict=True)
            if words
        }
        right, wrong = self._facts_in(dialogue, heard)
        weight = way.weight + _FACT * (right - wrong)
        return Saying(dialogue, line, weight, way.share, way.start, way.end, heard)

    def _facts_in(self, dialogue: int, heard: Mapping[str, str]) -> tuple[int, int]:
        """How many characters in slots are facts of the right kind, and how many are not; what is
        damaged is neither."""
        facts, right, wrong = self._dialogues[dialogue].facts, 0, 0
        for slot, words in heard.items():
            if slot in facts and DAMAGED not in words:
                fits = value_of(facts[slot], words, self._today) is not None
                right, wrong = right + fits * len(words), wrong + (not fits) * len(words)
        return right, wrong

    def _is_sure(self, saying: Saying, way: Alignment) -> bool:
        """Whether so much agrees that it is no chance."""
        right, wrong = self._facts_in(saying.dialogue, saying.heard)
        explained = way.told + way.filled
        if wrong:
            return way.share >= _NEARLY_ALL and explained >= _MUCH
        if way.share * way.matched >= _CERTAIN or (way.share >= _HALF and explained >= _MUCH):
            return True
        return (
            explained >= _MOST
            and way.matched + right >= _PIECE
            and (way.told >= _HALF or right > 0)
        )

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
                yield Saying(dialogue, line, len(text) / 2, 1.0, 0, len(text), heard)


def apart_from_each_other(sayings: Sequence[Saying], due: int) -> list[Saying]:
    """Those of one dialogue that were all said, in their order: the likeliest, or in case of doubt
    the line that is `due`, and what stands apart from it and is nearly complete."""
    kept: list[Saying] = []
    for saying in sorted(sayings, key=lambda one: -one.weight * (1 + 0.15 * (one.line == due))):
        apart = (saying.start >= other.end - 1 or saying.end <= other.start + 1 for other in kept)
        if not kept or (saying.share >= _NEARLY_ALL and all(apart)):
            kept.append(saying)
    return sorted(kept, key=lambda one: one.start)
