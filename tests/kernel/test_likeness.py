import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.dialogue import Dialogue, Line, fill
from kernel.likeness import ALIKE, Lines, likeness, look_alikes
from tests.damage import damaged

LINES = [
    "Hi, this is {name}. I would like to book an appointment.",
    "On {date}, please.",
    "The first one, please.",
    "No, that is all. Goodbye.",
]
FACTS = {"name": "Maria Lopez", "date": "December 3rd"}


@pytest.mark.parametrize("number", range(len(LINES)))
def test_a_line_is_found_first(number: int) -> None:
    ways = Lines(LINES).read(fill(LINES[number], FACTS))
    assert ways[0][0] == number
    assert ways[0][1].share == 1


@pytest.mark.parametrize("number", range(len(LINES)))
def test_a_damaged_line_is_found_first_in_96_of_100(number: int) -> None:
    lines, said = Lines(LINES), fill(LINES[number], FACTS)
    right = 0
    for seed in range(300):
        ways = lines.read(damaged(said, 0.15, number, seed))
        right += bool(ways) and ways[0][0] == number
    assert right >= 288


@pytest.mark.parametrize("text", ["", "?", "\n", "zzz qqq"])
def test_a_text_without_a_shared_trigram_is_no_line(text: str) -> None:
    assert Lines(LINES).read(text) == []


def test_no_lines_are_never_found() -> None:
    assert Lines([]).read("anything") == []


def test_lines_of_slots_only_are_never_found() -> None:
    assert Lines(["{a}", "{a}, {b}."]).read("a b") == []


def test_equal_lines_come_in_their_order() -> None:
    assert [number for number, _ in Lines(["Yes, do.", "Yes, do."]).read("Yes, do.")] == [0, 1]


def test_a_short_line_is_found_among_many_long_ones_that_the_wrapping_resembles() -> None:
    topics = ("refund", "parking", "invoice", "delivery", "opening hour", "holiday", "warranty")
    ask = "We ask customers for their reference before any {} question."
    lines = Lines([ask.format(topic) for topic in topics] + ["No drinks."])
    text = "Customers give us a reference before we ask.\nUser: No drinks.\nAny questions are fine."
    assert len(topics) in [number for number, _ in lines.read(text)]


def test_the_same_line_of_many_dialogues_is_found_in_each() -> None:
    lines = Lines(["Yes, please.", "Something else."] * 40)
    assert [number for number, _ in lines.read("Yes, please.")] == [*range(0, 80, 2)]


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Yes, please.", "Yes, please.", 1, 1),
        ("Hi, I am {a}.", "Hi, I am {b}.", 0.9, 1),
        ("Yes, that is right.", "Yes, that is all right.", 0.8, 1),
        ("No, that is all.", "The first one, please.", 0, 0.3),
        ("My name is {a}.", "My number is {b}.", 0.4, ALIKE),
        ("{a}", "{b}", 1, 1),
        ("{a}", "Yes.", 0, 0),
        ("abc", "xyz", 0, 0),
    ],
)
def test_likeness_is_a_matter_of_degree(one: str, other: str, least: float, most: float) -> None:
    assert least <= likeness(one, other) <= most
    assert likeness(other, one) == pytest.approx(likeness(one, other), abs=0.15)


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_lies_between_0_and_1(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) <= 1


def test_look_alikes_of_a_dialogue_are_named_in_pairs() -> None:
    said = [*LINES, "No, that was all. Goodbye."]
    dialogue = Dialogue("book", tuple(map(Line, said)))
    assert look_alikes(dialogue) == [(said[3], said[4])]
    assert look_alikes(Dialogue("book", tuple(map(Line, LINES)))) == []
