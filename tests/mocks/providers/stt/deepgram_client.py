"""A client of Deepgram's socket, driven by hand: it sends sound in real time."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from kernel.units import Latency
from mocks.latency import StageLatency
from mocks.providers.stt.deepgram import PROVIDER
from mocks.wire import Text
from mocks.world import World
from speech.encoding import Encoding
from speech.mouth import Mouth, Role, Utterance

from ...drive import Drive

HEADERS = {"authorization": "Token key"}
QUERY = {
    "model": "nova-3", "encoding": "mulaw", "sample_rate": "8000", "channels": "1",
    "interim_results": "true", "punctuate": "true", "endpointing": "300",
}  # fmt: skip
RATE_HZ = 8000
FRAME_N = 160


class Client(Drive):
    """One stream of µ-law; `mouth` is the caller's."""

    def __init__(self, final_s: float = 0.2, **query: str) -> None:
        latency = {"stt": StageLatency(Latency(final_s, final_s))}
        super().__init__(PROVIDER, world=World(brain=None, latency=latency))  # type: ignore[arg-type]
        asked = {name: [value] for name, value in {**QUERY, **query}.items()}
        self.number = self.socket("/v1/listen", headers=HEADERS, query=asked)
        self.mouth = Mouth(Role.CALLER, RATE_HZ)
        self.agent = Mouth(Role.AGENT, RATE_HZ)

    def play(self, samples: Any) -> None:
        """Send sound as a telephone line does, 20 ms at a time."""
        for start_n in range(0, len(samples), FRAME_N):
            frame = Encoding.MULAW.encode(samples[start_n : start_n + FRAME_N])
            self.push(self.number, frame)
            self.run(len(frame) / RATE_HZ * 1000)

    def speak(self, text: str, identity: int | None = None) -> Utterance:
        utterance = self.mouth.speak(text, identity)
        self.play(utterance.samples)
        return utterance

    def silence(self, seconds: float) -> None:
        self.play(np.zeros(round(seconds * RATE_HZ), np.int16))

    def tell(self, type: str, **fields: Any) -> None:
        self.say(self.number, json.dumps({"type": type, **fields}))

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.texts(self.number)]

    def of(self, type: str) -> list[dict[str, Any]]:
        return [one for one in self.messages if one["type"] == type]

    @property
    def results(self) -> list[tuple[float, dict[str, Any]]]:
        """When each result came, in seconds, and what it said."""
        told = [(one.at_ms / 1000, json.loads(one.what.data)) for one in self.sent
                if isinstance(one.what, Text)]  # fmt: skip
        return [(at_s, one) for at_s, one in told if one["type"] == "Results"]

    @property
    def interims(self) -> list[tuple[float, str]]:
        return [(at_s, transcript(one)) for at_s, one in self.results if not one["is_final"]]

    @property
    def finals(self) -> list[tuple[float, str]]:
        return [(at_s, transcript(one)) for at_s, one in self.results if one["is_final"]]


def transcript(result: dict[str, Any]) -> str:
    found: str = result["channel"]["alternatives"][0]["transcript"]
    return found
