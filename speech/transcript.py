"""The text of one stream: who speaks, what, how sure that is, and whether it was all heard."""

from __future__ import annotations

from collections.abc import Callable

from .alphabet import END, IDENTITY, ROLE_OF_START, Role
from .events import Cut, Ended, Heard, Identified, Started, TextEvent, Word
from .heard import SYMBOL_S, HeardUtterance
from .identity import IDENTITY_DIGITS, read_identity
from .sequence import LOST, Sequence
from .tracker import IDLE, Symbol

__all__ = ["Cut", "Ended", "Heard", "Identified", "Started", "TextEvent", "Transcript", "Word"]

_SURE = 0.6
_DEAF_S = 1.0
_CRC_SYMBOLS = 2


class Transcript:
    """Turns the symbols of one stream into text events, and holds the latest utterance.

    No text is reported before a START, or a word that passed its check; none after END until the
    next START. `own_role` is that of the listener's own mouth: what is heard in it is an echo, of
    which only beginning and end are reported.
    """

    def __init__(self, own_role: Role | None = None) -> None:
        self._own_role = own_role
        self._sequence = Sequence()
        self._take_up(None, None, 0.0)

    def _take_up(self, role: Role | None, start: int | None, start_s: float) -> None:
        """Begin an utterance, with the value of its START if that was heard."""
        self.utterance = HeardUtterance(role, start, start_s)
        self.echo = role is not None and role is self._own_role
        """Whether it is in the listener's own voice."""
        self._silent = False
        self._digits: list[Symbol] = []
        self._closing: list[Symbol] = []
        self._read: Callable[[Symbol], list[TextEvent]] = self._read_text

    @property
    def role(self) -> Role | None:
        """Whose utterance it is, once START or the clock has told."""
        return self.utterance.role

    @property
    def identity(self) -> int | None:
        """The number that the utterance carries, if it was heard without damage."""
        return self.utterance.identity

    @property
    def verified(self) -> bool:
        """Whether the whole text passed the check after END."""
        return self.utterance.verified

    @property
    def text(self) -> str:
        """The utterance so far; U+FFFD where a character is missing."""
        return self.utterance.text

    @property
    def words(self) -> list[Word]:
        """The words of the utterance so far, the last of them perhaps unfinished."""
        return self.utterance.words

    def add(self, symbol: Symbol) -> list[TextEvent]:
        """Take the next symbol of the stream."""
        if symbol.value == IDLE:
            self._sequence.fall_silent()
            events = self._break_off(symbol.at_s)
        elif symbol.value in ROLE_OF_START and symbol.strong and not self._expects_crc:
            events = self._start(symbol)
        else:
            events = self._place(symbol)
        if self.echo:
            return [event for event in events if isinstance(event, Started | Ended | Cut)]
        return events

    def _place(self, symbol: Symbol) -> list[TextEvent]:
        utterance, sequence = self.utterance, self._sequence
        if utterance.ended and symbol.at_s - utterance.end_s > _DEAF_S:
            sequence.forget()
            self._take_up(None, None, symbol.at_s)
        role = sequence.role
        symbols = sequence.place(symbol)
        if sequence.role is role and len(symbols) == 1:
            return self._read(symbol)
        events: list[TextEvent] = []
        if sequence.role is not role and not self.utterance.ended:
            start_s = symbols[0].at_s - SYMBOL_S
            events += self._break_off(start_s)
            self._take_up(sequence.role, None, start_s)
        for each in symbols:
            events += self._read(each)
        return events

    @property
    def _expects_crc(self) -> bool:
        return self._read == self._read_crc and len(self._closing) <= _CRC_SYMBOLS

    def _start(self, symbol: Symbol) -> list[TextEvent]:
        role = ROLE_OF_START[symbol.value]
        if not self._sequence.open(symbol, role):
            return []
        start_s = symbol.at_s - SYMBOL_S
        events = self._break_off(start_s)
        self._take_up(role, symbol.value, start_s)
        self.utterance.end_s = symbol.at_s
        events.append(Started(role, start_s, self.echo))
        return events

    def _break_off(self, at_s: float) -> list[TextEvent]:
        """The sound stops here, or something else begins."""
        utterance = self.utterance
        if utterance.ended or self._silent:
            return []
        if self._closing:
            utterance.finish_in_doubt()
        elif not utterance.finish_without_end():
            self._silent = True
            return [Cut(at_s)] if utterance.trusted else []
        return self._end(at_s)

    def _end(self, at_s: float) -> list[TextEvent]:
        utterance = self.utterance
        utterance.end_s = at_s
        self._read = _read_nothing
        return [Ended(utterance.verified, at_s)] if utterance.trusted else []

    def _read_text(self, symbol: Symbol) -> list[TextEvent]:
        self._silent = False
        if symbol.value == END:
            self._closing = [symbol]
            self._read = self._read_crc
            return []
        if symbol.value == IDENTITY or (symbol.value == LOST and self.utterance.expects_identity):
            self._digits = [symbol]
            self._read = self._read_identity
            return []
        return self._hear(symbol)

    def _hear(self, symbol: Symbol) -> list[TextEvent]:
        heard = self.utterance.read(symbol)
        if self.utterance.trusted:
            return heard
        return self._begin_to_trust(heard) if self.utterance.passed_words else []

    def _begin_to_trust(self, heard: list[TextEvent]) -> list[TextEvent]:
        """A word passed its check: report all that was held back."""
        utterance = self.utterance
        assert utterance.role is not None
        utterance.trusted = True
        events: list[TextEvent] = [Started(utterance.role, utterance.start_s, self.echo)]
        if utterance.identity is not None:
            events.append(Identified(utterance.identity, utterance.start_s))
        events.append(
            Heard(utterance.text, utterance.start_s, utterance.end_s, min(utterance.confidences))
        )
        return events + [event for event in heard if isinstance(event, Word)]

    def _read_identity(self, symbol: Symbol) -> list[TextEvent]:
        """The digits after IDENTITY, or after a symbol that was lost where IDENTITY should be."""
        first, *digits = self._digits = [*self._digits, symbol]
        if symbol.value < END and len(digits) < IDENTITY_DIGITS:
            return []
        self._read = self._read_text
        if symbol.value >= END and first.value == IDENTITY:
            return self._read(symbol)
        sure = all(digit.value != LOST and digit.confidence >= _SURE for digit in digits)
        identity = read_identity([digit.value for digit in digits]) if sure else None
        if identity is None and first.value == LOST:
            return self._hear(first) + [event for digit in digits for event in self._read(digit)]
        self.utterance.end_s = symbol.at_s
        self.utterance.identity = identity
        if identity is None or not self.utterance.trusted:
            return []
        return [Identified(identity, symbol.at_s)]

    def _read_crc(self, symbol: Symbol) -> list[TextEvent]:
        """The check after END. One that fails is believed only if silence follows, as it must."""
        self._closing.append(symbol)
        end, *crc = self._closing
        if len(crc) > _CRC_SYMBOLS:
            self._closing = []
            self._read = self._read_text
            events = self._read(end._replace(value=LOST, confidence=0.0))
            for text in crc:
                events += self._read(text)
            return events
        if len(crc) == _CRC_SYMBOLS and self.utterance.finish(crc[0].value, crc[1].value):
            return self._end(symbol.at_s)
        return []


def _read_nothing(symbol: Symbol) -> list[TextEvent]:
    return []
