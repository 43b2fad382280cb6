"""A caller's part in its dialogue: what it says first, next, again, and out of order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from .manners import Manners
from .messages import Say
from .phrases import Manner, manner_of, questions


class Part:
    """The words of one caller, and how far it has come with them.

    lines    what it says, in order; it says the next one after any answer, whatever the words
    answers  pattern (any case) → what it says instead if asked out of order
    replies  number of a line → what the script may have the agent answer, where it says so
    keyed    numbers of the lines that are pressed, not spoken
    pauses   number of a line → seconds of silence before it, in place of the natural pause
    """

    def __init__(
        self,
        lines: Sequence[str],
        answers: Mapping[str, str],
        replies: Mapping[int, Sequence[str]],
        manners: Manners,
        keyed: Collection[int] = (),
        pauses: Mapping[int, float] | None = None,
    ) -> None:
        self._lines = tuple(lines)
        self._asides = [(re.compile(ask, re.IGNORECASE), tell) for ask, tell in answers.items()]
        self._replies = replies
        self._manners = manners
        self._keyed, self._pauses = keyed, pauses or {}
        self._told: Counter[str] = Counter()
        self._repeats = 0

    @property
    def first(self) -> Say:
        return self._line(1)

    def next(self, said: Say, answer: str) -> Say | None:
        """What follows an answer: what it asks out of order, else the next line."""
        self._repeats = 0
        aside = self._aside(answer)
        if aside:
            return Say(aside, said.index, said.repeat + 1)
        if self.is_last(said):
            return None
        return self._line(said.index + 1)

    def again(self, said: Say) -> Say | None:
        """The same once more, but not for ever."""
        if self._repeats == self._manners.repeats:
            return None
        self._repeats += 1
        return Say(said.text, said.index, said.repeat + 1, said.keys)

    def pause_s(self, say: Say) -> float | None:
        """The silence before it that its line asks for, None for a natural pause."""
        return None if say.repeat else self._pauses.get(say.index)

    def is_last(self, said: Say) -> bool:
        return said.index == len(self._lines)

    def expects(self, said: Say) -> frozenset[Manner]:
        """The manners of the answers that the script may give to these words."""
        if said.text != self._lines[said.index - 1]:
            return frozenset()
        return frozenset(map(manner_of, self._replies.get(said.index, ())))

    def _line(self, number: int) -> Say:
        return Say(self._lines[number - 1], number, keys=number in self._keyed)

    def _aside(self, answer: str) -> str:
        asked = questions(answer)
        for pattern, tell in self._asides:
            if pattern.search(asked) and self._told[tell] < self._manners.asides:
                self._told[tell] += 1
                return tell
        return ""
