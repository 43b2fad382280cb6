"""One utterance as its symbols come in: text, with times and confidence for each character."""

from __future__ import annotations

from collections.abc import Sequence

from .alphabet import END, SPACES, UNREADABLE, Role, Speller
from .crc import crc_symbols, word_crc
from .events import Heard, TextEvent, Word
from .sequence import LOST
from .tracker import Symbol

SYMBOL_S = 0.06
"""The usual length of a symbol whose beginning was not heard."""
_LONGEST_STEP_S = 0.2
_DAMAGED_CONFIDENCE = 0.3
_VERIFIED_CONFIDENCE = 0.99
_CLOSING_SYMBOLS = 3


class HeardUtterance:
    """One utterance: characters, words, times, checks. It grows until it has ended."""

    def __init__(self, role: Role | None, start: int | None, start_s: float) -> None:
        """`start` is the value of the START that was heard, or None without one."""
        self.role = role
        """Whose utterance it is, once START or the clock has told."""
        self.identity: int | None = None
        """The number that it carries, if that was heard without damage."""
        self.start_s = self.end_s = start_s
        self.trusted = start is not None
        """Whether it began with a START or had a word that passed its check."""
        self.ended = False
        """Whether END was heard."""
        self.verified = False
        """Whether the whole text passed the check after END."""
        self._characters: list[str] = []
        # Start, end and confidence of each character in one list: thousands of utterances grow at
        # once, and what they touch must come from memory.
        self._measures: list[float] = []
        self.passed_words = 0
        self._words: list[tuple[int, int]] = []
        self._word_start = 0  # in characters
        self._word_values = 1  # where the word starts in values
        self._values = [LOST if start is None else start]
        self._damage_found = False
        self._speller = Speller()
        self._begun_s = start_s
        self._least_sure = 1.0

    @property
    def text(self) -> str:
        """The text so far; U+FFFD where a character is missing."""
        return "".join(self._characters)

    @property
    def confidences(self) -> list[float]:
        """0 to 1 for each character; none is in doubt once the whole text passed its check."""
        least = _VERIFIED_CONFIDENCE if self.verified else 0.0
        return [max(confidence, least) for confidence in self._measures[2::3]]

    @property
    def characters(self) -> list[Heard]:
        """Every character so far, as it would be reported."""
        starts_s, ends_s = self._measures[::3], self._measures[1::3]
        return list(map(Heard, self._characters, starts_s, ends_s, self.confidences))

    @property
    def words(self) -> list[Word]:
        """The words so far, the last of them perhaps unfinished."""
        spans = [*self._words, (self._word_start, len(self._characters))]
        return [self._as_word(first, last) for first, last in spans if first < last]

    @property
    def expects_identity(self) -> bool:
        """Whether an identity, if there is one, comes here: an agent's first, a caller's second."""
        if self.identity is not None:
            return False
        if self.role is Role.AGENT:
            return len(self._values) == 1
        return len(self._words) == 1 and self._word_values == len(self._values)

    def read(self, symbol: Symbol) -> list[TextEvent]:
        """Add the next symbol of the text."""
        value, at_s = symbol.value, symbol.at_s
        self._values.append(value)
        if not self._speller.prefix:
            joined = at_s - self.end_s < _LONGEST_STEP_S
            self._begun_s = self.end_s if joined else at_s - SYMBOL_S
            self._least_sure = 1.0
        self.end_s = at_s
        if 0 <= value < SPACES.stop and not self._speller.prefix:
            return self._space(symbol)
        if symbol.confidence < self._least_sure:
            self._least_sure = symbol.confidence
        if 0 <= value < END:
            character = self._speller.read(value)
            return [] if character is None else [self._put(character, self._least_sure)]
        self._speller.reset()
        return [self._put(UNREADABLE, 0.0)]

    def _space(self, symbol: Symbol) -> list[TextEvent]:
        first, last = self._word_start, len(self._characters)
        word = self._values[self._word_values : -1]
        confidence = symbol.confidence
        intact = LOST not in word and word_crc(word) == symbol.value
        if intact and word:
            self.passed_words += 1
        # Without a START, the first word may be the end of a longer one.
        if not intact or (self._values[0] == LOST and not self._words):
            self._damage_found = True
            confidence = min(confidence, _DAMAGED_CONFIDENCE)
            self._distrust(first)
        heard: list[TextEvent] = []
        if first < last:
            self._words.append((first, last))
            heard.append(self._as_word(first, last))
        heard.append(self._put(" ", confidence))
        self._word_start, self._word_values = len(self._characters), len(self._values)
        return heard

    def finish(self, crc_high: int, crc_low: int) -> bool:
        """Whether the text passes the check that was heard after END."""
        if LOST in self._values or crc_symbols(self._values) != (crc_high, crc_low):
            return False
        self.ended = self.verified = True
        return True

    def finish_without_end(self) -> bool:
        """Whether the last three symbols were a lost END and a check that the text passes."""
        if len(self._values) <= _CLOSING_SYMBOLS:
            return False
        *values, end, crc_high, crc_low = self._values
        if end != LOST or LOST in values or crc_symbols(values) != (crc_high, crc_low):
            return False
        self._values = values
        self._shorten(_count_characters(values[1:]))
        return self.finish(crc_high, crc_low)

    def finish_in_doubt(self) -> None:
        """The text failed its check: if nothing is known to be wrong, it must be the last word."""
        self.ended = True
        if not self._damage_found and LOST not in self._values:
            self._distrust(self._word_start)

    def _shorten(self, length: int) -> None:
        del self._characters[length:], self._measures[3 * length :]
        self._words = [(first, min(last, length)) for first, last in self._words if first < length]
        self._word_start = min(self._word_start, length)

    def _distrust(self, first: int) -> None:
        for place in range(3 * first + 2, len(self._measures), 3):
            self._measures[place] = min(self._measures[place], _DAMAGED_CONFIDENCE)

    def _put(self, character: str, confidence: float) -> Heard:
        self._characters.append(character)
        self._measures += (self._begun_s, self.end_s, confidence)
        return Heard(character, self._begun_s, self.end_s, confidence)

    def _as_word(self, first: int, last: int) -> Word:
        least = _VERIFIED_CONFIDENCE if self.verified else 0.0
        return Word(
            "".join(self._characters[first:last]),
            self._measures[3 * first],
            self._measures[3 * last - 2],
            max(least, min(self._measures[3 * first + 2 : 3 * last : 3])),
        )


def _count_characters(values: Sequence[int]) -> int:
    speller = Speller()
    return sum(
        speller.read(value) is not None if speller.prefix or value >= SPACES.stop else 1
        for value in values
    )
