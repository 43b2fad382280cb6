"""What a speech-to-text provider has understood so far: words with times, utterance by utterance.

Pure, and the same for every provider: text events of the ear in, words out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from speech.events import Cut, Ended, Heard, Identified, Started, TextEvent, Word

_CHARACTER_S = 0.06
_CHECKED, _UNCHECKED = 0.99, 0.3


@dataclass(slots=True)
class SpokenWord:
    """A word as it was heard. Seconds since the stream began; confidence 0 to 1."""

    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(slots=True)
class Utterance:
    """One utterance of the caller, growing until it has ended or was cut.

    end_s      when its sound was over, None while it sounds
    verified   nothing of it is missing
    identity   whose it is, once that was heard
    """

    start_s: float
    words: list[SpokenWord] = field(default_factory=list)
    end_s: float | None = None
    verified: bool = False
    identity: int | None = None
    _open: SpokenWord | None = None

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    def whole_words(self, until_s: float) -> list[SpokenWord]:
        """The words that are complete, and were so by `until_s`."""
        words = self.words[:-1] if self._open is not None else self.words
        return [word for word in words if word.end_s <= until_s]

    def heard(self, text: str, at_s: float, confidence: float) -> None:
        self.end_s = None
        for character in text:
            if character == " ":
                self._open = None
            elif self._open is None:
                self._open = SpokenWord(character, at_s - _CHARACTER_S, at_s, confidence)
                self.words.append(self._open)
            else:
                self._open.text += character
                self._open.end_s = at_s
                self._open.confidence = min(self._open.confidence, confidence)

    def judged(self, confidence: float) -> None:
        """The check of the last word has come out."""
        if self.words:
            self.words[-1].confidence = min(self.words[-1].confidence, confidence)

    def over(self, end_s: float, verified: bool) -> None:
        self.end_s, self.verified = end_s, verified
        self._open = None
        for word in self.words if verified else self.words[-1:]:
            word.confidence = (max if verified else min)(
                word.confidence, _CHECKED if verified else _UNCHECKED
            )


class Dictation:
    """All that is said on one stream. Echoes of the agent's own voice are nobody's words."""

    def __init__(self) -> None:
        self.current: Utterance | None = None
        self._echo = False

    def take(self, event: TextEvent) -> list[Utterance]:
        """Take an event in; returns the utterance that a new beginning has pushed out, if any."""
        if isinstance(event, Started):
            self._echo = event.echo
            return [] if event.echo else self._begin(event.at_s)
        if self._echo or self.current is None:
            return []
        match event:
            case Heard(text, at_s, confidence):
                self.current.heard(text, at_s, confidence)
            case Word(_, _, _, confidence):
                self.current.judged(confidence)
            case Identified(identity, _):
                self.current.identity = identity
            case Ended(verified, at_s):
                self.current.over(at_s, verified)
            case Cut(at_s):
                self.current.end_s = at_s
        return []

    def _begin(self, at_s: float) -> list[Utterance]:
        unfinished = [] if self.current is None else [self.current]
        self.current = Utterance(at_s)
        return unfinished

    def release(self) -> Utterance | None:
        """Hand the current utterance over; what is heard from here on is another one."""
        current, self.current = self.current, None
        return current
