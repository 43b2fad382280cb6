"""What a speech-to-text provider has understood so far: words with times, utterance by utterance.

Pure, and the same for every provider: text events of the ear in, words out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from speech.events import Cut, Ended, Heard, Identified, Started, TextEvent, Word

_CHECKED, _UNCHECKED = 0.99, 0.3


@dataclass(slots=True)
class SpokenWord:
    """A word as it was heard. Seconds since the stream began; confidence 0 to 1."""

    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(eq=False, slots=True)
class Utterance:
    """One utterance of the caller, or what is left of one whose beginning was handed over.

    end_s     when its sound was over, None while it sounds
    ended     it had an end, and was not merely cut
    identity  whose it is, once that was heard
    """

    start_s: float
    identity: int | None = None
    words: list[SpokenWord] = field(default_factory=list)
    end_s: float | None = None
    ended: bool = False
    _open: SpokenWord | None = None
    _told: int = 0

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def understood(self) -> dict[str, Any]:
        """What the journal says of it: `text_out`, and its `identity` once that was heard."""
        known = {} if self.identity is None else {"identity": self.identity}
        return {"text_out": self.text, **known}

    def untold(self, until_s: float) -> Sequence[SpokenWord]:
        """The words not told yet that were whole by `until_s`."""
        return [word for word in self._whole if word.end_s <= until_s]

    def tell(self, until_s: float = math.inf) -> Sequence[SpokenWord]:
        """Take the `untold` words; the one that is being spoken stays until it is whole."""
        told = self.untold(until_s)
        self._told += len(told)
        return told

    @property
    def _whole(self) -> list[SpokenWord]:
        being_spoken = self._open is not None and self.end_s is None
        return self.words[self._told : len(self.words) - being_spoken]

    def heard(self, text: str, start_s: float, end_s: float, confidence: float) -> None:
        self.end_s = None
        for character in text:
            if character == " ":
                self._open = None
            elif self._open is None:
                self._open = SpokenWord(character, start_s, end_s, confidence)
                self.words.append(self._open)
            else:
                self._open.text += character
                self._open.end_s = end_s
                self._open.confidence = min(self._open.confidence, confidence)

    def judged(self, confidence: float) -> None:
        """The check of the last word has come out."""
        if self.words:
            self.words[-1].confidence = min(self.words[-1].confidence, confidence)

    def over(self, end_s: float, verified: bool) -> None:
        self.end_s, self.ended, self._open = end_s, True, None
        for word in self.words if verified else self.words[-1:]:
            word.confidence = (max if verified else min)(
                word.confidence, _CHECKED if verified else _UNCHECKED
            )


class Dictation:
    """All that is said on one stream. Echoes of the agent's own voice are nobody's words."""

    def __init__(self) -> None:
        self.current: Utterance | None = None
        self._identity: int | None = None
        self._echo = False

    def take(self, event: TextEvent) -> Utterance | None:
        """Take an event in; returns the utterance that a new one has taken the place of."""
        if isinstance(event, Started):
            self._echo = event.echo
            return None if event.echo else self._begin(event.at_s)
        if not self._echo:
            self._go_on(event)
        return None

    def release(self) -> Utterance | None:
        """Hand the current utterance over; what is heard of it from here on is another one."""
        current, self.current = self.current, None
        return current

    def _begin(self, at_s: float) -> Utterance | None:
        unfinished, self.current = self.current, Utterance(at_s)
        self._identity = None
        return unfinished

    def _go_on(self, event: TextEvent) -> None:
        if self.current is None and isinstance(event, Heard):
            self.current = Utterance(event.start_s, self._identity)
        current = self.current
        match event:
            case Identified(identity, _):
                self._identity = identity
                if current is not None:
                    current.identity = identity
            case _ if current is None:
                return
            case Heard(text, start_s, end_s, confidence):
                current.heard(text, start_s, end_s, confidence)
            case Word(_, _, _, confidence):
                current.judged(confidence)
            case Ended(verified, at_s):
                current.over(at_s, verified)
            case Cut(at_s):
                current.end_s = at_s
