"""A client of Deepgram's socket, driven by hand: it sends sound in real time."""

from __future__ import annotations

from typing import Any

from mocks.providers.stt.deepgram import PROVIDER
from speech.encoding import Encoding

from .stt_client import RATE_HZ, SttClient, arguments

HEADERS = {"authorization": "Token key"}
QUERY = {
    "model": "nova-3", "encoding": "mulaw", "sample_rate": "8000", "channels": "1",
    "interim_results": "true", "punctuate": "true", "endpointing": "300",
}  # fmt: skip
FRAME_N = 160


class Client(SttClient):
    """One stream of µ-law."""

    def __init__(self, final_s: float = 0.2, **query: str) -> None:
        super().__init__(PROVIDER, final_s)
        asked = arguments({**QUERY, **query})
        self.number = self.socket("/v1/listen", headers=HEADERS, query=asked)

    def play(self, samples: Any) -> None:
        """Send sound as a telephone line does, 20 ms at a time."""
        for start_n in range(0, len(samples), FRAME_N):
            frame = Encoding.MULAW.encode(samples[start_n : start_n + FRAME_N])
            self.push(self.number, frame)
            self.run(len(frame) / RATE_HZ * 1000)

    @property
    def results(self) -> list[tuple[float, dict[str, Any]]]:
        """When each result came, in seconds, and what it said."""
        return self.timed("Results")

    @property
    def interims(self) -> list[tuple[float, str]]:
        return [(at_s, transcript(one)) for at_s, one in self.results if not one["is_final"]]

    @property
    def finals(self) -> list[tuple[float, str]]:
        return [(at_s, transcript(one)) for at_s, one in self.results if one["is_final"]]


def transcript(result: dict[str, Any]) -> str:
    found: str = result["channel"]["alternatives"][0]["transcript"]
    return found
