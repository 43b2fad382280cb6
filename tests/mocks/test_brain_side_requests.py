"""An agent that asks much beside the conversation: guardrail, router, facts, title and summary."""

import json
from collections.abc import Iterator

import pytest

from kernel.dialogue import Script, SideRequest
from mocks.brain import Answer, Asked, Brain, Message, ToolOffered
from tests.mocks.scripted import (
    BOOK,
    BRAIN,
    EXPECTED,
    GREETED,
    SAID,
    SCRIPT,
    ask,
    clinic,
    tool,
    user,
)

VERDICT = {
    "type": "object",
    "properties": {
        "is_safe": {"type": "boolean"},
        "category": {"type": "string", "enum": ["violence", "none"]},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
    },
    "required": ["is_safe", "category", "confidence"],
    "additionalProperties": False,
}
ROUTE = ToolOffered(
    "route",
    {
        "type": "object",
        "properties": {"desk": {"type": "string", "enum": ["bookings", "billing"]}},
        "required": ["desk"],
    },
)


class Chatty:
    """One conversation; `aside` are the answers to all that was asked beside it."""

    def __init__(self, brain: Brain) -> None:
        self._brain = brain
        self._history = [GREETED]
        self.aside: list[Answer] = []

    def say(self, words: str) -> Iterator[Answer]:
        """The answers to the turn, as agents get them: parallel requests come in any order."""
        self._history.append(user(words))
        for asked in self._asides(words):
            self.aside.append(self._brain.answer(asked))
        for _ in range(5):
            answer = self._brain.answer(ask(*self._history))
            yield answer
            self._history.append(Message("assistant", answer.text, answer.calls))
            for call in answer.calls:
                self._history.append(Message("tool", clinic(call), tool_call_id=call.id))
            if not answer.calls:
                break

    def _asides(self, words: str) -> Iterator[Asked]:
        form = {"type": "json_schema", "json_schema": {"name": "verdict", "schema": VERDICT}}
        yield Asked((Message("system", "Judge the message."), user(words)), response_format=form)
        yield Asked((Message("system", "You are a guardrail. Reply UNSAFE or SAFE."), user(words)))
        yield Asked(tuple(self._history), (ROUTE,), tool_choice="route")
        yield Asked((Message("system", "Suggest a short title."), *self._history))
        yield Asked((Message("system", "Summarize the conversation."), *self._history))


def test_nothing_beside_the_conversation_moves_it_on() -> None:
    agent = Chatty(BRAIN)
    answers = [answer for words in SAID for answer in agent.say(words)]
    assert [(answer.line, answer.text) for answer in answers] == EXPECTED
    assert all(answer.purpose == "side" and not answer.off_script for answer in agent.aside)
    assert all(answer.line is None for answer in agent.aside)


def test_each_gets_what_it_can_read() -> None:
    agent = Chatty(BRAIN)
    for words in SAID:
        list(agent.say(words))
    verdict, guardrail, route, title, summary = agent.aside[-5:]
    assert json.loads(verdict.text) == {"is_safe": True, "category": "none", "confidence": 1}
    assert guardrail.text == "SAFE"
    assert [(call.name, call.arguments) for call in route.calls] == [
        ("route", {"desk": "bookings"})
    ]
    assert title.text == "A call"
    assert summary.text == (
        "The caller said: Hi, this is Maria Lopez. I would like to book an appointment. "
        "On December 3rd, please. The first one, please. No, that is all. Goodbye. "
        "I have 09:00 or 09:30. Which one would you like? "
        "You are booked for December 3rd at 09:00. Anything else?"
    )


def test_what_only_the_scenario_knows_to_be_beside_the_conversation() -> None:
    asked = ask(GREETED, user(SAID[0]), tools=[tool("lookup_slots", "date")], model="small")
    assert BRAIN.answer(asked).line == 1
    named = SideRequest(model="small", answer="PASS")
    brain = Brain(Script((BOOK,), SCRIPT.seed, SCRIPT.today, (named,)))
    assert brain.answer(asked) == Answer("PASS", purpose="side")
    assert brain.answer(ask(GREETED, user(SAID[0]))).line == 1


@pytest.mark.parametrize("text", ["IN_PROGRESS", '{"type": "async_tool", "status": "running"}'])
def test_a_tool_that_takes_its_time_is_waited_for_and_not_called_again(text: str) -> None:
    (call,) = BRAIN.answer(ask(user(SAID[1]))).calls
    history = [user(SAID[1]), Message("assistant", "", (call,))]
    history.append(Message("tool", text, tool_call_id=call.id))
    waiting = BRAIN.answer(ask(*history))
    assert (waiting.text, waiting.calls, waiting.line) == ("One moment, please.", (), 2)
    told = {"type": "async_tool", "status": "finished", "tool_call_id": call.id}
    late = Message("developer", json.dumps({**told, "result": clinic(call)}))
    answer = BRAIN.answer(ask(*history, Message("assistant", waiting.text), late))
    assert answer.text == "I have 09:00 or 09:30. Which one would you like?"


HELD_IN_JSON = {
    "type": "object",
    "properties": {
        "voice_instructions": {"type": "string"},
        "response": {"type": "string"},
    },
    "required": ["voice_instructions", "response"],
}


def test_a_conversation_may_be_held_in_json() -> None:
    """LiveKit's example of structured output: what is spoken is one property of several."""
    form = {"type": "json_schema", "json_schema": {"name": "r", "schema": HELD_IN_JSON}}
    history = [GREETED, user(SAID[0])]
    answer = BRAIN.answer(ask(*history, response_format=form))
    told = json.loads(answer.text)
    assert told == {"voice_instructions": "voice instructions", "response": EXPECTED[0][1]}
    assert (answer.line, answer.purpose, answer.spoken) == (1, "turn", EXPECTED[0][1])
    history += [Message("assistant", answer.text), user(SAID[1])]
    assert BRAIN.answer(ask(*history, response_format=form)).calls[0].name == "lookup_slots"
    summary = [Message("system", "Summarize the conversation."), *history]
    assert BRAIN.answer(Asked(tuple(summary), response_format=form)).purpose == "side"
