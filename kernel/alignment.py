"""How a text lies along a line of a script, and what stands in its slots.

Equal characters in a row are a *run*, runs in the same order in both are a *chain*. A chain weighs
its characters less those it skips, so damage costs little and whatever stands around costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import eq
from typing import NamedTuple

from .text import DAMAGED, Template, Text

_REACH = 64  # runs further apart than this were not said in one go
_SLOT_LENGTH = 48  # what a slot holds at most
_SKIPPED = 0.5  # cost of a character between two runs that only one side has
_UNSAID = 0.25  # cost of a character of the line that the text has nothing of
_EMPTY = 3.0  # cost of a slot without anything in it
_GUESSED = 8  # so many characters beside a slot may be unreadable, and still its place is known


class Run(NamedTuple):
    """`length` characters that lie along each other, from `line` and `text` on."""

    line: int
    text: int
    length: int

    @property
    def line_end(self) -> int:
        return self.line + self.length

    @property
    def text_end(self) -> int:
        return self.text + self.length


@dataclass(frozen=True, slots=True)
class Alignment:
    """A text along a line.

    weight   characters that agree, less those skipped or left unsaid: the higher, the likelier
    matched  characters that agree
    share    part of the line's own readable characters that they are, 0 to 1
    told     part of the text that these characters are, of what is within the same walls
    filled   part of the text that stands in slots
    start, end  where the line stands in the text
    heard    names of neighbouring slots → what was heard in them
    """

    weight: float
    matched: int
    share: float
    told: float
    filled: float
    start: int
    end: int
    heard: dict[tuple[str, ...], str]


def align(line: Template, text: Text, runs: Sequence[Run]) -> Alignment:
    """The best way to lay `text` along `line`, given all their `runs` in the order of the text."""
    weight, narrow = _best_chain(line, runs)
    chain = _widened(line, narrow, text.characters)
    pairs = [
        (said, meant)
        for run in chain
        for said, meant in zip(
            text.characters[run.text : run.text_end],
            line.characters[run.line : run.line_end],
            strict=True,
        )
    ]
    matched = sum(said == meant for said, meant in pairs)
    unreadable = sum(said == DAMAGED for said, _ in pairs)
    places = [_in_slot(line, mark, chain, text) for mark in line.marks]
    start, end = chain[0].text, chain[-1].text_end
    walls = (
        max(at for at in text.walls if at <= start),
        min(at for at in text.walls if at >= end - 1),
    )
    around = walls[1] - walls[0] + 1
    return Alignment(
        weight=weight
        + matched
        - sum(run.length for run in narrow)
        - _UNSAID * (line.own - matched - unreadable),
        matched=matched,
        share=matched / (line.own - unreadable),
        told=matched / around,
        filled=sum(place[1] - place[0] for place in places if place) / around,
        start=start,
        end=end,
        heard={
            names: text.words(*place)
            for names, place in zip(line.slots, places, strict=True)
            if place
        },
    )


def _best_chain(line: Template, runs: Sequence[Run]) -> tuple[float, list[Run]]:
    """The weightiest chain; where runs overlap, the later is cut."""
    weights: list[float] = []
    links: list[tuple[int, Run]] = []
    for number, run in enumerate(runs):
        best, link = float(run.length), (-1, run)
        for before in range(number - 1, -1, -1):
            if run.text - runs[before].text > _REACH + _SLOT_LENGTH:
                break
            joined = _joined(line, runs[before], run)
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


def _joined(line: Template, before: Run, run: Run) -> tuple[Run, float] | None:
    """`run` as it follows `before`, and what that adds to the weight; None if it cannot."""
    overlap = max(0, before.line_end - run.line, before.text_end - run.text)
    if overlap >= run.length:
        return None
    run = Run(run.line + overlap, run.text + overlap, run.length - overlap)
    marks = line.marks_in(before.line_end, run.line)
    skipped = run.line - before.line_end - marks
    inserted = run.text - before.text_end - skipped
    if inserted > _REACH + marks * _SLOT_LENGTH:
        return None
    cost = _EMPTY * (inserted < marks) if marks else _SKIPPED * max(0, inserted)
    return run, run.length - cost - _SKIPPED * skipped


def _widened(line: Template, chain: Sequence[Run], heard: str) -> list[Run]:
    """The chain with what lies beside its runs too, though damage left too few characters in a row
    for a run: in each fragment of the line from its start to its end."""
    wide: list[Run] = []
    for start, end in line.fragments:
        since = wide[-1].text_end if wide else 0
        until = next((run.text for run in chain if run.line >= end), len(heard))
        runs = [run for run in chain if start <= run.line < end]
        if runs:
            first, last = runs[0], runs[-1]
            lead = min(first.line - start, first.text - since)
            tail = min(end - last.line_end, until - last.text_end)
            ahead = Run(first.line - lead, first.text - lead, lead)
            behind = Run(last.line_end, last.text_end, tail)
        else:
            # Nothing to go by; but the ends of a line are mostly the ends of what was said.
            ahead = Run(0, 0, end if start == 0 else 0)
            length = end - start if end == len(line.characters) else 0
            behind = Run(start, len(heard) - length, length)
        wide += _merged(
            run
            for run in (ahead, *runs, behind)
            if since <= run.text and run.text_end <= until and _alike(line, run, heard)
        )
    return wide


def _merged(runs: Iterable[Run]) -> list[Run]:
    """Runs that lie along each other are one, with all between them."""
    merged: list[Run] = []
    for run in runs:
        if merged and run.line - run.text == merged[-1].line - merged[-1].text:
            first = merged[-1]
            merged[-1] = Run(first.line, first.text, run.line_end - first.line)
        else:
            merged.append(run)
    return merged


def _alike(line: Template, run: Run, heard: str) -> bool:
    """Whether two stretches, not empty, agree in half of what is readable."""
    said = heard[run.text : run.text_end]
    readable = run.length - said.count(DAMAGED)
    equal = sum(map(eq, said, line.characters[run.line : run.line_end]))
    return run.length > 0 and 2 * equal >= readable


def _in_slot(line: Template, mark: int, chain: Sequence[Run], text: Text) -> tuple[int, int] | None:
    """Where the words are that were heard at a mark: between the runs on its two sides."""
    before = max((run for run in chain if run.line < mark), default=Run(0, 0, 0))
    after = min(
        (run for run in chain if run.line > mark),
        default=Run(len(line.characters), len(text), 0),
    )
    if line.marks_in(before.line_end, after.line) > 1:
        return None
    lead, tail = mark - before.line_end, after.line - mark - 1
    start, end = before.text_end + lead, after.text - tail
    if not before.length:
        start = max(at for at in text.stops if at < max(1, end)) + 1
    if not after.length:
        end = min((at for at in text.stops if at > start), default=start)
    if max(lead * (before.length > 0), tail * (after.length > 0)) > _GUESSED:
        return None
    start, end = _snapped(text.characters, start - 1) + 1, _snapped(text.characters, end)
    return (start, end) if start < end <= start + 2 * _SLOT_LENGTH else None


def _snapped(characters: str, at: int) -> int:
    """The nearest space within two characters, else the place itself."""
    for near in (at, at - 1, at + 1, at - 2, at + 2):
        if 0 <= near < len(characters) and characters[near] == " ":
            return near
    return max(0, min(at, len(characters) - 1))
