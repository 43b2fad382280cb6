"""Which line of a script a damaged, split or wrapped text is, and what stands in its slots.

Texts are compared by the trigrams of their characters. Trigrams that a line and a text share in
a row are a *run*; runs in the same order in both are a *chain*. So a wrong character costs little,
whatever stands around a line costs nothing, and a slot may hold anything.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from .dialogue import SLOT, Dialogue

DAMAGED = "\ufffd"
ALIKE = 0.7  # lines of one dialogue that are so like are refused: damage could swap them

_MARK = "\0"  # a place of slots in the characters of a line
_CANDIDATES = 8  # so many lines, those with most trigrams in common, are looked at closely
_REACH = 64  # runs further apart than this were not said in one go
_SLOT_LENGTH = 48  # what a slot holds at most
_SKIPPED = 0.5  # cost of a character between two runs that only one side has
_INSERTED = 8.0  # at most, where words stand between two halves of a line
_UNSAID = 0.25  # cost of a character of the line that the text has nothing of
_EMPTY = 3.0  # cost of a slot without anything in it
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|\n")


class Normal(NamedTuple):
    """A text in lower case, its words apart by single spaces, one at each end.

    `text[i]` comes from place `origin[i]` of the original.
    """

    text: str
    origin: list[int]


def normal(text: str) -> Normal:
    """Letters, digits and damaged characters stay; apostrophes vanish; all else is a space."""
    kept, origin = [" "], [0]
    for at, character in enumerate(text):
        if character.isalnum() or character == DAMAGED:
            kept.append(character.lower()[0])
            origin.append(at)
        elif kept[-1] != " " and character not in "'’":
            kept.append(" ")
            origin.append(at)
    if kept[-1] != " ":
        kept.append(" ")
        origin.append(len(text))
    return Normal("".join(kept), origin)


class Line:
    """A line of a script made ready to be found: its characters, and a mark for each slot.

    Slots with no word between them share a mark: where one ends, only their kinds can tell.
    """

    def __init__(self, template: str) -> None:
        pieces = SLOT.split(template)
        self.text = normal(pieces[0]).text
        self.names: list[tuple[str, ...]] = []
        for name, piece in zip(pieces[1::2], pieces[2::2], strict=True):
            if self.text.endswith(_MARK + " "):
                self.names[-1] += (name,)
                self.text = self.text[:-1]
            else:
                self.names.append((name,))
                self.text += _MARK
            self.text += normal(piece).text
        self.marks = [at for at, character in enumerate(self.text) if character == _MARK]
        self.own = len(self.text) - len(self.marks)

    @property
    def wordless(self) -> bool:
        """It consists of slots only."""
        return not self.text.strip(f" {_MARK}")

    @cached_property
    def _marks_before(self) -> list[int]:
        counts = [0]
        for character in self.text:
            counts.append(counts[-1] + (character == _MARK))
        return counts

    def marks_between(self, start: int, end: int) -> int:
        return self._marks_before[end] - self._marks_before[start] if start < end else 0


class Run(NamedTuple):
    """`length` equal characters, at `line` in the line and at `text` in the text."""

    line: int
    text: int
    length: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read as one line of several.

    line     its number, from 0
    weight   characters that agree, less those skipped or left unsaid: the higher, the likelier
    matched  characters that agree
    share    part of the line's own words that they are, 0 to 1
    told     part of the text that the line explains, slots included, 0 to 1
    start, end  where the line stands in the normal text
    heard    names of neighbouring slots → what was heard in them
    """

    line: int
    weight: float
    matched: int
    share: float
    told: float
    start: int
    end: int
    heard: dict[tuple[str, ...], str]


class Lines:
    """Lines of a script, found by their trigrams. A line of slots only is never found."""

    def __init__(self, templates: Sequence[str]) -> None:
        self.lines = [Line(template) for template in templates]
        self._index: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, line in enumerate(self.lines):
            for at in range(len(line.text) - 2):
                trigram = line.text[at : at + 3]
                if _MARK not in trigram:
                    self._index[trigram].append((number, at))

    def read(self, text: str) -> list[Reading]:
        """The ways to read `text`, likeliest first."""
        heard = normal(text)
        runs = self._runs(heard.text)
        often = sorted(runs, key=lambda number: -sum(run.length for run in runs[number]))
        readings = [
            _read(number, self.lines[number], runs[number], heard, text)
            for number in often[:_CANDIDATES]
        ]
        return sorted(readings, key=lambda reading: (-reading.weight, reading.line))

    def _runs(self, text: str) -> dict[int, list[Run]]:
        """The runs of each line, by their place in the text."""
        found: dict[tuple[int, int], list[Run]] = {}
        for at in range(len(text) - 2):
            for number, place in self._index.get(text[at : at + 3], ()):
                diagonal = found.setdefault((number, at - place), [])
                if diagonal and diagonal[-1].text + diagonal[-1].length == at + 2:
                    diagonal[-1] = diagonal[-1]._replace(length=diagonal[-1].length + 1)
                else:
                    diagonal.append(Run(place, at, 3))
        runs: dict[int, list[Run]] = defaultdict(list)
        for (number, _), diagonal in found.items():
            runs[number].extend(diagonal)
        for of_line in runs.values():
            of_line.sort(key=lambda run: run.text)
        return runs


