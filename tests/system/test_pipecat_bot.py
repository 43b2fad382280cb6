"""The Pipecat bot starts, reaches all its providers, greets a caller and lets go of everything."""

from __future__ import annotations

import asyncio
import socket

import pytest

from tests.system.agent_stage import Answer, Caller, stage, until

pytest.importorskip("pipecat")
pytestmark = [pytest.mark.system, pytest.mark.clients]

SILENCE = b"\xff" * 160


async def keep_quiet(caller: Caller) -> None:
    while True:
        await caller.say(SILENCE)
        await asyncio.sleep(0.02)


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


async def greet_and_hang_up() -> None:
    async with stage() as on:
        await on.clips_recorded()
        on.providers.answers = [Answer("Hello there. What can I do for you?")]
        async with on.program("agents/pipecat_bot.py", "--port", free_port()):
            assert "<Stream url=" in await on.webhook("CA1")
            async with on.call() as caller:
                silence = asyncio.create_task(keep_quiet(caller))
                await until(lambda: caller.audio and on.providers.heard)
                silence.cancel()
                await caller.hang_up()
            assert on.providers.spoken == ["Hello there.", "What can I do for you?"]
            assert on.providers.requests[0][0]["role"] == "system"
            await until(lambda: not on.providers.ears and not on.providers.voices)


def test_a_stock_bot_greets_and_lets_go() -> None:
    asyncio.run(asyncio.wait_for(greet_and_hang_up(), 60))
