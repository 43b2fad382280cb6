"""Which line of a script a damaged, split or wrapped text is.

Lines are found by the trigrams of their characters that a text has too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from heapq import nlargest
from itertools import combinations
from operator import itemgetter

from .alignment import Alignment, Run, align
from .dialogue import SLOT, Dialogue
from .text import DAMAGED, MARK, Template, Text

ALIKE = 0.75
"""Lines of one dialogue that are so like are refused: damage could swap them."""

_CANDIDATES = 12  # so many lines, those with most trigrams in one place, are looked at closely
_PROMISING = 0.1  # and those that promise less than this part of the best not at all
_PLACE = 64  # characters


class Lines:
    """Lines of a script, ready to be found. A line of slots only is never found."""

    def __init__(self, lines: Sequence[str]) -> None:
        numbers: dict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(lines):
            numbers[line].append(number)
        self._numbers = list(numbers.values())
        self._templates = [Template(line) for line in numbers]
        self._index: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, template in enumerate(self._templates):
            for at in range(len(template.characters) - 2):
                trigram = template.characters[at : at + 3]
                if MARK not in trigram:
                    self._index[trigram].append((number, at))

    def read(self, original: str) -> list[tuple[int, Alignment]]:
        """The lines that the text may be, by number, and how it is; the likeliest first."""
        text = Text(original)
        runs = self._runs(text.characters)
        promise = {number: self._promise(number, of_line) for number, of_line in runs.items()}
        often = nlargest(_CANDIDATES, promise, key=promise.__getitem__)
        ways = [
            (one, align(self._templates[one], text, runs[one]))
            for one in often
            if promise[one] >= _PROMISING * promise[often[0]]
        ]
        found = [(number, way) for one, way in ways for number in self._numbers[one]]
        return sorted(found, key=lambda pair: (-pair[1].weight, pair[0]))

    def _runs(self, characters: str) -> dict[int, list[Run]]:
        """The runs of each line, in the order of the text."""
        starts: dict[tuple[int, int], list[int]] = defaultdict(list)  # of trigrams, by diagonal
        for at in range(len(characters) - 2):
            for number, place in self._index.get(characters[at : at + 3], ()):
                starts[number, at - place].append(at)
        runs: dict[int, list[Run]] = defaultdict(list)
        for (number, ahead), places in starts.items():
            first = places[0]
            for at, next_ in zip(places, [*places[1:], None], strict=True):
                if next_ != at + 1:
                    runs[number].append(Run(first - ahead, first, at - first + 3))
                    first = next_ or 0
        for of_line in runs.values():
            of_line.sort(key=itemgetter(1))
        return runs

    def _promise(self, number: int, runs: Sequence[Run]) -> float:
        """How many of the line's trigrams stand in one place, for its length."""
        most = within = first = 0
        for run in runs:
            within += run.length - 2
            while run.text - runs[first].text > _PLACE:
                within -= runs[first].length - 2
                first += 1
            most = max(most, within)
        return most**2 / self._templates[number].own


def likeness(one: str, other: str) -> float:
    """How like two lines are, 0 to 1, whatever their slots hold. Lines of slots only are like each
    other and nothing else."""
    templates = Template(one), Template(other)
    wordless = [template.wordless for template in templates]
    if any(wordless):
        return float(all(wordless))
    said = SLOT.sub(DAMAGED * 8, one)
    own = sum(template.own for template in templates)
    return max((2 * way.matched / own for _, way in Lines([other]).read(said)), default=0.0)


def look_alikes(dialogue: Dialogue) -> list[tuple[str, str]]:
    """Pairs of lines of the caller that damage on the way could turn into each other."""
    said = [line.say for line in dialogue.caller if line.say]
    return [pair for pair in combinations(said, 2) if likeness(*pair) >= ALIKE]
