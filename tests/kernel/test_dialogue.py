import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.dialogue import Dialogue, Line, Reply, Script, ToolCall, fill, slots
from kernel.units import builtins, convert


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("find_slots(day={when})", "find_slots", {"day": "{when}"}),
        ("find_slots()", "find_slots", {}),
        ("  crm.find-slots( day = {when} , ) ", "crm.find-slots", {"day": "{when}"}),
        ("book(a=1, b='two', c=\"3\")", "book", {"a": "1", "b": "two", "c": "3"}),
        ("note(text='one, two', who={name})", "note", {"text": "one, two", "who": "{name}"}),
        ("note(text=it's {name}, day=1)", "note", {"text": "it's {name}", "day": "1"}),
        ("book(time={result.slots.0})", "book", {"time": "{result.slots.0}"}),
        ("f(x=a=b)", "f", {"x": "a=b"}),
    ],
)
def test_calls_are_written_as_in_python(text: str, name: str, arguments: dict[str, str]) -> None:
    assert ToolCall.parse(text) == ToolCall(name, arguments)


@pytest.mark.parametrize("wrong", ["", "find_slots", "find slots()", "find_slots(day", "1f()"])
def test_what_is_no_call_is_shown_with_an_example(wrong: str) -> None:
    with pytest.raises(ValueError, match="no tool call; write for example find_slots"):
        ToolCall.parse(wrong)


@pytest.mark.parametrize("wrong", ["f(3)", "f(a=1, 3)", "f(=1)"])
def test_arguments_have_names(wrong: str) -> None:
    with pytest.raises(ValueError, match="not of the form name=value"):
        ToolCall.parse(wrong)


def test_an_argument_is_given_once() -> None:
    with pytest.raises(ValueError, match=r"'a' in .* is given twice; give it once"):
        ToolCall.parse("f(a=1, b=2, a=3)")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hi, {name}, on {when}.", ("name", "when")),
        ("{result.slots.0} or {result.freeSlots.1}", ("result.slots.0", "result.freeSlots.1")),
        ("{} {1} {a b} {a.} {Name} plain", ()),
    ],
)
def test_slots_are_found_in_order(text: str, found: tuple[str, ...]) -> None:
    assert slots(text) == found


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hi, {name}.", "Hi, Ada."),
        ("{result.slots.0} or {result.slots.1}", "09:00 or 10:00"),
        ("{result.free}", "0"),
        ("{result.slots.2}", "{result.slots.2}"),
        ("{result.slots.first}", "{result.slots.first}"),
        ("{name.first}", "{name.first}"),
        ("{nobody}", "{nobody}"),
        ("{result.nothing}", "{result.nothing}"),
    ],
)
def test_slots_are_filled_and_those_without_a_value_stay(text: str, filled: str) -> None:
    result = {"slots": ["09:00", "10:00"], "free": 0, "nothing": None}
    assert fill(text, {"name": "Ada", "result": result}) == filled


@given(st.text())
def test_a_text_without_slots_stays(text: str) -> None:
    if not slots(text):
        assert fill(text, {"name": "Ada"}) == text


@given(st.text())
def test_values_are_not_filled_themselves(value: str) -> None:
    assert fill("<{a}>", {"a": value, "b": "x"}) == f"<{value}>"


DIALOGUE = Dialogue(
    name="book",
    caller=(Line("Hi, {name}."), Line("{day}, please.", behaviours={"barge_in": "20%"})),
    facts={"name": "person", "day": ("Monday", "Tuesday")},
    replies={1: Reply("Which day?"), 2: Reply(call=ToolCall("book", {"day": "{day}"}))},
)


def test_a_script_travels() -> None:
    script = Script((DIALOGUE,), seed=3, today=dt.date(2027, 2, 1))
    wire = msgspec.json.encode(builtins(script))
    assert convert(msgspec.json.decode(wire), Script) == script
    assert convert(builtins(script), Script) == script, "keys that are numbers already stay so"


def test_a_line_has_no_other_keys() -> None:
    with pytest.raises(msgspec.ValidationError, match="louder"):
        convert({"say": "Hi", "louder": True}, Line)


def test_a_line_is_said_or_pressed() -> None:
    assert (Line("Hi.").text, Line(dtmf="1#").text) == ("Hi.", "1#")


def test_a_dialogue_greets_by_itself() -> None:
    assert DIALOGUE.greeting
    assert Script().dialogues == ()
