"""What must hold for a dialogue, with the exact words where it does not."""

from __future__ import annotations

import pytest

from harness.files.dialogues import dialogue_flaws
from kernel.dialogue import Dialogue, Line, Reply, SideRequest, ToolCall
from kernel.errors import FileProblems

from ..catalogue import SCENARIO, scenario


def test_a_sound_dialogue_has_no_flaws() -> None:
    for dialogue in scenario().value.dialogues.values():
        assert not list(dialogue_flaws(dialogue))


def test_replies_may_all_be_missing() -> None:
    dialogue = Dialogue("d", (Line("I am {name}."),), facts={"name": "person"})
    assert not list(dialogue_flaws(dialogue))


def test_a_result_may_be_told_later_than_its_tool() -> None:
    tool, told = Reply(call=ToolCall("look", {"a": "{name}"}), then="{result.0}"), Reply("{result}")
    more = Reply(call=ToolCall("book", {"slot": "{result.0}"}), then="Done.")
    lines = tuple(Line(f"{word} {{name}}.") for word in ("Hello", "Tuesday", "Nothing else"))
    dialogue = Dialogue("d", lines, facts={"name": "person"}, replies={1: tool, 2: told, 3: more})
    assert not list(dialogue_flaws(dialogue))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "{name: person, date: date}",
            "{name: persn, date: date}",
            "s.yaml:18: name: unknown kind of fact 'persn'\n  → did you mean 'person'? known "
            "kinds: date, time, person, us_phone, number, reference; "
            "a text for all calls stands in a list",
        ),
        (
            "Hi, this is {name}. I need",
            "Hi, this is {nme}. I need",
            "s.yaml:20: {nme} in 'Hi, this is {nme}. I need an appointment.' is no fact of this "
            "dialogue\n  → did you mean 'name'? known facts: name, date",
        ),
        (
            "{name: person, date: date}",
            "{name: person, date: date, Day: date}",
            "s.yaml:18: 'Day' cannot name a fact\n"
            "  → use lower-case letters, digits and _, not 'result'",
        ),
        (
            "[Saturday, Sunday]",
            "[]",
            "s.yaml:28: day: no choices\n  → list some, or name a kind",
        ),
        (
            "Hi, this is {name}. I need",
            "Hi, it is about {date}. I need",
            "s.yaml:20: the first line is the same for many callers: "
            "'Hi, it is about {date}. I need an appointment.'\n"
            "  → let it hold a fact that only one caller has: number, person, reference, us_phone",
        ),
        (
            '{say: "On {date}, please.", pause: 300ms}',
            '"Hi, this is {name}. I need an appointment!"',
            "s.yaml:21: lines 1 and 2 are hard to tell apart: "
            "'Hi, this is {name}. I need an appointment.', "
            "'Hi, this is {name}. I need an appointment!'\n"
            "  → word one of them differently: the mock LLM finds its place by what it hears",
        ),
        (
            '"On {date}, please."',
            '"On {dat}, please."',
            "s.yaml:21: {dat} in 'On {dat}, please.' is no fact of this dialogue\n"
            "  → did you mean 'date'? known facts: name, date",
        ),
        (
            '"On {date}, please."',
            '"On {The Date}, please."',
            "s.yaml:21: '{The Date}' in 'On {The Date}, please.' is no slot\n"
            "  → write {name} in lower-case letters, digits and _",
        ),
        (
            '"On {date}, please."',
            '"On {result.0}, please."',
            "s.yaml:21: {result.0} in 'On {result.0}, please.' is no fact of this dialogue\n"
            "  → known facts: name, date",
        ),
        (
            '{say: "On {date}, please.", pause: 300ms}',
            '{say: "On {date}, please.", barge_inn: 20%}',
            "s.yaml:21: caller: unknown key 'barge_inn'\n"
            "  → did you mean 'barge_in'? known keys: say, dtmf, pause, backchannel, barge_in, "
            "hang_up, silence, talk_over",
        ),
        (
            '{say: "On {date}, please.", pause: 300ms}',
            '{say: "On {date}, please.", barge_in: {after: 1}}',
            "s.yaml:21: after: '1' is not a duration\n  → write for example 500ms, 2s or 5m",
        ),
        (
            '{say: "On {date}, please.", pause: 300ms}',
            '{say: "On {date}, please.", hang_up: {during: greeting}}',
            "s.yaml:21: hang_up: during: greeting stands with the first line\n"
            "  → use during: answer",
        ),
        (
            '{say: "On {date}, please.", pause: 300ms}',
            '{say: "On {date}, please.", dtmf: "1"}',
            "s.yaml:21: a line is said or pressed, not both\n  → write two lines",
        ),
        (
            '{say: "On {date}, please.", pause: 300ms}',
            '{dtmf: "1a#"}',
            "s.yaml:21: no key of a telephone: 'a'\n  → use 0 to 9, * and #, and slots",
        ),
        (
            '{say: "On {date}, please.", pause: 300ms}',
            '""',
            "s.yaml:21: a line of the caller is empty\n"
            "  → write what the caller says, or dtmf: keys to press",
        ),
        (
            '"your name"',
            '"(your name"',
            "s.yaml:22: '(your name' is no regular expression: missing ), unterminated subpattern "
            "at position 0\n  → write for example 'name|who'",
        ),
        (
            '"your name"',
            '"which day"',
            "s.yaml:22: 'which day' also fits the reply to line 1\n"
            "  → answers are for questions out of order: choose other words",
        ),
        (
            "      2: {call",
            "      3: {call",
            "s.yaml:23: no reply to line 2\n"
            "  → every line of the caller needs one, or none has any\n"
            "s.yaml:25: a reply to line 3, but the caller has lines 1 to 2\n"
            "  → number the replies by the caller's lines",
        ),
        (
            '{call: "lookup(date={date})", then: "I have {result.0}.", failed: "Sorry."}',
            '{call: "lookup(date={date})", failed: "Sorry."}',
            "s.yaml:25: nothing is said after lookup\n  → add then: the words for its result",
        ),
        (
            '{call: "lookup(date={date})", then: "I have {result.0}.", failed: "Sorry."}',
            '{call: "lookup(date={date})", then: "I see.", say: "Sorry."}',
            "s.yaml:25: a reply says or calls, not both\n  → use then: for the words",
        ),
        (
            'call: "lookup(date={date})", ',
            'say: "Fine.", ',
            "s.yaml:25: then and failed follow a call, and there is none\n"
            "  → add call: tool(name={value}), or use say:",
        ),
        (
            '{call: "lookup(date={date})", then: "I have {result.0}.", failed: "Sorry."}',
            "{}",
            "s.yaml:25: the reply is empty\n  → write what is said, or call: tool(name={value})",
        ),
        (
            "Sure, {name}. Which day?",
            "Sure, {result.name}. Which day?",
            "s.yaml:24: {result.name} in reply 1: no tool was called before\n"
            "  → let a reply before this one call: one",
        ),
        (
            "lookup(date={date})",
            "lookup(date={result.0})",
            "s.yaml:25: {result.0} in reply 2: no tool was called before\n"
            "  → let a reply before this one call: one",
        ),
        (
            "lookup(date={date})",
            "lookup(date={dat})",
            "s.yaml:25: {dat} in '{dat}' is no fact of this dialogue\n"
            "  → did you mean 'date'? known facts: name, date",
        ),
        (
            "lookup(date={date})",
            "lookup {date}",
            "s.yaml:25: call: 'lookup {date}' is no tool call\n"
            "  → write for example find_slots(day={when})",
        ),
        (
            "tool_ok: lookup",
            "tool_ok: look_up",
            "s.yaml:26: done: no reply calls 'look_up'\n"
            "  → did you mean 'lookup'? known tools: lookup",
        ),
        (
            "    replies:",
            '    greeting: "Hello {name}"\n    replies:',
            "s.yaml:23: {name} in the greeting, which comes before anything is heard\n"
            "  → take the slot out",
        ),
        (
            'caller: ["It\'s {phone}. Are you open on {day}, {where}?"]',
            "caller: []",
            "s.yaml:29: the caller says nothing\n  → write at least one line",
        ),
    ],
)
def test_a_mistake_has_line_value_and_remedy(old: str, new: str, expected: str) -> None:
    assert old in SCENARIO
    with pytest.raises(FileProblems) as caught:
        scenario(SCENARIO.replace(old, new))
    assert str(caught.value) == expected


