"""OpenAI's SDK completes a turn with a tool call, and is throttled as it is told."""

from __future__ import annotations

from typing import Any

import pytest

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


def client_of(mocks: Mocks) -> Any:
    return openai.AsyncOpenAI(base_url=f"http://{mocks.netloc}/v1", api_key="sk-none")


def test_a_turn_with_a_tool_call(mocks: Mocks) -> None:
    mocks.follow(SCRIPT)

    async def answer(client: Any, messages: list[Any]) -> Any:
        asked = {"model": "gpt-4.1", "messages": messages, "tools": [TOOL]}
        async with client.chat.completions.stream(**asked) as stream:
            return (await stream.get_final_completion()).choices[0].message

    async def turn() -> None:
        async with client_of(mocks) as client:
            called = await answer(client, [ASKED])
            (call,) = called.tool_calls
            assert (call.function.name, call.function.arguments) == (
                "book",
                '{"date":"2026-12-03"}',
            )
            given = {"role": "tool", "tool_call_id": call.id, "content": '{"time": "10:30"}'}
            asked = called.model_dump(include={"role", "content", "tool_calls"})
            said = await answer(client, [ASKED, asked, given])
            assert said.content == "You are booked at 10:30."
            assert said.tool_calls is None

    run(turn)
    assert [(work.type, bool(work.calls)) for work in mocks.work()] == [("ok", True), ("ok", False)]


def test_a_throttled_request_is_tried_again_when_it_is_told(mocks: Mocks) -> None:
    mocks.apply("rate_limit", "llm", requests="2/s", burst=1, retry_after="1s")

    async def ask_twice() -> None:
        async with client_of(mocks) as client:
            for _ in range(2):
                asked = {"model": "gpt-4.1", "messages": [ASKED]}
                assert (await client.chat.completions.create(**asked)).choices[0].message.content

    run(ask_twice)
    first, refused, again = mocks.work()
    assert [one.status for one in (first, refused, again)] == [200, 429, 200]
    assert (refused.attempt_header, again.attempt_header) == (0, 1)
    assert refused.until_at_ns is not None
    assert again.from_at_ns - refused.until_at_ns >= 1_000_000_000
