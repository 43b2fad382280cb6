"""The fixed Pipecat bot: how many it takes, and what it says when the LLM is late or fails."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytest.importorskip("pipecat")
pytestmark = [
    pytest.mark.clients,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # the framework's own
]


def test_it_takes_so_many_calls_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    import pipecat_fixed

    async def run() -> list[bool]:
        desk = pipecat_fixed.Desk()
        taken = [desk.admit(), desk.admit(), desk.admit()]
        desk.begin()
        taken.append(desk.admit())
        desk.end()
        taken.append(desk.admit())
        return taken

    monkeypatch.setattr(pipecat_fixed, "LIMIT", 2)
    assert asyncio.run(run()) == [True, True, False, False, True]


def test_a_call_whose_stream_never_comes_gives_its_place_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import pipecat_fixed

    async def run() -> list[bool]:
        desk = pipecat_fixed.Desk()
        taken = [desk.admit(), desk.admit()]
        await asyncio.sleep(0.05)
        return [*taken, desk.admit()]

    monkeypatch.setattr(pipecat_fixed, "LIMIT", 1)
    monkeypatch.setattr(pipecat_fixed, "STREAM_S", 0.01)
    assert asyncio.run(run()) == [True, False, True]


def test_a_second_failure_in_a_row_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    import pipecat_fixed

    said: list[Any] = []

    async def push(frame: Any, direction: Any = None) -> None:
        said.append(getattr(frame, "text", type(frame).__name__))

    async def run() -> None:
        comfort = pipecat_fixed.Comfort()
        monkeypatch.setattr(comfort, "push_frame", push)
        await comfort.failed()
        await comfort.failed()

    asyncio.run(run())
    assert said == [pipecat_fixed.REPEAT, pipecat_fixed.APOLOGY, "EndWorkerFrame"]
