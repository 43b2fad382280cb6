from __future__ import annotations

import pytest

from mocks.chat_completions import ChatMessage, Tool
from mocks.providers.llm._openai_history import objection

USER, SYSTEM = ChatMessage("user", "hi"), ChatMessage("system", "x")


def calls(*names: str) -> ChatMessage:
    return ChatMessage("assistant", tool_calls=[Tool(id=name) for name in names])


def answer(name: str | None) -> ChatMessage:
    return ChatMessage("tool", "{}", tool_call_id=name)


@pytest.mark.parametrize(
    "history",
    [
        [SYSTEM],
        [SYSTEM, SYSTEM],
        [USER, ChatMessage("assistant", "ho"), USER],
        [USER, calls("a"), answer("a")],
        [USER, calls("a", "b"), answer("b"), answer("a"), USER],
        [calls("a"), answer("a"), calls("a"), answer("a")],
        [USER, ChatMessage("assistant", "ho", tool_calls=[]), USER],
    ],
)
def test_a_model_can_go_on_from_here(history: list[ChatMessage]) -> None:
    assert objection(history) is None


@pytest.mark.parametrize(
    ("history", "param", "told"),
    [
        ([USER, answer("a")], "messages.[1].tool_call_id", "'a'"),
        ([USER, calls("a"), answer("b")], "messages.[2].tool_call_id", "'b'"),
        ([USER, calls("a"), answer("a"), answer("a")], "messages.[3].tool_call_id", "'a'"),
        ([USER, calls("a"), answer(None)], "messages.[2].tool_call_id", "''"),
        ([USER, calls("a"), USER], "messages.[2].role", ": a"),
        ([USER, calls("a", "b"), answer("a"), SYSTEM, answer("b")], "messages.[3].role", ": b"),
        ([USER, calls("a", "b"), answer("a")], "messages", ": b"),
    ],
)
def test_it_is_refused_and_the_mistake_named(
    history: list[ChatMessage], param: str, told: str
) -> None:
    found = objection(history)
    assert found is not None
    assert found.param == param
    assert told in found.told
