"""A client of Cartesia's socket, driven by hand."""

from __future__ import annotations

import base64
import json
from typing import Any

from mocks.providers.tts.cartesia import PROVIDER
from mocks.wire import Text

from .tts_client import TtsClient, heard

HEADERS = {"x-api-key": "key", "cartesia-version": "2026-03-01"}
RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8000}


class Client(TtsClient):
    """One socket, and what a client sends and gets on it."""

    def __init__(self, headers: dict[str, str] = HEADERS, first_s: float = 0.0) -> None:
        super().__init__(PROVIDER, first_s)
        self.number = self.socket("/tts/websocket", headers=headers)

    def ask(self, transcript: str, more: bool = False, context: str = "c", **fields: Any) -> None:
        told = {
            "context_id": context, "model_id": "sonic-3", "transcript": transcript,
            "continue": more, "voice": {"mode": "id", "id": "ann"}, "output_format": RAW,
            "language": "en", "max_buffer_delay_ms": 0,
        }  # fmt: skip
        self.say(self.number, json.dumps(told | fields))

    def cancel(self, context: str = "c") -> None:
        self.say(self.number, json.dumps({"context_id": context, "cancel": True}))

    def of(self, type: str, context: str = "c") -> list[dict[str, Any]]:
        return [one for one in self.messages
                if one["type"] == type and one.get("context_id") == context]  # fmt: skip

    def sound(self, context: str = "c") -> bytes:
        return b"".join(base64.b64decode(one["data"]) for one in self.of("chunk", context))

    def heard(self, context: str = "c") -> str:
        return heard(self.sound(context))

    def arrived_ms(self, type: str) -> list[float]:
        return [
            one.at_ms
            for one in self.sent
            if isinstance(one.what, Text) and json.loads(one.what.data)["type"] == type
        ]
