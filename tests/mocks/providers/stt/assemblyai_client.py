"""A client of AssemblyAI's socket, driven by hand: it sends sound in real time."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from mocks.providers.stt.assemblyai import PROVIDER
from mocks.wire import Close
from speech.encoding import Encoding

from .stt_client import RATE_HZ, SttClient, arguments

HEADERS = {"authorization": "a-bare-key"}
QUERY = {"encoding": "pcm_mulaw", "sample_rate": "8000"}
PRO = {"speech_model": "universal-3-6-pro"}
LINE = "Hello, this is Ada Byron. I want to move my appointment, please."
PLAIN = "hello this is ada byron i want to move my appointment please"
FRAME_MS = 50


class Client(SttClient):
    """One session of µ-law."""

    def __init__(self, final_s: float = 0.2, **query: str) -> None:
        super().__init__(PROVIDER, final_s)
        self.number = self.connect(**query)

    def connect(self, headers: dict[str, str] | None = None, **query: str) -> int:
        asked = arguments({**QUERY, **query})
        return self.socket("/v3/ws", headers=HEADERS if headers is None else headers, query=asked)

    def play(self, samples: Any, frame_ms: int = FRAME_MS) -> None:
        """Send sound when it has sounded; a last frame that is too short is filled up."""
        frame_n = RATE_HZ * frame_ms // 1000
        for start_n in range(0, len(samples), frame_n):
            sound = samples[start_n : start_n + frame_n]
            padded = np.pad(sound, (0, frame_n - len(sound)))
            self.run(frame_ms)
            self.push(self.number, Encoding.MULAW.encode(padded))

    def messages_to(self, number: int) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.texts(number)]

    @property
    def turns(self) -> list[tuple[float, dict[str, Any]]]:
        """When each turn message came, in seconds, and what it said."""
        return self.timed("Turn")

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
