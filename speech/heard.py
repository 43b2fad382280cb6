"""One utterance as its symbols come in: text, with times and confidence for each character."""

from __future__ import annotations

from .alphabet import END, SPACES, UNREADABLE, Role, Speller
from .crc import crc_symbols, word_crc
from .events import Heard, TextEvent, Word
from .sequence import LOST, Placed

_DAMAGED_CONFIDENCE = 0.3
_VERIFIED_CONFIDENCE = 0.99
SYMBOL_S = 0.06
"""The usual length of a symbol whose beginning was not heard."""
_LONGEST_STEP_S = 0.2
_CLOSING_SYMBOLS = 3


class HeardUtterance:
    """One utterance: characters, words, times, checks. It grows until it has ended."""

    def __init__(self, role: Role | None, start: int | None, start_s: float) -> None:
        """`start` is the value of the START that was heard, or None without one."""
        self.role = role
        """Whose utterance it is, once START or the clock has told."""
        self.identity: int | None = None
        self.start_s = self.end_s = start_s
        self.trusted = start is not None
        """Whether it began with a START or had a word that passed its check."""
        self.ended = False
        """Whether END was heard."""
        self.verified = False
        """Whether the whole text passed the check after END."""
        self.characters: list[str] = []
        self.confidences: list[float] = []
        """0 to 1 for each character."""
        self.passed_words = 0
        self._starts_s: list[float] = []
        self._ends_s: list[float] = []
        self._words: list[tuple[int, int]] = []
        self._damage_found = False
        self._values = [LOST if start is None else start]
        self._lengths = [0]
        self._speller = Speller()
        self._word: list[int] = []
        self._word_start = 0
        self._reached_s = float("-inf")
        self._begun_s = 0.0
        self._least_sure = 1.0

    @property
    def text(self) -> str:
        """The text so far; U+FFFD where a character is missing."""
        return "".join(self.characters)

    @property
    def words(self) -> list[Word]:
        """The words so far, the last of them perhaps unfinished."""
        spans = [*self._words, (self._word_start, len(self.characters))]
        return [self._as_word(first, last) for first, last in spans if first < last]

    def reach(self, at_s: float) -> None:
        """A symbol that is no text ended here."""
        self._reached_s = self.end_s = at_s

    def read(self, placed: Placed) -> list[TextEvent]:
        """Add the next symbol of the text."""
        value, confidence, at_s = placed
        self._values.append(value)
        self._lengths.append(len(self.characters))
        if self._speller.between_characters:
            joined = at_s - self._reached_s < _LONGEST_STEP_S
            self._begun_s = self._reached_s if joined else at_s - SYMBOL_S
            self._least_sure = 1.0
            if 0 <= value < SPACES.stop:
                return self._space(placed)
        self.reach(at_s)
        self._least_sure = min(self._least_sure, confidence)
        self._word.append(value)
        if not 0 <= value < END:
            self._speller.reset()
            return [self._put(UNREADABLE, 0.0)]
        character = self._speller.read(value)
        return [] if character is None else [self._put(character, self._least_sure)]

    def _space(self, placed: Placed) -> list[TextEvent]:
        first, last = self._word_start, len(self.characters)
        intact = self._word_is_clean() and word_crc(self._word) == placed.value
        confidence = placed.confidence
        if not intact:
            self._damage_found = True
            confidence = min(confidence, _DAMAGED_CONFIDENCE)
            self._distrust(first)
        elif self._word:
            self.passed_words += 1
        heard: list[TextEvent] = []
        if first < last:
            self._words.append((first, last))
            heard.append(self._as_word(first, last))
        self._word.clear()
        self.reach(placed.at_s)
        heard.append(self._put(" ", confidence))
        self._word_start = len(self.characters)
        return heard

    def finish(self, crc_high: int, crc_low: int) -> bool:
        """Whether the text passes the check that was heard after END."""
        if LOST in self._values or crc_symbols(self._values) != (crc_high, crc_low):
            return False
        self.confidences = [max(each, _VERIFIED_CONFIDENCE) for each in self.confidences]
        self.ended = self.verified = True
        return True

    def finish_without_end(self) -> bool:
        """Whether the last three symbols were a damaged END and a check that the text passes."""
        if len(self._values) <= _CLOSING_SYMBOLS:
            return False
        *text, _, crc_high, crc_low = self._values
        if LOST in text or crc_symbols(text) != (crc_high, crc_low):
            return False
        self._shorten(self._lengths[-_CLOSING_SYMBOLS])
        self._values = text
        return self.finish(crc_high, crc_low)

    def finish_in_doubt(self) -> None:
        """The text failed its check: if no word did, it must be the last, which has none."""
        self.ended = True
        if not self._damage_found:
            self._distrust(self._word_start)

    def _shorten(self, length: int) -> None:
        for column in (self.characters, self.confidences, self._starts_s, self._ends_s):
            del column[length:]
        self._words = [(first, min(last, length)) for first, last in self._words if first < length]
        self._word_start = min(self._word_start, length)

    def _word_is_clean(self) -> bool:
        return LOST not in self._word and self._speller.between_characters

    def _distrust(self, first: int) -> None:
        for place in range(first, len(self.confidences)):
            self.confidences[place] = min(self.confidences[place], _DAMAGED_CONFIDENCE)

    def _put(self, character: str, confidence: float) -> Heard:
        self.characters.append(character)
        self.confidences.append(confidence)
        self._starts_s.append(self._begun_s)
        self._ends_s.append(self._reached_s)
        return Heard(character, self._reached_s, confidence)

    def _as_word(self, first: int, last: int) -> Word:
        return Word(
            "".join(self.characters[first:last]),
            self._starts_s[first],
            self._ends_s[last - 1],
            min(self.confidences[first:last]),
        )
