"""A script with its agent and tools, and conversations that follow it."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any

from kernel.dialogue import Dialogue, Line, Reply, Script, ToolCall, fill
from mocks.brain import Answer, Asked, Brain, Message, ToolCallMade, ToolOffered

LINES = (
    "Hi, this is {name}. I would like to book an appointment.",
    "On {date}, please.",
    "The first one, please.",
    "No, that is all. Goodbye.",
)
BOOK = Dialogue(
    name="book",
    facts={"name": "person", "date": "date"},
    caller=tuple(map(Line, LINES)),
    answers={"phone": "My number is {phone}."},
    greeting="Hello, how can I help you?",
    replies={
        1: Reply("Sure, {name}. Which day would you like?"),
        2: Reply(
            call=ToolCall.parse("lookup_slots(date={date})"),
            then="I have {result.slots.0} or {result.slots.1}. Which one would you like?",
            failed="I am sorry, I cannot see the calendar right now.",
        ),
        3: Reply(
            call=ToolCall.parse(
                "book_appointment(date={date}, time={result.slots.0}, name={name})"
            ),
            then="You are booked for {date} at {result.time}. Anything else?",
        ),
        4: Reply("Goodbye, {name}."),
    },
)
SAID = [fill(line, {"name": "Maria Lopez", "date": "December 3rd"}) for line in LINES]
SCRIPT = Script((BOOK,), seed=3, today=dt.date(2026, 1, 1))
BRAIN = Brain(SCRIPT)


def tool(name: str, *parameters: str) -> ToolOffered:
    properties = {parameter: {"type": "string"} for parameter in parameters}
    schema = {"type": "object", "properties": properties, "required": list(parameters)}
    return ToolOffered(name, {**schema, "additionalProperties": False})


TOOLS = (tool("lookup_slots", "date"), tool("book_appointment", "date", "time", "name"))
SLOTS = {"date": "2026-12-03", "slots": ["09:00", "09:30"]}
BOOKED = {"id": 7, "time": "09:00", "status": "booked"}
AGENT = Message("system", "You are the voice of a clinic.")
GREETED = Message("assistant", "Hello, this is Sam. How can I help you?")


def user(text: str) -> Message:
    return Message("user", text)


def ask(*messages: Message, tools: Sequence[ToolOffered] = TOOLS, **rest: Any) -> Asked:
    return Asked((AGENT, *messages), tuple(tools), **rest)


def converse(
    said: Sequence[str],
    results: Callable[[ToolCallMade], str],
    tools: Sequence[ToolOffered] = TOOLS,
) -> list[Answer]:
    """All answers of a conversation that begins with a greeting, in the manner of an agent."""
    history, answers = [GREETED], []
    for words in said:
        history.append(user(words))
        for _ in range(10):
            answer = BRAIN.answer(ask(*history, tools=tools))
            answers.append(answer)
            history.append(Message("assistant", answer.text, answer.calls))
            history += [
                Message("tool", results(call), tool_call_id=call.id) for call in answer.calls
            ]
            if not answer.calls:
                break
    return answers


def clinic(call: ToolCallMade) -> str:
    return json.dumps(SLOTS if "slots" in call.name.lower() else BOOKED)


EXPECTED = [
    (1, "Sure, Maria Lopez. Which day would you like?"),
    (2, ""),
    (2, "I have 09:00 or 09:30. Which one would you like?"),
    (3, ""),
    (3, "You are booked for December 3rd at 09:00. Anything else?"),
    (4, "Goodbye, Maria Lopez."),
]


OTHERS = (
    Dialogue(
        "card",
        tuple(
            map(
                Line,
                (
                    "Good afternoon, I lost my card, my name is {name}.",
                    "The last four digits are {number}.",
                    "Yes, block it right away.",
                    "Thanks, that is everything.",
                ),
            )
        ),
        {"name": "person", "number": "number"},
    ),
    Dialogue(
        "internet",
        tuple(
            map(
                Line,
                (
                    "My internet has been down since this morning, this is {name}.",
                    "The red light is blinking.",
                    "I already restarted the router twice.",
                    "Tomorrow afternoon works for me.",
                ),
            )
        ),
        {"name": "person"},
    ),
)
CROWDED = Brain(Script((*OTHERS, BOOK)))
