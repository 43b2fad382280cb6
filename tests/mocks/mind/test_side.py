import json
from typing import Any

import pytest

from kernel.dialogue import SideRequest, ToolCall
from mocks.mind.conversation import Asked, Message, ToolOffered
from mocks.mind.side import answer, answered_by, is_side

TOOL = ToolOffered("find", {})
CALL = ToolCall("find", {})
AGENT = "You are Sam, the voice of Riverside clinic. Be brief."


def ask(system: str, *words: str, tools: bool = False, form: Any = None) -> Asked:
    messages = (Message("system", system), *(Message("user", word) for word in words))
    return Asked(messages, (TOOL,) if tools else (), response_format=form)


def nothing(name: str) -> None:
    return None


@pytest.mark.parametrize(
    ("asked", "has_calls", "side"),
    [
        (ask(AGENT, "Hi.", tools=True), True, False),
        (ask(AGENT, "Hi."), True, False),
        (ask("Summarize the conversation.", "Hi."), True, True),
        (ask("You are a guardrail. Reply SAFE or UNSAFE.", "Hi."), True, True),
        (ask(AGENT, "Hi.", "Give this conversation a title."), True, True),
        (ask("Classify the intent.", "Hi.", tools=True), True, False),
        (ask("Summarize the conversation.", "Hi."), False, True),
        (ask("Compress older conversation history into a short summary.", "Hi."), False, True),
        (ask("You are a content guardrail. Reply SAFE or UNSAFE.", "Hi."), False, True),
        (ask("You are summarizing a conversation.", "Hi."), False, True),
        (ask("You are Sam. Summarize what you hear at the end.", "Hi."), False, False),
        (ask("Determine whether the message is safe.", "Hi."), False, True),
        (ask("You route callers to our desks.", "Hi."), False, False),
        (ask(AGENT + " " * 500 + "Summarise at the end.", "Hi."), True, False),
        (ask(AGENT, "Hi.", form={"type": "json_object"}), False, True),
        (ask(AGENT, "Hi.", tools=True, form={"type": "json_schema"}), True, True),
        (ask(AGENT, "Hi.", tools=True, form={"type": "text"}), True, False),
        (Asked(()), True, False),
    ],
)
def test_what_is_beside_the_conversation(asked: Asked, has_calls: bool, side: bool) -> None:
    assert is_side(asked, [CALL] if has_calls else []) is side


def forced(name: str, *parameters: str) -> Asked:
    tool = ToolOffered(name, {"properties": {one: {"type": "string"} for one in parameters}})
    return Asked((Message("user", "Hi."),), (tool, TOOL), tool_choice=name)


@pytest.mark.parametrize(
    ("asked", "side"),
    [
        (forced("classify_intent", "intent"), True),
        (forced("speak", "text"), False),
        (forced("find"), False),
        (Asked((), (ToolOffered("route", {}),), tool_choice="required"), True),
        (Asked((), (ToolOffered("route", {}), TOOL), tool_choice="required"), False),
    ],
)
def test_a_structured_answer_may_be_asked_for_as_a_tool(asked: Asked, side: bool) -> None:
    assert is_side(asked, [CALL]) is side
    assert not is_side(asked, [])


@pytest.mark.parametrize(
    ("named", "is_meant"),
    [
        (SideRequest(model="small"), True),
        (SideRequest(model="large"), False),
        (SideRequest(system="VOICE of riverside"), True),
        (SideRequest(system="guardrail"), False),
        (SideRequest(json=False), True),
        (SideRequest(json=True), False),
        (SideRequest(tools=False), False),
        (SideRequest(model="small", tools=True), True),
        (SideRequest(model="small", json=True), False),
    ],
)
def test_a_scenario_may_name_a_side_request(named: SideRequest, is_meant: bool) -> None:
    messages = (Message("system", AGENT), Message("user", "Hi."))
    asked = Asked(messages, (TOOL,), model="small")
    assert is_side(asked, [CALL], [named]) is is_meant
    assert answered_by(asked, [SideRequest(model="other"), named]) == (named if is_meant else None)


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
        ("Classify: UNSAFE, SAFE or OTHER?", "SAFE"),
        ('Respond with "VOICEMAIL" or "CONVERSATION".', "CONVERSATION"),
        ("Classify. An AI reads it.", "OK"),
        ('Guardrail: JSON as {"safe": true}', '{"safe": true}'),
    ],
)
def test_words_are_such_as_the_task_asks_for(system: str, text: str) -> None:
    assert answer(ask(system, "Hi.", "I am Ada."), nothing) == text


def test_a_summary_is_what_is_known_to_have_been_said() -> None:
    asked = ask("Summarize the conversation.", "USER: Hi. ASSISTANT: Yes?")
    assert answer(asked, nothing, "Hi, this is Ada.") == "The caller said: Hi, this is Ada."


def test_json_without_a_schema_is_as_the_prompt_shows_it() -> None:
    asked = ask('Return {"safe": true, "reason": "..."}', "Hi.", form={"type": "json_object"})
    assert json.loads(answer(asked, nothing)) == {"safe": True, "reason": "reason"}
