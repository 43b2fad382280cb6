"""A client of ElevenLabs' sockets and endpoints, driven by hand."""

from __future__ import annotations

import base64
import json
from typing import Any

from mocks.providers.tts.elevenlabs import PROVIDER
from mocks.wire import Body

from .tts_client import TtsClient, heard

KEY = {"xi-api-key": "key"}
VOICE = "/v1/text-to-speech/ann"
ASKED = {"output_format": ["pcm_8000"], "auto_mode": ["true"], "model_id": ["eleven_flash_v2_5"]}


class Service(TtsClient):
    """The provider."""

    def __init__(self, first_s: float = 0.0) -> None:
        super().__init__(PROVIDER, first_s)

    def ask(self, path: str, body: Any, headers: dict[str, str] = KEY, **query: str) -> list[Any]:
        """All that answers a POST under the voice; the head comes first."""
        asked = {"output_format": "pcm_8000"} | query
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        arguments = {name: [value] for name, value in asked.items()}
        number = self.post(data, VOICE + path, headers=headers, query=arguments)
        self.run()
        return self.to(number)


class Client(Service):
    """One socket, and what a client sends and gets on it."""

    def __init__(
        self, path: str = "multi-stream-input", headers: dict[str, str] = KEY,
        first_s: float = 0.0, **query: str,
    ) -> None:  # fmt: skip
        super().__init__(first_s)
        asked = ASKED | {name: [value] for name, value in query.items()}
        self.number = self.socket(f"{VOICE}/{path}", headers=headers, query=asked)

    def tell(self, **message: Any) -> None:
        self.say(self.number, json.dumps(message))

    def speak(self, *texts: str, context: str = "c") -> None:
        """A context as Pipecat drives it."""
        self.tell(text=" ", context_id=context)
        for text in texts:
            self.tell(text=text, context_id=context)
        self.tell(context_id=context, flush=True)
        self.tell(context_id=context, close_context=True)

    def of(self, context: str | None = "c") -> list[dict[str, Any]]:
        return [one for one in self.messages if one.get("contextId") == context]

    def sound(self, context: str | None = "c") -> bytes:
        return b"".join(base64.b64decode(one["audio"]) for one in self.of(context)
                        if one.get("audio"))  # fmt: skip

    def heard(self, context: str | None = "c") -> str:
        return heard(self.sound(context))

    def characters(self, context: str | None = "c") -> list[tuple[str, int]]:
        """Every character and when it starts, by a clock that runs on through the messages."""
        clock_ms, found = 0, []
        for one in self.of(context):
            if times := one.get("alignment"):
                starts_ms = times["charStartTimesMs"]
                found += zip(times["chars"], [clock_ms + at for at in starts_ms], strict=True)
                clock_ms += starts_ms[-1] + times["charDurationsMs"][-1]
        return found


def body_of(answer: list[Any]) -> bytes:
    return b"".join(one.data for one in answer if isinstance(one, Body))
