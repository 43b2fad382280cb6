"""What a plan is likely not meant to be."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.planning.doubts import doubts
from harness.planning.planning import make_plan
from harness.planning.summary import summary
from tests.harness.catalogue import KINDS, TODAY, VOICES, scenario

TOOLS = {"lookup": ("date",), "book": ("date", "name")}
DIALOGUE = """\
name: mine
why: To doubt.
load: [{{phase: warm_up, calls: 5}}, {{phase: baseline, calls: 12}}]
dialogues:
  ask:
    facts: {{name: person, day: [Monday, Tuesday]}}
    caller: ["I am {{name}}, on {{day}}.", "Goodbye then."]
    replies:
      1: {{call: "{call}", then: "You are booked for {{day}}."}}
      2: "Goodbye, {{name}}."
    done: {done}
"""


def told(
    call: str = "lookup(date={day})", done: str = "{}", gate: dict[str, Any] | None = None
) -> list[str]:
    text = DIALOGUE.format(call=call, done=done)
    plan = make_plan(scenario(text), {}, KINDS, today=TODAY, voices=VOICES)
    plan = msgspec.structs.replace(plan, gates=gate or {})
    assert "\n".join(doubts(plan, TOOLS)) in summary(plan, doubtful=doubts(plan, TOOLS))
    return [line.strip() for line in doubts(plan, TOOLS)]


@pytest.mark.parametrize(
    "done",
    [
        "{heard: booked}",
        "{heard: BOOKED for}",
        "{heard: 'booked for {day}'}",
        "{heard: for tuesday}",
        "{heard: 'goodbye, {name}'}",
        "{heard: how can i help}",
        "{tool_ok: lookup}",
    ],
)
def test_an_end_that_the_script_comes_to(done: str) -> None:
    assert told(done=done) == []


@pytest.mark.parametrize("heard", ["boked", "for Wednesday", "booked, {name}"])
def test_words_that_no_reply_says(heard: str) -> None:
    (doubt,) = told(done=f"{{heard: '{heard}'}}")
    assert doubt.startswith(f"dialogue ask, done: no reply says {heard!r}")


def test_a_result_that_is_said_alone_may_be_anything() -> None:
    text = DIALOGUE.replace("You are booked for {{day}}.", "{{result.message}}.")
    plan = make_plan(
        scenario(text.format(call="lookup(date={day})", done="{heard: done}")),
        {}, KINDS, today=TODAY, voices=VOICES,
    )  # fmt: skip
    assert not list(doubts(plan, TOOLS))


@pytest.mark.parametrize(
    ("call", "doubt"),
    [
        ("lookup(day={day})", "the mocked lookup takes no 'day'; known arguments: date"),
        ("lokup(date={day})", "no mock serves 'lokup'; did you mean 'lookup', or is it your age"),
    ],
)
def test_a_call_that_a_mock_is_likely_not_to_serve(call: str, doubt: str) -> None:
    (line,) = told(call)
    assert line.startswith(f"dialogue ask, reply 1: {doubt}")


def test_a_tool_of_the_agents_own_is_none_of_our_business() -> None:
    assert told("transfer_money(to={name})") == []


@pytest.mark.parametrize("gate", [{"samples": 13}, {"task_completed": {"fewest": 13}}])
def test_a_gate_that_needs_more_calls_than_are_planned(gate: dict[str, Any]) -> None:
    (line,) = told(gate=gate)
    assert "needs 13 calls after the warm-up, and 12 are planned" in line


def test_gates_that_have_enough() -> None:
    assert told(gate={"samples": 12, "task_completed": {"fewest": 12}}) == []
