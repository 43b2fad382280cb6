import json
from typing import Any

import pytest

from mocks.mind.conversation import Asked, Message, ToolOffered
from mocks.mind.side import answer, is_side

TOOL = ToolOffered("find", {})
AGENT = "You are Sam, the voice of Riverside clinic. Be brief."


def ask(system: str, *words: str, tools: bool = False, form: Any = None) -> Asked:
    messages = (Message("system", system), *(Message("user", word) for word in words))
    return Asked(messages, (TOOL,) if tools else (), response_format=form)


def nothing(name: str) -> None:
    return None


@pytest.mark.parametrize(
    ("asked", "script_has_tools", "side"),
    [
        (ask(AGENT, "Hi.", tools=True), True, False),
        (ask(AGENT, "Hi."), True, False),
        (ask("Summarize the conversation.", "Hi."), True, True),
        (ask("You are a guardrail. Reply SAFE or UNSAFE.", "Hi."), True, True),
        (ask(AGENT, "Hi.", "Give this conversation a title."), True, True),
        (ask("Classify the intent.", "Hi.", tools=True), True, False),
        (ask("Summarize the conversation.", "Hi."), False, False),
        (ask(AGENT + " " * 500 + "Summarise at the end.", "Hi."), True, False),
        (ask(AGENT, "Hi.", form={"type": "json_object"}), False, True),
        (ask(AGENT, "Hi.", tools=True, form={"type": "json_schema"}), True, True),
        (ask(AGENT, "Hi.", tools=True, form={"type": "text"}), True, False),
        (Asked(()), True, False),
    ],
)
def test_what_is_beside_the_conversation(asked: Asked, script_has_tools: bool, side: bool) -> None:
    assert is_side(asked, script_has_tools) is side


SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "is_safe": {"type": "boolean"}},
    "required": ["is_safe"],
}


@pytest.mark.parametrize(
    "form",
    [
        {"type": "json_schema", "json_schema": {"name": "verdict", "schema": SCHEMA}},
        {"type": "json_schema", "schema": SCHEMA},
        {"type": "json_schema", "json_schema": SCHEMA},
    ],
)
def test_json_is_as_its_schema_wants_it_with_what_is_known(form: Any) -> None:
    asked = ask(AGENT, "Hi.", form=form)
    assert json.loads(answer(asked, nothing)) == {"name": "name", "is_safe": True}
    assert json.loads(answer(asked, {"name": "Ada"}.get))["name"] == "Ada"


@pytest.mark.parametrize("form", [{"type": "json_object"}, {"type": "json_schema", "schema": 3}])
def test_json_without_a_schema_is_an_object(form: Any) -> None:
    assert json.loads(answer(ask(AGENT, form=form), nothing)) == {}


@pytest.mark.parametrize(
    ("system", "text"),
    [
        ("Summarize the conversation.", "The caller said: Hi. I am Ada."),
        ("Write a title.", "A call"),
        ("Guardrail: reply SAFE or UNSAFE.", "SAFE"),
        ("Classify. Answer 'billing' or 'other'.", "billing"),
        ("Moderate this.", "OK"),
    ],
)
def test_words_are_such_as_the_task_asks_for(system: str, text: str) -> None:
    assert answer(ask(system, "Hi.", "I am Ada."), nothing) == text
