"""A client of AssemblyAI's socket, driven by hand: it sends sound in real time."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from kernel.units import Latency
from mocks.latency import StageLatency
from mocks.providers.stt.assemblyai import PROVIDER
from mocks.wire import Close, Text
from mocks.world import World
from speech.encoding import Encoding
from speech.mouth import Mouth, Role, Utterance

from ...drive import Drive

HEADERS = {"authorization": "a-bare-key"}
QUERY = {"encoding": "pcm_mulaw", "sample_rate": "8000"}
PRO = {"speech_model": "universal-3-6-pro"}
LINE = "Hello, this is Ada Byron. I want to move my appointment, please."
PLAIN = "hello this is ada byron i want to move my appointment please"
RATE_HZ = 8000
FRAME_MS = 50


class Client(Drive):
    """One session of µ-law; `mouth` is the caller's."""

    def __init__(self, final_s: float = 0.2, **query: str) -> None:
        latency = {"stt": StageLatency(Latency(final_s, final_s))}
        super().__init__(PROVIDER, world=World(brain=None, latency=latency))  # type: ignore[arg-type]
        self.number = self.connect(**query)
        self.mouth = Mouth(Role.CALLER, RATE_HZ)
        self.agent = Mouth(Role.AGENT, RATE_HZ)

    def connect(self, headers: dict[str, str] | None = None, **query: str) -> int:
        asked = {name: [value] for name, value in {**QUERY, **query}.items() if value}
        return self.socket("/v3/ws", headers=HEADERS if headers is None else headers, query=asked)

    def play(self, samples: Any, frame_ms: int = FRAME_MS) -> None:
        """Send sound when it has sounded; a last frame that is too short is filled up."""
        frame_n = RATE_HZ * frame_ms // 1000
        for start_n in range(0, len(samples), frame_n):
            sound = samples[start_n : start_n + frame_n]
            padded = np.pad(sound, (0, frame_n - len(sound)))
            self.run(frame_ms)
            self.push(self.number, Encoding.MULAW.encode(padded))

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
        return self.messages_to(self.number)

    def messages_to(self, number: int) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.texts(number)]

    def of(self, type: str) -> list[dict[str, Any]]:
        return [one for one in self.messages if one["type"] == type]

    @property
    def turns(self) -> list[tuple[float, dict[str, Any]]]:
        """When each turn message came, in seconds, and what it said."""
        told = [(one.at_ms / 1000, json.loads(one.what.data)) for one in self.sent
                if one.session == self.number and isinstance(one.what, Text)]  # fmt: skip
        return [(at_s, one) for at_s, one in told if one["type"] == "Turn"]

    @property
    def partials(self) -> list[tuple[float, dict[str, Any]]]:
        return [(at_s, one) for at_s, one in self.turns if not one["end_of_turn"]]

    @property
    def ends(self) -> list[tuple[float, dict[str, Any]]]:
        return [(at_s, one) for at_s, one in self.turns if one["end_of_turn"]]

    @property
    def close(self) -> Close:
        found = self.to(self.number)[-1]
        assert isinstance(found, Close), found
        return found
