"""What clients of STT sockets have in common: they say lines as µ-law in real time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from kernel.units import Latency
from mocks.latency import StageLatency
from mocks.provider import Provider
from mocks.wire import Text
from mocks.world import World
from speech.mouth import Mouth, Role, Utterance

from ...drive import Drive

RATE_HZ = 8000


class SttClient(Drive):
    """One stream of sound; `mouth` is the caller's, `agent` the agent's."""

    number: int

    def __init__(self, provider: Provider, final_s: float) -> None:
        latency = {"stt": StageLatency(Latency(final_s, final_s))}
        super().__init__(provider, world=World(brain=None, latency=latency))  # type: ignore[arg-type]
        self.mouth = Mouth(Role.CALLER, RATE_HZ)
        self.agent = Mouth(Role.AGENT, RATE_HZ)

    def play(self, samples: Any) -> None:
        """Send sound in the provider's frames, while time passes."""
        raise NotImplementedError

    def speak(self, text: str, identity: int | None = None) -> Utterance:
        utterance = self.mouth.speak(text, identity)
        self.play(utterance.samples)
        return utterance

    def silence(self, seconds: float) -> None:
        self.play(np.zeros(round(seconds * RATE_HZ), np.int16))

    def tell(self, type: str, **fields: Any) -> None:
        self.say(self.number, json.dumps({"type": type, **fields}))

    def do(self, steps: Iterable[str | bytes | int]) -> None:
        """Send texts and sound; a number lets so many milliseconds pass."""
        for step in steps:
            match step:
                case str():
                    self.say(self.number, step)
                case bytes():
                    self.push(self.number, step)
                case int():
                    self.run(step)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.texts(self.number)]

    def of(self, type: str) -> list[dict[str, Any]]:
        return [one for one in self.messages if one["type"] == type]

    def timed(self, type: str) -> list[tuple[float, dict[str, Any]]]:
        """When each message of a type came, in seconds, and what it said."""
        told = [(one.at_ms / 1000, json.loads(one.what.data)) for one in self.sent
                if one.session == self.number and isinstance(one.what, Text)]  # fmt: skip
        return [(at_s, one) for at_s, one in told if one["type"] == type]


def arguments(query: Mapping[str, str]) -> dict[str, list[str]]:
    """A query as a request has it; what is empty is left out."""
    return {name: [value] for name, value in query.items() if value}
