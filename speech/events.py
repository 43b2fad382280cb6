"""What a listener is told about the speech on a stream."""

from __future__ import annotations

from typing import NamedTuple

from .alphabet import Role


class Started(NamedTuple):
    """Somebody speaks. `echo` says that it is the listener's own voice coming back."""

    role: Role
    at_s: float
    echo: bool


class Heard(NamedTuple):
    """More text of the utterance; never of an echo."""

    text: str
    start_s: float
    end_s: float
    confidence: float


class Word(NamedTuple):
    """A whole word. Its confidence is that of its least sure character."""

    text: str
    start_s: float
    end_s: float
    confidence: float


class Identified(NamedTuple):
    """Whose utterance it is."""

    identity: int
    at_s: float


class Ended(NamedTuple):
    """END was heard; `verified` says that the whole text passed its check."""

    verified: bool
    at_s: float


class Cut(NamedTuple):
    """The sound stopped before END. What follows without a START still belongs to the utterance."""

    at_s: float


TextEvent = Started | Heard | Word | Identified | Ended | Cut