def test_slots_are_looked_at_beside_a_line_that_cannot_be_read() -> None:
    text = SCENARIO.replace(
        '{say: "On {date}, please.", pause: 300ms}',
        '[On a day]\n      - "On {dat}, please."',
    )
    with pytest.raises(FileProblems) as caught:
        scenario(text)
    assert str(caught.value) == (
        "s.yaml:21: caller: expected keys and values, found a list\n"
        "  → write {say: …, dtmf: …, pause: …}\n"
        "s.yaml:22: {dat} in 'On {dat}, please.' is no fact of this dialogue\n"
        "  → did you mean 'date'? known facts: name, date"
    )


NAMED = "side_requests: [{model: small}, {system: You are a guardrail, tools: false, answer: OK}]\n"


def test_side_requests_are_named_by_what_they_look_like() -> None:
    assert scenario(SCENARIO + NAMED).value.side_requests == (
        SideRequest(model="small"),
        SideRequest(system="You are a guardrail", tools=False, answer="OK"),
    )


def test_a_side_request_that_any_request_looks_like_is_refused() -> None:
    with pytest.raises(FileProblems) as problems:
        scenario(SCENARIO + NAMED.replace("model: small", "answer: OK"))
    assert str(problems.value) == (
        "s.yaml:30: every request of the agent is beside the conversation\n"
        "  → write its model, words of its system prompt (system:), json: or tools:"
    )
