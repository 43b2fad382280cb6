from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.brain import Answer, Message, ToolCallMade
from mocks.chat_completions import (
    ChatRequest,
    Frame,
    arguments,
    deltas,
    field_of,
    server_sent,
    tokens,
    usage,
)

CALLS = (
    ToolCallMade("call_1", "book", {"date": "2026-12-03", "name": "Ann"}),
    ToolCallMade("call_2", "look", {}),
)


def request(**fields: Any) -> ChatRequest:
    return msgspec.convert({"model": "m", "messages": [], **fields}, ChatRequest)


def test_a_request_becomes_a_question() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    asked = request(
        messages=[
            {"role": "developer", "content": [{"type": "text", "text": "Be"}, {"text": "kind"}]},
            {"role": "user", "content": "hi", "name": "Ann"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": "{'ok': True}"},
        ],
        tools=[{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        tool_choice={"type": "function", "function": {"name": "f"}},
    ).asked
    assert asked.messages == (
        Message("developer", "Be\nkind"),
        Message("user", "hi", name="Ann"),
        Message("assistant", "", (ToolCallMade("c1", "f", {"a": 1}),)),
        Message("tool", "{'ok': True}", tool_call_id="c1"),
    )
    assert asked.tools[0].name == "f"
    assert asked.tool_choice == "f"


@pytest.mark.parametrize("text", [None, "", "{", "[1]", '"x"'])
def test_arguments_that_are_none_are_empty(text: str | None) -> None:
    call = {"function": {"name": "f", "arguments": text}}
    asked = request(messages=[{"role": "assistant", "tool_calls": [call, {"id": "x"}]}]).asked
    assert asked.messages[0].tool_calls == (ToolCallMade("", "f", {}),)


@pytest.mark.parametrize(
    ("choice", "told"),
    [(None, "auto"), ("none", "none"), ("required", "required"), ({"function": 3}, "auto")],
)
def test_choices_of_tools(choice: Any, told: str) -> None:
    assert request(tool_choice=choice).asked.tool_choice == told


def test_plain_text_is_no_format() -> None:
    assert request(response_format={"type": "text"}).asked.response_format is None
    assert request(response_format={"type": "json_object"}).asked.response_format is not None


def test_tokens_are_quarters_of_characters() -> None:
    assert [tokens(text) for text in ("", "a", "four", "five!")] == [0, 1, 1, 2]
    asked = request(messages=[{"role": "user", "content": "12345678"}], tools=[{}])
    assert asked.tokens >= 2
    told = usage(3, 4)
    assert (told["prompt_tokens"], told["completion_tokens"], told["total_tokens"]) == (3, 4, 7)


def joined(answer: Answer) -> dict[str, Any]:
    """What a client makes of the deltas."""
    whole: dict[str, Any] = {"content": None, "tool_calls": {}}
    for delta in deltas(answer):
        for key in ("role",):
            whole.update({key: delta[key]} if key in delta else {})
        if delta.get("content") is not None:
            whole["content"] = (whole["content"] or "") + delta["content"]
        for call in delta.get("tool_calls", ()):
            made = whole["tool_calls"].setdefault(call["index"], {"arguments": ""})
            made.update({key: call[key] for key in ("id", "type") if key in call})
            made["name"] = call["function"].get("name", made.get("name"))
            made["arguments"] += call["function"]["arguments"]
    return whole


@given(st.text())
def test_the_words_of_an_answer_arrive_whole(text: str) -> None:
    assert (joined(Answer(text))["content"] or "") == text


def test_pieces_are_words() -> None:
    content = [delta.get("content") for delta in deltas(Answer("Sure, one moment."))]
    assert content == ["", "Sure,", " one", " moment.", None]


@pytest.mark.parametrize("text", ["", "Let me look."])
def test_calls_arrive_in_fragments_by_index(text: str) -> None:
    answer = Answer(text, CALLS)
    parts = list(deltas(answer))
    assert parts[0]["role"] == "assistant"
    assert sum("role" in part for part in parts) == 1
    assert parts[-1] == {}
    heads = [part["tool_calls"][0] for part in parts if "tool_calls" in part]
    assert [head["id"] for head in heads if "id" in head] == ["call_1", "call_2"]
    assert len(heads) > 4
    calls = joined(answer)["tool_calls"]
    assert [calls[index]["arguments"] for index in (0, 1)] == [arguments(call) for call in CALLS]
    assert [calls[index]["name"] for index in (0, 1)] == ["book", "look"]


def test_a_frame_is_the_same_in_every_chunk() -> None:
    frame, answer = Frame("chatcmpl-1", 5, "m"), Answer("Hi")
    chunks = [frame.chunk(answer, delta, False) for delta in deltas(answer)]
    assert {chunk["id"] for chunk in chunks} == {"chatcmpl-1"}
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    reasons = [chunk["choices"][0]["finish_reason"] for chunk in chunks]
    assert reasons == [None, None, "stop"]
    assert not any("usage" in chunk for chunk in chunks)


@given(st.text(max_size=30), st.text(max_size=30), st.booleans(), st.sampled_from([(), CALLS]))
def test_events_are_the_chunks_as_they_are_sent(
    text: str, model: str, usage_follows: bool, calls: tuple[ToolCallMade, ...]
) -> None:
    frame, answer = Frame("chatcmpl-1", 5, f'{model}"content":""{{}}'), Answer(text, calls)
    events = list(frame.events(answer, usage_follows))
    assert [event for event, _ in events] == [
        server_sent(frame.chunk(answer, delta, usage_follows)) for delta in deltas(answer)
    ]
    assert "".join(words for _, words in events) == text


def test_usage_is_announced_by_null_and_comes_without_choices() -> None:
    frame = Frame("chatcmpl-1", 5, "m")
    assert frame.chunk(Answer("Hi"), {"content": "Hi"}, True)["usage"] is None
    last = frame.last(usage(1, 2))
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] == 3


def test_a_whole_answer_has_text_or_calls() -> None:
    whole = Frame("chatcmpl-1", 5, "m").whole(Answer("", CALLS), usage(1, 2))
    choice = whole["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    assert choice["message"]["tool_calls"][1]["function"] == {"name": "look", "arguments": "{}"}
    plain = Frame("chatcmpl-1", 5, "m").whole(Answer("Hi"), usage(1, 2))["choices"][0]["message"]
    assert plain == {"role": "assistant", "content": "Hi", "refusal": None}


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"messages": []}, "model"),
        ({"model": "m"}, "messages"),
        ({"model": "m", "messages": [{}]}, "messages[0].role"),
        ({"model": "m", "messages": [{"role": 3}]}, "messages[0].role"),
        ({"model": 3, "messages": []}, "model"),
        ([], None),
    ],
)
def test_a_wrong_field_is_named(value: Any, field: str | None) -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.convert(value, ChatRequest)
    assert field_of(error.value) == field
