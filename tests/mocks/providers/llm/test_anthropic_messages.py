from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from mocks.brain import Answer, Message, ToolCallMade, ToolOffered
from mocks.providers.llm._anthropic import (
    InputMessage,
    Prompt,
    Reply,
    cut,
    named,
    objection,
    prompt_tokens,
    server_sent,
)

USE = {"type": "tool_use", "id": "t1", "name": "book", "input": {"day": "Friday"}}
CALL = ToolCallMade("t1", "book", {"day": "Friday"})
DONE = {"type": "tool_result", "tool_use_id": "t1", "content": "Booked."}


def user(*content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content[0] if isinstance(content[0], str) else content}


def assistant(*content: Any) -> dict[str, Any]:
    return {**user(*content), "role": "assistant"}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def prompt(*messages: Any, **fields: Any) -> Prompt:
    return msgspec.convert({"model": "m", "messages": messages, **fields}, Prompt)


@pytest.mark.parametrize(
    ("messages", "taken"),
    [
        ([user("Hi")], [Message("user", "Hi")]),
        ([user(text("Hi"), text("there"))], [Message("user", "Hi"), Message("user", "there")]),
        ([user(text("Hi"), {"type": "image", "source": {}})], [Message("user", "Hi")]),
        ([user("(empty)"), assistant("Hello")], [Message("assistant", "Hello")]),
        ([assistant("Hello"), user(text("."))], [Message("assistant", "Hello")]),
        ([{"role": "system", "content": "Be kind."}], [Message("system", "Be kind.")]),
        (
            [assistant({"type": "thinking", "thinking": "Hm"}, text("Sure"), USE)],
            [Message("assistant", "Sure", (CALL,))],
        ),
        (
            [assistant(USE), user(DONE, text("Hello?"))],
            [
                Message("assistant", "", (CALL,)),
                Message("tool", "Booked.", tool_call_id="t1"),
                Message("user", "Hello?"),
            ],
        ),
        (
            [user({**DONE, "content": [text("Not"), text("found")], "is_error": True})],
            [Message("tool", "Error: Not found", tool_call_id="t1")],
        ),
        (
            [user({"type": "tool_result", "tool_use_id": "t1"})],
            [Message("tool", "", tool_call_id="t1")],
        ),
    ],
)  # fmt: skip
def test_messages_are_taken_as_the_brain_knows_them(messages: list[Any], taken: list[Any]) -> None:
    assert list(prompt(*messages).asked.messages) == taken


@pytest.mark.parametrize(
    ("system", "taken"),
    [
        (None, []),
        ("", []),
        ("Be kind.", ["Be kind."]),
        ([text("Be kind."), {**text("Be brief."), "cache_control": {"type": "ephemeral"}}],
         ["Be kind.", "Be brief."]),
    ],
)  # fmt: skip
def test_the_system_prompt_comes_first(system: Any, taken: list[str]) -> None:
    *instructions, said = prompt(user("Hi"), system=system).asked.messages
    assert instructions == [Message("system", one) for one in taken]
    assert said == Message("user", "Hi")


def test_only_what_the_agent_runs_itself_is_offered() -> None:
    schema = {"type": "object", "properties": {"day": {"type": "string"}}}
    tools = [
        {"name": "book", "description": "Books", "input_schema": schema, "strict": True},
        {"type": "web_search_20250305", "name": "web_search"},
    ]
    assert prompt(user("Hi"), tools=tools).asked.tools == (ToolOffered("book", schema),)


@pytest.mark.parametrize(
    ("choice", "taken"),
    [
        (None, "auto"),
        ({"type": "auto", "disable_parallel_tool_use": True}, "auto"),
        ({"type": "any"}, "required"),
        ({"type": "tool", "name": "book"}, "book"),
        ({"type": "none"}, "none"),
    ],
)
def test_tool_choices(choice: Any, taken: str) -> None:
    assert prompt(user("Hi"), tool_choice=choice).asked.tool_choice == taken


def test_a_schema_may_be_asked_for() -> None:
    form = {"type": "json_schema", "schema": {"type": "object", "properties": {}}}
    assert prompt(user("Hi"), output_config={"format": form}).asked.response_format == form
    assert prompt(user("Hi"), output_config={"effort": "low"}).asked.response_format is None


