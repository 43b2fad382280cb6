"""The brain on what frameworks send: requests that Pipecat 1.14 and LiveKit Agents 1.8 made."""

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kernel.dialogue import Dialogue, Line, Reply, Script, ToolCall
from mocks.answering import request_data
from mocks.brain import Answer, Brain
from mocks.chat_completions import ChatRequest

WIRES = Path(__file__).parents[1] / "wires"
SORRY = "I am sorry, I cannot book that right now. Anything else?"
BOOK = Dialogue(
    name="book",
    facts={"name": "person", "date": "date"},
    caller=(
        Line("Hi, this is {name}. I would like to book an appointment."),
        Line("On {date}, please."),
        Line("The first one, please."),
        Line("No, that is all. Goodbye."),
    ),
    replies={
        1: Reply("Sure, {name}. Which day would you like?"),
        2: Reply(
            call=ToolCall.parse("lookup_slots(date={date})"),
            then="I have {result.slots.0} or {result.slots.1}. Which one would you like?",
        ),
        3: Reply(
            call=ToolCall.parse(
                "book_appointment(date={date}, time={result.slots.0}, name={name})"
            ),
            then="You are booked for {date} at {result.time}. Anything else?",
            failed=SORRY,
        ),
        4: Reply("Goodbye, {name}."),
    },
)
BRAIN = Brain(Script((BOOK,), seed=3, today=dt.date(2026, 10, 1)))


@cache
def scenes(framework: str) -> dict[str, ChatRequest]:
    lines = (WIRES / f"{framework}_chat.jsonl").read_bytes().splitlines()
    found = map(msgspec.json.decode, lines)
    return {one["scene"]: msgspec.convert(one["body"], ChatRequest) for one in found}


def answered(framework: str, scene: str) -> Answer:
    return BRAIN.answer(scenes(framework)[scene].asked)


def called(answer: Answer) -> dict[str, Any]:
    (call,) = answer.calls
    return dict(call.arguments)


@pytest.mark.parametrize("framework", ["pipecat", "livekit"])
def test_a_greeting(framework: str) -> None:
    answer = answered(framework, "greeting")
    assert (answer.purpose, answer.off_script, answer.line) == ("greeting", False, None)


@pytest.mark.parametrize("framework", ["pipecat", "livekit"])
def test_a_history_that_barge_in_cut(framework: str) -> None:
    answer = answered(framework, "barge_in")
    assert (answer.line, answer.text) == (4, "Goodbye, Darin Gates.")
    said = request_data(scenes(framework)["barge_in"].asked.messages)["said"].splitlines()
    assert said[-1] == "You are booked for March"


@pytest.mark.parametrize("framework", ["pipecat", "livekit"])
def test_what_stands_for_a_tool_that_raised_is_its_failure(framework: str) -> None:
    answer = answered(framework, "tool_error")
    assert (answer.line, answer.text, answer.calls) == (3, SORRY, ())


@pytest.mark.parametrize("framework", ["pipecat", "livekit"])
def test_retrieved_text_around_or_behind_the_callers_words(framework: str) -> None:
    answer = answered(framework, "rag")
    assert (answer.line, called(answer)) == (2, {"date": "2027-03-09"})


def test_a_result_as_a_python_repr() -> None:
    answer = answered("livekit", "tool_result")
    assert answer.text == "I have 09:00 or 09:30. Which one would you like?"


def test_a_preemptive_request_gets_the_answer_of_the_turn() -> None:
    early, whole = (answered("livekit", f"preemptive_{how}") for how in ("abandoned", "repeated"))
    assert early.line == whole.line == 2
    assert called(early) == called(whole) == {"date": "2026-10-29"}


def test_a_turn_in_two_messages() -> None:
    answer = answered("pipecat", "split_turn")
    assert (answer.line, called(answer)) == (2, {"date": "2027-03-09"})


def test_a_summary_keeps_what_later_turns_need() -> None:
    answer = answered("pipecat", "summary")
    assert answer.purpose == "side"
    assert "this is Darin Gates." in answer.text
    assert "On March 9th, please." in answer.text


def test_behind_a_summary_the_call_goes_on() -> None:
    answer = answered("pipecat", "summarised")
    assert (answer.line, called(answer)) == (
        3,
        {"date": "2027-03-09", "time": "09:00", "name": "Darin Gates"},
    )


@pytest.mark.parametrize("framework", ["pipecat", "livekit"])
def test_no_turn_of_theirs_is_off_the_script(framework: str) -> None:
    for scene in scenes(framework):
        assert not answered(framework, scene).off_script, scene
