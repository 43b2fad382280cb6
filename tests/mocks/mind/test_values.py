import datetime as dt
from typing import Any

import pytest

from kernel.dialogue import Dialogue, Line, Reply
from kernel.text import DAMAGED
from mocks.mind.conversation import Turn
from mocks.mind.place import Place
from mocks.mind.values import Values

DIALOGUE = Dialogue("book", (), facts={"name": "person", "date": "date", "size": ("small", "big")})
HEARD = {"name": f"ada k{DAMAGED}ing", "date": "December 3rd", "size": "bigg", "note": "be quick"}
TURNS = [
    Turn(results={"a": "{'slots': ['09:00', '09:30'], 'free': 0}"}),
    Turn(results={"b": '{"time": "10:00", "tags": ["x", "y"]}', "c": "plain words"}),
]


def values(heard: dict[str, str] = HEARD) -> Values:
    return Values(Place(DIALOGUE, 1, heard), TURNS, dt.date(2026, 1, 1))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Sure, {name}.", "Sure, ada king."),
        ("On {date}.", "On December 3rd."),
        ("{result.slots.0} or {result.slots.1}?", "09:00 or 09:30?"),
        ("At {result.time}, {result.free} left.", "At 10:00, 0 left."),
        ("Tags: {result.tags}.", "Tags: x, y."),
        ("It says: {result}.", "It says: plain words."),
        ("Nothing to fill.", "Nothing to fill."),
    ],
)
def test_slots_are_spoken_as_they_were_heard(template: str, text: str) -> None:
    assert values().spoken(template) == (text, True)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Goodbye, {nobody}.", "Goodbye."),
        ("Sure, {nobody}, which day?", "Sure, which day?"),
        ("{nobody}, which day?", "which day?"),
        ("At {result.nothing}.", "At."),
        ("{nobody}. Goodbye.", "Goodbye."),
        ("{nobody}.", ""),
    ],
)
def test_an_unknown_slot_is_left_out_and_the_sentence_mended(template: str, text: str) -> None:
    assert values().spoken(template) == (text, False)


def test_a_long_value_is_not_spoken_to_its_end() -> None:
    text, _ = values({"name": "a" * 5000}).spoken("{name}")
    assert 100 < len(text) < 1000


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{date}", "2026-12-03"),
        ("{name}", "Ada King"),
        ("{size}", "big"),
        ("{note}", "be quick"),
        ("{result.free}", 0),
        ("{result.tags}", ["x", "y"]),
        ("call {name}", "call ada king"),
        ("plain", "plain"),
        ("{nobody}", None),
        ("call {nobody}", None),
    ],
)
def test_an_argument_is_what_a_computer_calls_it(template: str, value: Any) -> None:
    assert values().argument(template) == value


def test_an_argument_that_is_not_of_its_kind_is_passed_as_heard() -> None:
    assert values({"date": f"Octem{DAMAGED} 3rd"}).argument("{date}") == "Octem 3rd"


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("name", "Ada King"),
        ("customer_name", "Ada King"),
        ("who", None),
        ("customer", "Ada King"),
        ("visit_day", "2026-12-03"),
        ("phone", None),
    ],
)
def test_a_parameter_is_guessed_by_name_or_kind(parameter: str, value: str | None) -> None:
    assert values().guess(parameter) == value


def test_without_a_place_only_results_are_known() -> None:
    nowhere = Values(None, TURNS, dt.date(2026, 1, 1))
    assert nowhere.spoken("{name} at {result.time}") == ("at 10:00", False)
    assert nowhere.guess("name") is None


def test_what_the_assistant_repeated_of_a_result_stands_in_for_it() -> None:
    repeated = Values(Place(DIALOGUE, 1, {"result.slots.0": "08:00"}), [], dt.date(2026, 1, 1))
    assert repeated.argument("{result.slots.0}") == "08:00"


TALK = Dialogue(
    "book",
    (Line("I am {name}."), Line("On {date}."), Line("Size {size}, please.")),
    facts={"name": "person", "date": "date"},
    replies={1: Reply("Hi."), 2: Reply(then="I have {result.slots.0}."), 3: Reply(then="{result}")},
)


@pytest.mark.parametrize(
    ("line", "heard", "retold"),
    [
        (1, {"name": "Ada King"}, "I am Ada King."),
        (2, {"name": "Ada King", "date": "May 3rd"}, "I am Ada King. On May 3rd."),
        (2, {"date": "May 3rd"}, "On May 3rd."),
        (3, {"size": "big"}, "Size big, please. I have 09:00."),
        (0, {"name": "Ada King"}, ""),
    ],
)
def test_what_was_said_so_far_is_told_in_the_scripts_words(
    line: int, heard: dict[str, str], retold: str
) -> None:
    found = Values(Place(TALK, line, heard), TURNS, dt.date(2026, 1, 1))
    assert found.retold() == retold


def test_nowhere_nothing_was_said() -> None:
    assert Values(None, TURNS, dt.date(2026, 1, 1)).retold() == ""