def test_the_prompt_counts_with_its_tools() -> None:
    plain, tooled = (
        prompt(user("Four"), system="Four", tools=tools).asked
        for tools in (None, [{"name": "book", "input_schema": {}}])
    )
    assert prompt_tokens(plain) == 2
    assert prompt_tokens(tooled) > 2


@pytest.mark.parametrize(
    "messages",
    [
        [user("Hi")],
        [user("Hi"), user("there")],
        [user("Hi"), assistant("")],
        [user("Hi"), assistant(USE), user(DONE)],
        [user("Hi"), assistant(text("Sure"), USE), user(DONE, text("Hello?")), assistant("Yes")],
        [user("Hi"), assistant("Sure"), assistant(USE), user(DONE)],
        [user("Hi"), assistant(USE, {**USE, "id": "t2"}), user(DONE),
         user({**DONE, "tool_use_id": "t2"})],
        [user("Hi"), assistant(USE), {"role": "system", "content": "Be kind."}, user(DONE)],
    ],
)  # fmt: skip
def test_such_a_history_is_taken(messages: list[Any]) -> None:
    assert objection(msgspec.convert(messages, list[InputMessage])) is None


@pytest.mark.parametrize(
    ("messages", "told"),
    [
        ([], "messages: "),
        ([user("")], "messages.0: "),
        ([user("Hi"), assistant(""), user("Hello?")], "messages.1: "),
        ([user("Hi"), assistant(text("")), user("Hello?")], "messages: text content"),
        ([user("Hi"), assistant(USE)], "messages.1: `tool_use` without"),
        ([user("Hi"), assistant(USE), user("Hello?")], "messages.1: `tool_use` without"),
        ([user("Hi"), assistant(USE), user("Hello?"), assistant("Yes"), user(DONE)],
         "messages.1: `tool_use` without"),
        ([user(DONE)], "messages.0.content.0: `tool_result` without"),
        ([user("Hi"), assistant(USE), user(DONE), assistant("Yes"), user(text("And"), DONE)],
         "messages.4.content.1: `tool_result` without"),
    ],
)  # fmt: skip
def test_such_a_history_is_refused(messages: list[Any], told: str) -> None:
    found = objection(msgspec.convert(messages, list[InputMessage]))
    assert found is not None
    assert found.startswith(told)


@pytest.mark.parametrize(
    ("max_tokens", "words", "calls", "reason"),
    [
        (2, "Fourfour", 1, "tool_use"),
        (1, "Four", 0, "max_tokens"),
        (0, "", 0, "max_tokens"),
    ],
)
def test_an_answer_is_cut(max_tokens: int, words: str, calls: int, reason: str) -> None:
    answer, stop_reason = cut(Answer("Fourfour", (CALL,)), max_tokens)
    assert (answer.text, len(answer.calls), stop_reason) == (words, calls, reason)


def test_what_was_called_comes_in_fragments() -> None:
    call = ToolCallMade("call_ab", "book", {"day": "Friday", "time": "half past nine"})
    reply = Reply("msg_1", "m", Answer("", (call,)), "tool_use", 1, 2)
    deltas = [one["delta"] for piece in reply.pieces() for one in piece
              if one["type"] == "content_block_delta"]  # fmt: skip
    fragments = [delta["partial_json"] for delta in deltas]
    assert fragments[0] == ""
    assert len(fragments) > 3
    assert json.loads("".join(fragments)) == call.arguments
    assert [one.id for one in named(reply.answer).calls] == ["toolu_01ab"]


def test_calls_follow_the_words_and_each_other() -> None:
    calls = (CALL, ToolCallMade("t2", "book", {}))
    reply = Reply("msg_1", "m", Answer("Sure", calls), "tool_use", 1, 2)
    marks = [(one["type"].removeprefix("content_block_"), one["index"])
             for piece in reply.pieces() for one in piece
             if one["type"] in ("content_block_start", "content_block_stop")]  # fmt: skip
    assert marks == [(mark, index) for index in range(3) for mark in ("start", "stop")]
    assert [block["type"] for block in reply.whole()["content"]] == ["text", "tool_use", "tool_use"]


def test_an_event_says_its_type_twice() -> None:
    assert server_sent({"type": "ping"}) == b'event: ping\ndata: {"type":"ping"}\n\n'
