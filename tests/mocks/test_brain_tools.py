import json
from typing import Any

import pytest

from kernel.dialogue import Dialogue, Line, Reply, Script, ToolCall
from mocks.brain import MOST_ROUNDS, Answer, Brain, Message, ToolCallMade, ToolOffered
from mocks.mind.wording import NEUTRAL
from tests.mocks.scripted import (
    BRAIN,
    EXPECTED,
    GREETED,
    SAID,
    SLOTS,
    ask,
    clinic,
    converse,
    tool,
    user,
)


def after_call(*results: str, words: str = SAID[1], **rest: Any) -> Answer:
    """The answer once the call for a line has had its results."""
    history = [GREETED, user(SAID[0]), Message("assistant", "Which day?"), user(words)]
    for result in results:
        (call,) = BRAIN.answer(ask(*history)).calls or (ToolCallMade("call_x", "lookup_slots", {}),)
        history += [Message("assistant", "", (call,)), Message("tool", result, (), call.id)]
    return BRAIN.answer(ask(*history, **rest))


@pytest.mark.parametrize(
    "result",
    ["HTTP 500", '{"error": "down"}', "{'status': 'failed'}", "Error: timeout", '{"slots": []}'],
)
def test_a_tool_that_failed_has_its_own_line(result: str) -> None:
    answer = after_call(result)
    assert answer.text == "I am sorry, I cannot see the calendar right now."
    assert (answer.line, answer.off_script) == (2, False)


def test_a_failure_without_a_line_is_apologised_for() -> None:
    answers = converse(
        SAID[:3], lambda call: '{"error": 1}' if "book" in call.name else clinic(call)
    )
    assert answers[-1].text.startswith("I am sorry")
    assert answers[-1].line == 3


def test_a_result_in_plain_words_is_told() -> None:
    assert after_call("Nine or half past nine.").text == (
        "This is what I found: Nine or half past nine."
    )


def test_after_a_result_the_mind_speaks_even_if_no_tools_are_offered_any_more() -> None:
    assert after_call(json.dumps(SLOTS), tools=[]).text == EXPECTED[2][1]


def test_a_call_that_has_no_result_is_made_again_but_not_for_ever() -> None:
    history = [GREETED, user(SAID[1])]
    ids = set()
    for _ in range(MOST_ROUNDS):
        (call,) = BRAIN.answer(ask(*history)).calls
        ids.add(call.id)
        history.append(Message("assistant", "", (call,)))
    answer = BRAIN.answer(ask(*history))
    assert (answer.calls, answer.text) == ((), "I am sorry, I cannot see the calendar right now.")
    assert len(ids) == MOST_ROUNDS


@pytest.mark.parametrize("tools", [[], [tool("transfer_call", "to")]])
def test_a_tool_that_is_not_offered_is_not_called(tools: list[ToolOffered]) -> None:
    answer = BRAIN.answer(ask(GREETED, user(SAID[1]), tools=tools))
    assert (answer.text, answer.calls, answer.off_script) == (NEUTRAL, (), True)


def test_no_tool_is_called_if_none_may_be() -> None:
    answer = BRAIN.answer(ask(GREETED, user(SAID[1]), tool_choice="none"))
    assert (answer.calls, answer.off_script) == ((), True)


def test_only_the_tool_that_must_be_called_is() -> None:
    answer = BRAIN.answer(ask(GREETED, user(SAID[1]), tool_choice="book_appointment"))
    assert [call.name for call in answer.calls] == ["book_appointment"]
    assert answer.calls[0].arguments["date"] == "2026-12-03"


def test_a_tool_that_speaks_says_what_would_be_said() -> None:
    speak = tool("respond", "message")
    answer = BRAIN.answer(ask(GREETED, user(SAID[0]), tools=[speak], tool_choice="required"))
    assert answer.text == ""
    assert answer.calls[0].arguments == {"message": EXPECTED[0][1]}
    assert answer.line == 1


def test_a_tool_is_forced_only_so_often() -> None:
    history = [GREETED, user(SAID[0])]
    history += [
        Message("assistant", "", (ToolCallMade(str(n), "x", {}),)) for n in range(MOST_ROUNDS)
    ]
    assert BRAIN.answer(ask(*history, tool_choice="required")).calls == ()


def test_a_reply_may_speak_and_call_at_once() -> None:
    reply = Reply("Let me look, {name}.", call=ToolCall("lookup_slots", {"date": "May 3rd"}))
    brain = Brain(
        Script((Dialogue("x", (Line("I am {name}."),), {"name": "person"}, replies={1: reply}),))
    )
    answer = brain.answer(ask(user("I am Ada King.")))
    assert answer.text == "Let me look, Ada King."
    assert answer.calls[0].arguments == {"date": "May 3rd"}


def test_a_call_without_words_afterwards_still_gets_some() -> None:
    reply = Reply(call=ToolCall("lookup_slots", {}))
    brain = Brain(Script((Dialogue("x", (Line("Just do it now."),), replies={1: reply}),)))
    (call,) = brain.answer(ask(user("Just do it now."))).calls
    done = [Message("assistant", "", (call,)), Message("tool", "{}", (), call.id)]
    assert brain.answer(ask(user("Just do it now."), *done)).text == "That is done."
