"""What clients of LLM providers have in common: a world without delays, and whole answers."""

from __future__ import annotations

import json
from typing import Any

from kernel.dialogue import Dialogue, Script
from mocks.brain import Brain
from mocks.latency import StageLatency, latencies
from mocks.provider import Provider
from mocks.wire import Body, Head
from mocks.world import World

from ...drive import Drive


class LlmClient(Drive):
    """A provider whose mind follows the dialogues."""

    def __init__(
        self, provider: Provider, *dialogues: Dialogue, latency: StageLatency | None = None
    ) -> None:
        stages = {**latencies({}), "llm": latency or StageLatency()}
        super().__init__(provider, world=World(Brain(Script(dialogues)), latency=stages))


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def head_of(drive: Drive, session: int) -> Head:
    head = drive.to(session)[0]
    assert isinstance(head, Head)
    return head


def value_of(drive: Drive, session: int) -> Any:
    bodies = [one.data for one in drive.to(session) if isinstance(one, Body)]
    return json.loads(b"".join(bodies))
