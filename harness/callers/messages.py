"""What a caller is told, and what it decides: the messages and outputs of its actor.

Instants are nanoseconds on the run's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from kernel.event import Type
from kernel.records import Heard, Sound, Turn

EndedBy = Literal["caller", "agent", "network", "us"]


class Speech(Protocol):
    """An utterance of the agent while it sounds."""

    @property
    def so_far(self) -> str:
        """The words heard until now; the last may be half a word."""
        ...

    @property
    def voiced_until_ns(self) -> int:
        """The last voiced sample until now."""
        ...


@dataclass(frozen=True, slots=True)
class Answered:
    """The call is up: both sides can be heard."""


@dataclass(frozen=True, slots=True)
class SayBegan:
    """One's own words have begun. `until_at_ns` is when their last voiced sample is due, or the
    last key."""

    from_at_ns: int
    until_at_ns: int
    aside: bool = False


@dataclass(frozen=True, slots=True)
class SoundBegan:
    """The agent has become audible; the words, if any, are not known yet."""

    at_ns: int


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """What sounds since `at_ns` is coded speech. `speech` tells what is heard of it, as it goes."""

    at_ns: int
    speech: Speech | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Utterance:
    """A stretch of the agent's sound is over; the fields are those of `kernel.records.Heard`.

    verified   END came and its check held, so that no more of it can follow
    clip       what a known recording is for: `refusal`, `apology`, `comfort`
    """

    from_at_ns: int
    until_at_ns: int
    text: str = ""
    verified: bool = False
    identity: int | None = None
    sound: Sound = "speech"
    confidence: float = 1.0
    clip: str = ""


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
    """Words to speak. `repeat` counts how often something was said in this place before.

    keys      they are keys to press
    barge_in  they are begun into the agent's words, which are expected to stop
    aside     they are no turn, and no answer is owed to them
    """

    text: str
    index: int
    repeat: int = 0
    keys: bool = False
    barge_in: bool = False
    aside: bool = False


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


@dataclass(frozen=True, slots=True)
class Said:
    """Said about a caller: words beside its turns are on the line."""

    say: Say
    from_at_ns: int
    until_at_ns: int


Report = TurnBegan | Said | Turn | Heard | Over | HangUp
