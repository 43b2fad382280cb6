"""OpenAI's own SDK against the mocked OpenAI."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from kernel.dialogue import Dialogue, Line, Reply, Script, ToolCall
from kernel.history import History
from kernel.records import Work
from mocks.brain import Brain
from mocks.latency import StageLatency
from mocks.providers.llm.openai import PROVIDER
from mocks.world import World

from .on_air import OnAir, on_air, run

openai = pytest.importorskip("openai", reason="make test-clients installs the SDK")
pytestmark = [pytest.mark.system, pytest.mark.clients]

SCRIPT = Script(
    (
        Dialogue(
            "book",
            (Line("Please book me on {day}."),),
            facts={"day": "date"},
            replies={1: Reply(say="One moment.", call=ToolCall("book", {"date": "{day}"}))},
        ),
    )
)
TOOL = {
    "type": "function",
    "function": {
        "name": "book",
        "parameters": {"type": "object", "properties": {"date": {"type": "string"}}},
    },
}


@asynccontextmanager
async def a_client(**options: Any) -> AsyncIterator[tuple[Any, OnAir]]:
    world = World(Brain(SCRIPT), latency={"llm": StageLatency()})
    async with (
        on_air(PROVIDER, world=world) as air,
        openai.AsyncOpenAI(
            base_url=f"http://127.0.0.1:{air.port}/v1", api_key="sk-x", **options
        ) as client,
    ):
        yield client, air


def work_of(air: OnAir) -> tuple[Work, ...]:
    return History(air.service.journal.page().events).work


def hello(text: str = "hello") -> dict[str, Any]:
    return {"model": "gpt-4.1", "messages": [{"role": "user", "content": text}]}


def test_it_reads_a_stream_with_usage() -> None:
    async def test() -> None:
        async with a_client() as (client, _):
            stream = await client.chat.completions.create(
                **hello("What is up?"), stream=True, stream_options={"include_usage": True}
            )
            chunks = [chunk async for chunk in stream]
            said = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
            assert said
            assert chunks[-1].choices == []
            assert chunks[-1].usage.total_tokens > 0
            assert chunks[-2].choices[0].finish_reason == "stop"

    run(test)


def test_it_puts_tool_calls_together() -> None:
    async def test() -> None:
        async with a_client() as (client, _):
            asked = hello("Please book me on December 3rd.")
            async with client.chat.completions.stream(**asked, tools=[TOOL]) as stream:
                whole = (await stream.get_final_completion()).choices[0]
            assert whole.finish_reason == "tool_calls"
            assert whole.message.content == "One moment."
            (call,) = whole.message.tool_calls
            assert (call.function.name, call.function.arguments) == (
                "book",
                '{"date":"2026-12-03"}',
            )
            plain = await client.chat.completions.create(**asked, tools=[TOOL])
            (again,) = plain.choices[0].message.tool_calls
            assert again.function.arguments == call.function.arguments

    run(test)


def test_it_waits_as_long_as_it_is_told() -> None:
    async def test() -> None:
        async with a_client() as (client, air):
            await air.apply("rate_limit", target="llm", requests="4/s", burst=1)
            for text in ("one", "two"):
                await client.chat.completions.create(**hello(text))
            first, refused, again = work_of(air)
            assert [one.type for one in (first, refused, again)] == ["ok", "fail", "ok"]
            assert (refused.attempt_header, again.attempt_header) == (0, 1)
            assert refused.retry_after_s is not None
            assert refused.until_at_ns is not None
            waited_s = (again.from_at_ns - refused.until_at_ns) / 1e9
            assert waited_s >= refused.retry_after_s

    run(test)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"model": "gpt-4.1", "messages": []}, "BadRequestError"),
        ({"model": 3, "messages": [{"role": "user", "content": "x"}]}, "BadRequestError"),
    ],
)
def test_it_names_what_is_wrong_with_a_request(body: dict[str, Any], error: str) -> None:
    async def test() -> None:
        async with a_client() as (client, air):
            with pytest.raises(getattr(openai, error)) as raised:
                await client.chat.completions.create(**body)
            assert raised.value.param in ("messages", "model")
            assert raised.value.request_id.startswith("req_")
            assert len(work_of(air)) == 1

    run(test)


def test_it_gives_up_when_it_is_throttled_for_good() -> None:
    async def test() -> None:
        async with a_client(max_retries=0) as (client, air):
            await air.apply("concurrency", target="llm", limit=0)
            with pytest.raises(openai.RateLimitError) as raised:
                await client.chat.completions.create(**hello())
            assert raised.value.code == "rate_limit_exceeded"
            assert raised.value.response.headers["x-ratelimit-limit-requests"]

    run(test)


def test_it_times_out_on_a_stall() -> None:
    async def test() -> None:
        async with a_client(max_retries=0, timeout=0.2) as (client, air):
            await air.apply("stall", target="llm")
            with pytest.raises(openai.APITimeoutError):
                await client.chat.completions.create(**hello(), stream=True)
            await air.until(lambda: all(one.type for one in work_of(air)))
            (work,) = work_of(air)
            assert (work.type, work.cancelled, work.bites) == ("info", True, ("f",))

    run(test)


def test_it_lists_models() -> None:
    async def test() -> None:
        async with a_client() as (client, _):
            assert "gpt-4.1" in [model.id async for model in client.models.list()]
            assert (await client.models.retrieve("any")).id == "any"

    run(test)
