"""Anthropic's SDK completes a turn with a tool call, and meets each way to be refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from kernel.dialogue import Dialogue, Line, Reply, Script, ToolCall
from kernel.fault import Arrival, FaultOrder, Output, Refusal
from kernel.history import History
from mocks.brain import Brain
from mocks.chain import Applied
from mocks.latency import StageLatency
from mocks.providers.llm.anthropic import PROVIDER
from mocks.wire import Body, Request
from mocks.work import Refused
from mocks.world import World
from tests.system.on_air import OnAir, on_air

from .mocks_process import Mocks, run

anthropic = pytest.importorskip("anthropic", reason="make test-clients installs the SDK")
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
    "name": "book",
    "description": "Books an appointment",
    "input_schema": {"type": "object", "properties": {"date": {"type": "string"}}},
}
ASKED = {"role": "user", "content": "Please book me on December 3rd."}
MODEL = {"model": "claude-sonnet-4-6", "max_tokens": 1024}


def client_of(netloc: str, **options: Any) -> Any:
    return anthropic.AsyncAnthropic(base_url=f"http://{netloc}", api_key="sk-none", **options)


async def streamed(client: Any, messages: list[Any]) -> Any:
    async with client.messages.stream(
        **MODEL, messages=messages, tools=[TOOL], system="Be kind."
    ) as stream:
        return await stream.get_final_message()


async def whole(client: Any, messages: list[Any]) -> Any:
    system = [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}]
    return await client.messages.create(**MODEL, messages=messages, tools=[TOOL], system=system)


async def by_beta(client: Any, messages: list[Any]) -> Any:
    """As Pipecat asks."""
    betas = ["interleaved-thinking-2025-05-14"]
    return await client.beta.messages.create(**MODEL, messages=messages, tools=[TOOL], betas=betas)


@pytest.mark.parametrize("answer", [streamed, whole, by_beta])
def test_a_turn_with_a_tool_call(mocks: Mocks, answer: Any) -> None:
    mocks.follow(SCRIPT)

    async def turn() -> None:
        async with client_of(mocks.netloc) as client:
            called = await answer(client, [ASKED])
            said, call = called.content
            assert (said.text, called.stop_reason) == ("One moment.", "tool_use")
            assert (call.name, call.input) == ("book", {"date": "2026-12-03"})
            assert called.usage.cache_read_input_tokens == 0
            made = {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": said.text},
                    {"type": "tool_use", "id": call.id, "name": call.name, "input": call.input},
                ],
            }
            result = {"type": "tool_result", "tool_use_id": call.id, "content": '{"time": "10:30"}'}
            answered = await answer(client, [ASKED, made, {"role": "user", "content": [result]}])
            (said,) = answered.content
            assert (said.text, answered.stop_reason) == ("You are booked at 10:30.", "end_turn")

    run(turn)
    assert [(work.type, bool(work.calls)) for work in mocks.work()] == [("ok", True), ("ok", False)]


def test_models_and_counted_tokens(mocks: Mocks) -> None:
    async def ask() -> None:
        async with client_of(mocks.netloc) as client:
            assert "claude-sonnet-4-6" in [model.id async for model in client.models.list(limit=1)]
            assert (await client.models.retrieve("my-model")).id == "my-model"
            counted = await client.messages.count_tokens(model="m", messages=[ASKED])
            answered = await client.messages.create(**MODEL, messages=[ASKED])
            assert counted.input_tokens == answered.usage.input_tokens
            assert answered._request_id.startswith("req_")

    run(ask)


def test_a_throttled_request_is_tried_again_when_it_is_told(mocks: Mocks) -> None:
    mocks.apply("rate_limit", "llm", requests="2/s", burst=1, retry_after="1s")

    async def ask_twice() -> None:
        async with client_of(mocks.netloc) as client:
            for _ in range(2):
                assert (await client.messages.create(**MODEL, messages=[ASKED])).content

    run(ask_twice)
    first, refused, again = mocks.work()
    assert [one.status for one in (first, refused, again)] == [200, 429, 200]
    assert (refused.attempt_header, again.attempt_header) == (0, 1)
    assert refused.until_at_ns is not None
    assert again.from_at_ns - refused.until_at_ns >= 1_000_000_000


def test_too_many_at_once_is_a_rate_limit_error(mocks: Mocks) -> None:
    mocks.apply("concurrency", "llm/anthropic", limit=0)

    async def ask() -> None:
        async with client_of(mocks.netloc, max_retries=0) as client:
            with pytest.raises(anthropic.RateLimitError) as caught:
                await client.messages.create(**MODEL, messages=[ASKED])
            assert caught.value.body["error"]["type"] == "rate_limit_error"
            assert caught.value.request_id == caught.value.body["request_id"]

    run(ask)


def test_a_history_that_lacks_a_result_is_a_bad_request(mocks: Mocks) -> None:
    use = {"type": "tool_use", "id": "toolu_1", "name": "book", "input": {}}

    async def ask() -> None:
        async with client_of(mocks.netloc) as client:
            with pytest.raises(anthropic.BadRequestError, match="toolu_1"):
                await whole(client, [ASKED, {"role": "assistant", "content": [use]}, ASKED])

    run(ask)


def test_a_client_that_breaks_off_is_no_error(mocks: Mocks) -> None:
    long = {"role": "user", "content": "This is much too long to be repeated to its end. " * 200}

    async def ask() -> None:
        async with client_of(mocks.netloc) as client:
            async with client.messages.stream(**MODEL, messages=[long]) as stream:
                async for _ in stream.text_stream:
                    break
            assert (await client.messages.create(**MODEL, messages=[ASKED])).content

    run(ask)
    cancelled, served = mocks.work()
    assert (cancelled.type, cancelled.cancelled, served.type) == ("info", True, "ok")
    assert len(cancelled.text_out) < len(cancelled.text_in)


class Refusing:
    """Refuses everybody at the door."""

    def __init__(self, refusal: Refusal) -> None:
        self._refusal = refusal

    def admit(self, arrival: Arrival, now_ns: int, roll: Any) -> Refusal:
        return self._refusal


class BreakingOff:
    """Lets head, start and two words of a stream out; then the provider is overloaded."""

    def __init__(self) -> None:
        self._left = 4

    def shape(self, arrival: Arrival, output: Output, now_ns: int, roll: Any) -> list[Output]:
        self._left -= 1
        if self._left >= 0:
            return [output]
        refused = Refused("", arrival, Refusal("overloaded", where="in_band"))
        told = PROVIDER.refuse(refused, Request("POST", "/v1/messages", body=b'{"stream":true}'))
        events = [Output(one, output.due_ns) for one in told if isinstance(one, Body)]
        return events if self._left == -1 else []


@asynccontextmanager
async def failing(fault: Any) -> AsyncIterator[tuple[OnAir, str]]:
    world = World(Brain(SCRIPT), latency={"llm": StageLatency()})
    async with on_air(PROVIDER, world=world) as air:
        order = FaultOrder(label="f", kind="made up", target="llm", fields={})
        air.service.chain.add(Applied(order, fault, 0))
        yield air, f"127.0.0.1:{air.port}"


def statuses(air: OnAir) -> list[int]:
    return [work.status for work in History(air.service.journal.page().events).work]


def test_an_overload_is_tried_again_and_then_told() -> None:
    async def ask() -> None:
        async with (
            failing(Refusing(Refusal("overloaded"))) as (air, netloc),
            client_of(netloc) as client,
        ):
            with pytest.raises(anthropic.APIStatusError) as caught:
                await client.messages.create(**MODEL, messages=[ASKED])
            assert caught.value.status_code == 529
            assert caught.value.body["error"]["type"] == "overloaded_error"
            assert statuses(air) == [529] * 3

    run(ask)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (402, "APIStatusError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (413, "APIStatusError"),
        (429, "RateLimitError"),
        (500, "InternalServerError"),
        (503, "APIStatusError"),
        (504, "APIStatusError"),
        (529, "APIStatusError"),
    ],
)
def test_every_status_is_the_error_that_it_should_be(status: int, error: str) -> None:
    async def ask() -> None:
        async with (
            failing(Refusing(Refusal("odd", status=status))) as (_, netloc),
            client_of(netloc, max_retries=0) as client,
        ):
            with pytest.raises(getattr(anthropic, error)) as caught:
                await client.messages.create(**MODEL, messages=[ASKED])
            assert caught.value.status_code == status
            assert caught.value.request_id.startswith("req_")

    run(ask)


async def read(stream: Any, words: list[str]) -> None:
    async for text in stream.text_stream:
        words.append(text)  # noqa: PERF401 - what came before an error counts


@pytest.mark.parametrize(
    "fault", [BreakingOff(), Refusing(Refusal("overloaded", where="in_band"))], ids=type
)
def test_an_overload_within_the_stream_is_not_tried_again(fault: Any) -> None:
    async def ask() -> None:
        words: list[str] = []
        async with failing(fault) as (air, netloc), client_of(netloc) as client:
            async with client.messages.stream(**MODEL, messages=[ASKED]) as stream:
                with pytest.raises(anthropic.APIStatusError) as caught:
                    await read(stream, words)
            assert caught.value.status_code == 200
            assert caught.value.body["error"]["type"] == "overloaded_error"
            assert caught.value.body["request_id"] == caught.value.request_id
            assert words == (["I", " see."] if isinstance(fault, BreakingOff) else [])
            assert len(statuses(air)) == 1

    run(ask)
