"""Flaws of the sample agent on loopback sockets, seen from both of its sides."""

from __future__ import annotations

import asyncio

import pytest

import flawed
from tests.system.agent_stage import Answer, on_stage, stage, until

pytestmark = pytest.mark.system

HELLO = Answer("Hello there. What can I do for you?")


@on_stage
async def test_silent_drop_takes_a_call_and_says_nothing() -> None:
    async with stage(flawed.FLAWS["silent-drop"].desk, call_limit=1) as on:
        on.providers.answers = [HELLO]
        await on.clips_recorded()
        assert "<Stream" in await on.webhook("CA1")
        async with on.call("CA1") as served:
            await until(lambda: "What can I do for you?" in served.heard)
            assert "<Stream" in await on.webhook("CA2")
            async with on.call("CA2") as dropped:
                await asyncio.sleep(0.2)
                assert not dropped.audio
                assert not dropped.hung_up
                await dropped.hang_up()


@on_stage
async def test_retry_storm_does_not_wait() -> None:
    async with stage(flawed.FLAWS["retry-storm"].desk) as on:
        on.providers.answers = [*[Answer(status=429, headers={"Retry-After": "30"})] * 9, HELLO]
        async with on.call() as caller:
            await until(lambda: "What can I do for you?" in caller.heard)
        assert len(on.providers.requests) == 10


@on_stage
async def test_the_deaf_go_on_speaking_and_answer_then() -> None:
    async with stage(flawed.FLAWS["deaf-to-barge-in"].desk) as on:
        said = on.providers
        said.answers = [HELLO, Answer("One two three."), Answer("As you wish.")]
        await on.clips_recorded()
        async with on.call() as caller:
            await until(lambda: "What can I do for you?" in caller.heard)
            await until(lambda: said.ear)
            caller.marks = False  # nothing is heard to its end before the caller says so
            await said.transcribe("Tell me.")
            await until(lambda: "three." in caller.heard)
            await said.transcribe("Stop it.")
            await until(lambda: "As you wish." in caller.heard)
            assert caller.cleared == 0
            await caller.hang_up()


@on_stage
async def test_leaked_streams_stay_open_after_the_call() -> None:
    async with stage(flawed.FLAWS["leak-streams"].desk) as on:
        on.providers.answers = [HELLO, HELLO]
        await on.clips_recorded()
        for call_sid in ("CA1", "CA2"):
            async with on.call(call_sid) as caller:
                await until(lambda: "What can I do for you?" in caller.heard)
                await caller.hang_up()
            await until(lambda: not on.providers.ears)
        assert on.providers.voices == 2


@on_stage
async def test_an_answer_goes_on_after_the_hang_up() -> None:
    async with stage(flawed.FLAWS["ignores-hang-up"].desk) as on:
        said = on.providers
        said.answers = [Answer("One. Two. And then", endless=True)]
        await on.clips_recorded()
        async with on.call() as caller:
            await until(lambda: "Two." in caller.heard and said.ears)
            await caller.hang_up()
            await until(lambda: not said.ears and not said.voices)
        await asyncio.sleep(0.2)
        assert not said.aborted
