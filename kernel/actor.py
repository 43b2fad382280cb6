"""What a provider session and a synthetic caller have in common: messages in, instructions out.

An actor never waits and never reads a clock. It is told what happened and when, and answers with
what to say and when. Whoever drives it keeps the instructions on a `kernel.timeline.Timeline`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Emit:
    """Put `output` out at `at_ns`, or at once. An `Emit` of the same `key` takes its place.

    `withdraw=True` with a key takes back what is still waiting under it.
    """

    output: Any = None
    at_ns: int | None = None
    key: Hashable | None = None
    withdraw: bool = False


@dataclass(frozen=True, slots=True)
class Nudge:
    """Wake me at `at_ns` with `Nudged(key)`. A second nudge of the same key replaces the first;
    `at_ns=None` takes it back."""

    key: Hashable
    at_ns: int | None


@dataclass(frozen=True, slots=True)
class End:
    """Nothing more comes from me. What was emitted before still goes out, in its time."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Nudged:
    """The message that answers a `Nudge`."""

    key: Hashable


Instruction = Emit | Nudge | End


class Actor(Protocol):
    """A state machine over messages; the messages are those of its own kind, and `Nudged`."""

    def receive(self, message: Any, now_ns: int) -> Iterable[Instruction]: ...
