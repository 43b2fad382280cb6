"""OpenAI's own SDK against the mocked OpenAI: streams, tools, refusals, retries, stalls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kernel.clock import SystemClock
from kernel.dialogue import Dialogue, Line, Reply, Script, ToolCall

from .mocks_process import Mocks, run

openai = pytest.importorskip("openai", reason="make test-clients installs the SDK")
pytestmark = [pytest.mark.system, pytest.mark.clients]

SCRIPT = Script(
    (
        Dialogue(
            "book",
            (Line("Please book me on {day}."),),
            facts={"day": "date"},
            replies={
                1: Reply(
                    say="One moment.",
                    call=ToolCall("book", {"date": "{day}"}),
                    then="You are booked at {result.time}.",
                )
            },
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
ASKED = {"role": "user", "content": "Please book me on December 3rd."}

Test = Callable[[Any], Awaitable[None]]


def with_client(mocks: Mocks, test: Test, **options: Any) -> None:
    async def body() -> None:
        url = f"http://{mocks.netloc}/v1"
        async with openai.AsyncOpenAI(base_url=url, api_key="sk-none", **options) as client:
            await test(client)

    run(body)


def hello(text: str = "hello") -> dict[str, Any]:
    return {"model": "gpt-4.1", "messages": [{"role": "user", "content": text}]}


def test_a_stream_with_usage(mocks: Mocks) -> None:
    async def test(client: Any) -> None:
        stream = await client.chat.completions.create(
            **hello("What is up?"), stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]
        assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        assert chunks[-1].choices == []
        assert chunks[-1].usage.total_tokens > 0
        assert chunks[-2].choices[0].finish_reason == "stop"

    with_client(mocks, test)


def test_a_turn_with_a_tool_call(mocks: Mocks) -> None:
    mocks.follow(SCRIPT)

    async def test(client: Any) -> None:
        asked = {"model": "gpt-4.1", "messages": [ASKED], "tools": [TOOL]}
        async with client.chat.completions.stream(**asked) as stream:
            whole = (await stream.get_final_completion()).choices[0]
        assert (whole.finish_reason, whole.message.content) == ("tool_calls", "One moment.")
        (call,) = whole.message.tool_calls
        assert (call.function.name, call.function.arguments) == ("book", '{"date":"2026-12-03"}')
        plain = await client.chat.completions.create(**asked)
        (again,) = plain.choices[0].message.tool_calls
        assert again.function.arguments == call.function.arguments

        called = whole.message.model_dump(include={"role", "content", "tool_calls"})
        given = {"role": "tool", "tool_call_id": call.id, "content": '{"time": "10:30"}'}
        asked["messages"] = [ASKED, called, given]
        said = (await client.chat.completions.create(**asked)).choices[0].message
        assert (said.content, said.tool_calls) == ("You are booked at 10:30.", None)

    with_client(mocks, test)
    told = [(work.type, bool(work.calls)) for work in mocks.work()]
    assert told == [("ok", True), ("ok", True), ("ok", False)]


def test_it_waits_as_long_as_it_is_told(mocks: Mocks) -> None:
    mocks.apply("rate_limit", "llm", requests="4/s", burst=1)

    async def test(client: Any) -> None:
        for text in ("one", "two"):
            await client.chat.completions.create(**hello(text))

    with_client(mocks, test)
    first, refused, again = mocks.work()
    assert [one.status for one in (first, refused, again)] == [200, 429, 200]
    assert (refused.attempt_header, again.attempt_header) == (0, 1)
    assert refused.retry_after_s is not None
    assert refused.until_at_ns is not None
    assert (again.from_at_ns - refused.until_at_ns) / 1e9 >= refused.retry_after_s


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"model": "gpt-4.1", "messages": []}, "messages"),
        ({"model": 3, "messages": [{"role": "user", "content": "x"}]}, "model"),
    ],
)
def test_it_names_what_is_wrong_with_a_request(
    mocks: Mocks, body: dict[str, Any], parameter: str
) -> None:
    async def test(client: Any) -> None:
        with pytest.raises(openai.BadRequestError) as raised:
            await client.chat.completions.create(**body)
        assert raised.value.param == parameter
        assert raised.value.request_id.startswith("req_")

    with_client(mocks, test)
    assert len(mocks.work()) == 1


def test_it_gives_up_when_it_is_throttled_for_good(mocks: Mocks) -> None:
    mocks.apply("concurrency", "llm", limit=0)

    async def test(client: Any) -> None:
        with pytest.raises(openai.RateLimitError) as raised:
            await client.chat.completions.create(**hello())
        assert raised.value.code == "rate_limit_exceeded"
        assert raised.value.response.headers["x-ratelimit-limit-requests"]

    with_client(mocks, test, max_retries=0)


def test_it_times_out_on_a_stall(mocks: Mocks) -> None:
    mocks.apply("stall", "llm")

    async def test(client: Any) -> None:
        with pytest.raises(openai.APITimeoutError):
            await client.chat.completions.create(**hello(), stream=True)
        while not all(work.type for work in await asyncio.to_thread(mocks.work)):
            await SystemClock().sleep(0.01)

    with_client(mocks, test, max_retries=0, timeout=0.2)
    (work,) = mocks.work()
    assert (work.type, work.cancelled, work.bites) == ("info", True, ("f",))


def test_it_lists_models(mocks: Mocks) -> None:
    async def test(client: Any) -> None:
        assert "gpt-4.1" in [model.id async for model in client.models.list()]
        assert (await client.models.retrieve("any")).id == "any"

    with_client(mocks, test)
