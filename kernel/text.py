"""Texts and lines of a script, made comparable: what was said, and what was meant to be."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise

from .dialogue import SLOT

DAMAGED = "\ufffd"
"""Stands for a character that could not be read."""
MARK = "\0"
"""Stands for a slot in the characters of a line."""

_WALL = re.compile(r"[\n<>\"“”]|:\s")  # what is wrapped around somebody's words is set apart so
_STOP = re.compile(rf"[.!?]\W*\s|{_WALL.pattern}")


class Text:
    """A text in lower case, its words apart by single spaces, one at each end.

    Letters, digits and damaged characters stay, apostrophes vanish, all else is a space.
    `characters[i]` comes from place `origin[i]` of the original.
    """

    def __init__(self, original: str) -> None:
        kept, origin = [" "], [0]
        for at, character in enumerate(original):
            if character.isalnum() or character == DAMAGED:
                kept.append(character.lower()[0])
                origin.append(at)
            elif kept[-1] != " " and character not in "'’":
                kept.append(" ")
                origin.append(at)
        if kept[-1] != " ":
            kept.append(" ")
            origin.append(len(original))
        self.original, self.characters, self.origin = original, "".join(kept), origin

    def __len__(self) -> int:
        return len(self.characters)

    def words(self, start: int, end: int) -> str:
        """The original of a part, on one line."""
        part = self.original[self.origin[start] : self.origin[end - 1] + 1]
        return part.strip().replace("\n", " ")

    @cached_property
    def stops(self) -> list[int]:
        """Spaces where a sentence ends, those at both ends included."""
        return self._gaps(_STOP)

    @cached_property
    def walls(self) -> list[int]:
        """Spaces that set something apart: quotes, colons, line breaks."""
        return self._gaps(_WALL)

    def _gaps(self, pattern: re.Pattern[str]) -> list[int]:
        inner = (
            at
            for at in range(1, len(self) - 1)
            if self.characters[at] == " "
            and pattern.search(self.original, self.origin[at], self.origin[at + 1])
        )
        return [0, *inner, len(self) - 1]


class Template:
    """A line of a script made ready: its characters, with a mark for each slot.

    Slots with no word between them share a mark: where one ends, only their kinds can tell.
    """

    def __init__(self, line: str) -> None:
        pieces = SLOT.split(line)
        text = Text(pieces[0]).characters
        self.slots: list[tuple[str, ...]] = []
        for name, piece in zip(pieces[1::2], pieces[2::2], strict=True):
            if text.endswith(MARK + " "):
                self.slots[-1] += (name,)
                text = text[:-1]
            else:
                self.slots.append((name,))
                text += MARK
            text += Text(piece).characters
        self.characters = text
        self.marks = [at for at, character in enumerate(text) if character == MARK]
        edges = [-1, *self.marks, len(text)]
        fragments = ((start + 1, end) for start, end in pairwise(edges))
        self.fragments = [(start, end) for start, end in fragments if text[start:end].strip()]
        self.own = sum(end - start for start, end in self.fragments)

    @property
    def wordless(self) -> bool:
        """It consists of slots only."""
        return not self.own

    def marks_in(self, start: int, end: int) -> int:
        return sum(start <= mark < end for mark in self.marks)
