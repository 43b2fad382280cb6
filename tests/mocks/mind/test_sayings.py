import datetime as dt

import pytest

from kernel.dialogue import Dialogue, Line, Reply
from kernel.text import DAMAGED
from mocks.mind.sayings import Saying, Sayings, apart_from_each_other

TODAY = dt.date(2026, 1, 1)
BOOK = Dialogue(
    name="book",
    caller=(
        Line("Hi, this is {name}, {phone}. I would like to book an appointment."),
        Line("On {date}, please."),
        Line("The first one, please."),
        Line("No, that is all. Goodbye."),
    ),
    facts={"name": "person", "phone": "us_phone", "date": "date", "size": ("small", "large")},
    answers={"name|who": "{name}", "size": "{size}", "phone": "My number is {phone}."},
    replies={1: Reply("Sure, {name}. Which day?"), 2: Reply(then="I have {result.slots.0}.")},
)
CALLERS = Sayings.of_callers([BOOK], TODAY)


def lines(text: str) -> list[int]:
    return [saying.line for saying in CALLERS.of(text)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Hi, this is Ada King, 415 555 0134. I would like to book an appointment.", 1),
        ("On December 3rd, please.", 2),
        ("The first one, please.", 3),
        ("No, that is all. Goodbye.", 4),
        # Pieces, damage, wrapping, and an answer out of order.
        ("Hi, this is Ada King, 415 555 0134.", 1),
        ("I would like to book an appointment.", 1),
        ("On December 3rd", 2),
        (f"N{DAMAGED}, that {DAMAGED}s al{DAMAGED}. Go{DAMAGED}dbye.", 4),
        ("Docs: we are open at nine.\nUser: No, that is all. Goodbye.\nAnswer politely.", 4),
        ("My number is 415 555 0134.", 0),
    ],
)
def test_a_line_is_surely_there(text: str, line: int) -> None:
    assert lines(text)[0] == line


@pytest.mark.parametrize(
    "text",
    [
        "",
        "What is the weather like in Paris?",
        "Delivery, please.",  # no date
        "Is parking included in the price?",
        "yes please",
        DAMAGED * 20,
        "The",
    ],
)
def test_chance_is_no_line(text: str) -> None:
    assert lines(text) == []


def test_what_was_heard_comes_apart_by_kind() -> None:
    saying = CALLERS.of("Hi, this is Ada King 415 555 0134. I would like to book")[0]
    assert saying.heard == {"name": "Ada King", "phone": "415 555 0134"}


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("Ada King.", {"name": "Ada King."}),
        ("Large", {}),
        ("ada king", {}),
        ("Hello", {}),
        ("December 3rd", {}),
    ],
)
def test_an_answer_of_slots_only_is_known_by_its_kind(text: str, heard: dict[str, str]) -> None:
    sayings = CALLERS.of(text)
    assert (dict(sayings[0].heard) if sayings else {}) == heard
    assert all(saying.line == 0 for saying in sayings)


def test_two_lines_in_one_text_are_both_there() -> None:
    text = "On December 3rd, please. The first one, please."
    found = apart_from_each_other(CALLERS.of(text), due=2)
    assert [saying.line for saying in found] == [2, 3]


def test_less_is_enough_for_a_line_that_is_expected() -> None:
    text = "No, thvt isavl. jlooudbys."
    assert lines(text) == []
    assert 4 in [saying.line for saying in CALLERS.perhaps(text)]


def test_only_the_end_of_a_very_long_text_is_read() -> None:
    text = "On December 3rd, please. " + "blah " * 4000 + "The first one, please."
    assert lines(text)[0] == 3
    assert not CALLERS.of(text)[0].heard


def test_replies_are_found_in_what_the_assistant_said() -> None:
    assistants = Sayings.of_assistants([BOOK], TODAY)
    (saying,) = assistants.of("Sure, Ada King. Which day?")
    assert (saying.line, saying.heard) == (1, {"name": "Ada King"})
    assert assistants.of("I have 09:00.")[0].heard == {"result.slots.0": "09:00"}


def say(line: int, weight: float, start: int, end: int, share: float = 1) -> Saying:
    return Saying(0, line, weight, share, start, end, {})


def test_of_readings_of_the_same_words_the_weightier_is_kept() -> None:
    sayings = [say(1, 10, 0, 20), say(2, 12, 5, 25), say(3, 3, 26, 30)]
    assert [one.line for one in apart_from_each_other(sayings, due=3)] == [2, 3]


def test_a_piece_of_a_line_beside_a_likelier_one_was_not_said() -> None:
    sayings = [say(1, 10, 0, 20), say(3, 8, 21, 30, share=0.5)]
    assert [one.line for one in apart_from_each_other(sayings, due=3)] == [1]


def test_in_doubt_the_line_that_is_due_is_kept() -> None:
    sayings = [say(1, 10, 0, 20), say(2, 11, 0, 20)]
    assert [one.line for one in apart_from_each_other(sayings, due=1)] == [1]
    assert [one.line for one in apart_from_each_other(sayings, due=5)] == [2]


def test_a_script_without_lines_holds_nothing() -> None:
    assert Sayings.of_callers([], TODAY).of("Hello, is anybody there?") == []


@pytest.mark.parametrize("wall", ["\n", ": ", '"', "<br>"])
def test_a_long_line_does_not_hide_a_short_one_beside_it(wall: str) -> None:
    long = "Hi, this is Ada King, 415 555 0134. I would like to book an appointment."
    text = f"{long}{wall}{'and then there was a lot of talk ' * 9}{wall}On May 3rd, please."
    found = sorted(CALLERS.of(text), key=lambda saying: saying.start)
    assert [saying.line for saying in found] == [1, 2]
    assert found[1].heard == {"date": "May 3rd"}
    assert found[1].end == pytest.approx(len(text), abs=12)


def test_the_shortest_line_is_seen_when_it_is_set_apart() -> None:
    short = Sayings.of_callers([Dialogue("agree", (Line("Yes."),))], TODAY)
    around = "we are open at nine and close at five, " * 9
    assert [saying.line for saying in short.of(f"Docs: {around}\nUser: Yes.\nBe brief.")] == [1]
