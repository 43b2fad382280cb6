"""What a caller is told, and what it decides: the messages and outputs of its actor.

Instants are nanoseconds on the run's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kernel.event import Type
from kernel.records import Heard, Turn

EndedBy = Literal["caller", "agent", "network", "us"]


@dataclass(frozen=True, slots=True)
class Answered:
    """The call is up: both sides can be heard."""


@dataclass(frozen=True, slots=True)
class SayBegan:
    """One's own words have begun. `until_at_ns` is when their last voiced sample is due."""

    from_at_ns: int
    until_at_ns: int


@dataclass(frozen=True, slots=True)
class SoundBegan:
    """The agent has become audible; the words, if any, are not known yet."""

    at_ns: int


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """What sounds since `at_ns` is coded speech."""

    at_ns: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """A stretch of the agent's sound is over; the fields are those of `kernel.records.Heard`.

    verified   END came and its check held, so that no more of it can follow
    """

    from_at_ns: int
    until_at_ns: int
    text: str = ""
    verified: bool = False
    identity: int | None = None
    sound: Literal["speech", "noise"] = "speech"
    confidence: float = 1.0


ELSEWHERE = ("transferred", "deflected", "queued")
"""Ways in which a call is closed only for this agent: it goes on with somebody else."""


@dataclass(frozen=True, slots=True)
class LineClosed:
    """The call was taken away. `words` are what the network said to the caller in parting."""

    by: EndedBy
    how: str = "closed"
    words: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """Words to speak. `repeat` counts how often something was said in this place before."""

    text: str
    index: int
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class HangUp:
    """The caller puts the receiver down."""


@dataclass(frozen=True, slots=True)
class Over:
    """What the call came to; see `kernel.records.Call`."""

    type: Type
    how: str
    ended_by: EndedBy


@dataclass(frozen=True, slots=True)
class TurnBegan:
    """Said about a caller rather than by it: its words are on the line."""

    say: Say
    from_at_ns: int


Report = TurnBegan | Turn | Heard | Over | HangUp