def likeness(one: str, other: str) -> float:
    """How like two lines are, 0 to 1, whatever stands in their slots. Slots only: as like as can be
    to other slots, and not at all to words."""
    lines = Line(one), Line(other)
    if lines[0].wordless or lines[1].wordless:
        return float(lines[0].wordless and lines[1].wordless)
    said = SLOT.sub(DAMAGED * 8, one)
    own = lines[0].own + lines[1].own
    return max((2 * way.matched / own for way in Lines([other]).read(said)), default=0.0)


def look_alikes(dialogue: Dialogue) -> list[tuple[str, str]]:
    """Pairs of lines of the caller that damage on the way could turn into each other."""
    said = [line.say for line in dialogue.caller]
    return [pair for pair in combinations(said, 2) if likeness(*pair) >= ALIKE]


def _read(number: int, line: Line, runs: list[Run], heard: Normal, text: str) -> Reading:
    weight, chain = _best_chain(line, runs)
    found = {
        names: words
        for place, names in enumerate(line.names)
        if (words := _in_slot(line, line.marks[place], chain, heard, text))
    }
    matched = sum(run.length for run in chain)
    told = matched + sum(len(words) for words in found.values())
    return Reading(
        line=number,
        weight=weight - _UNSAID * (line.own - matched),
        matched=matched,
        share=matched / line.own,
        told=min(1.0, told / len(heard.text)),
        start=chain[0].text,
        end=chain[-1].text + chain[-1].length,
        heard=found,
    )


def _best_chain(line: Line, runs: list[Run]) -> tuple[float, list[Run]]:
    """The weightiest chain of `runs`, which stand in the order of the text; overlaps cut off."""
    weights: list[float] = []
    links: list[tuple[int, Run]] = []
    for number, run in enumerate(runs):
        best, link = float(run.length), (-1, run)
        for before in range(number - 1, -1, -1):
            if run.text - runs[before].text > _REACH + _SLOT_LENGTH:
                break
            joined = _join(line, runs[before], run)
            if joined and (weight := weights[before] + joined[1]) > best:
                best, link = weight, (before, joined[0])
        weights.append(best)
        links.append(link)
    last = max(range(len(runs)), key=weights.__getitem__)
    weight, chain = weights[last], []
    while last >= 0:
        last, run = links[last]
        chain.append(run)
    return weight, chain[::-1]


def _join(line: Line, before: Run, run: Run) -> tuple[Run, float] | None:
    """`run` as it follows `before`, and what that adds to the weight; None if it does not."""
    line_gap = run.line - before.line - before.length
    text_gap = run.text - before.text - before.length
    overlap = max(0, -line_gap, -text_gap)
    if overlap >= run.length:
        return None
    run = Run(run.line + overlap, run.text + overlap, run.length - overlap)
    line_gap, text_gap = line_gap + overlap, text_gap + overlap
    marks = line.marks_between(before.line + before.length, run.line)
    skipped = line_gap - marks
    inserted = text_gap - skipped
    if text_gap > _REACH + marks * _SLOT_LENGTH:
        return None
    cost = _SKIPPED * skipped
    if not marks:
        cost += min(_INSERTED, _SKIPPED * max(0, inserted))
    elif inserted < marks:
        cost += _EMPTY
    return run, run.length - cost


def _in_slot(line: Line, mark: int, chain: list[Run], heard: Normal, text: str) -> str:
    """What was heard at a mark: between the nearest runs, less what the line says in between."""
    before = [run for run in chain if run.line < mark]
    after = [run for run in chain if run.line > mark]
    if before:
        lead = mark - before[-1].line - before[-1].length
        start = before[-1].text + before[-1].length + lead
    else:
        start = mark if _same(heard.text[:mark], line.text[:mark]) else 1
    if after:
        end = after[0].text - (after[0].line - mark - 1)
    else:
        tail = line.text[mark + 1 :]
        end = len(heard.text) - 1
        if _same(heard.text[-len(tail) :], tail):
            end -= len(tail) - 1
        stop = _SENTENCE_END.search(text, heard.origin[min(start, end)])
        if stop:
            end = min(end, sum(origin < stop.start() for origin in heard.origin))
    start, end = _snap(heard.text, start - 1) + 1, _snap(heard.text, end)
    if not start < end <= start + _SLOT_LENGTH * 2:
        return ""
    words = text[heard.origin[start] : heard.origin[end - 1] + 1]
    return words.strip()


def _same(one: str, other: str) -> bool:
    """Whether two texts of a length are one, damaged: no trigram left, but many characters."""
    equal = sum(a == b != " " for a, b in zip(one, other, strict=False))
    return 2 * equal >= len(other.replace(" ", "")) > 0


def _snap(text: str, at: int) -> int:
    """The nearest space within two characters, else the place itself."""
    for near in (at, at - 1, at + 1, at - 2, at + 2):
        if 0 <= near < len(text) and text[near] == " ":
            return near
    return max(0, min(at, len(text) - 1))
