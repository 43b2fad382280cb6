"""What clients of TTS providers have in common: a world without delays but the provider's own, and
an ear."""

from __future__ import annotations

import json
from typing import Any

from kernel.units import Latency
from mocks.latency import StageLatency
from mocks.provider import Provider
from mocks.wire import Text
from mocks.world import World
from speech.encoding import Encoding
from speech.recording import hear_samples

from ...drive import Drive


class TtsClient(Drive):
    """A client, of one socket if it has one."""

    number: int

    def __init__(self, provider: Provider, first_s: float) -> None:
        latency = {"tts": StageLatency(Latency(first_s, first_s))}
        super().__init__(provider, world=World(brain=None, latency=latency))  # type: ignore[arg-type]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(one.data) for one in self.to(self.number) if isinstance(one, Text)]


def heard(sound: bytes, rate_hz: int = 8000) -> str:
    """What an ear makes of 16-bit samples."""
    samples = Encoding.LINEAR16.decode(sound)
    return " | ".join(one.text for one in hear_samples(samples, rate_hz))
