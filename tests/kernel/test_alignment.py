import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.alignment import Alignment
from kernel.likeness import Lines
from kernel.text import DAMAGED, Text


def lay(line: str, text: str) -> Alignment:
    """`text` along `line`, of which at least a trigram must be there."""
    ((_, alignment),) = Lines([line]).read(text)
    return alignment


def test_a_line_as_it_is_written_is_all_of_itself() -> None:
    alignment = lay("The first one, please.", "The first one, please.")
    assert (alignment.share, alignment.told) == (1, 1)
    assert alignment.weight == alignment.matched == len(" the first one please ")


@pytest.mark.parametrize(
    ("line", "text", "slot", "words"),
    [
        ("Hi, this is {x}. I am late.", "Hi, this is Ada King. I am late.", "x", "Ada King"),
        ("On {x}, please.", "On December 3rd, please.", "x", "December 3rd"),
        ("On {x}, please.", "on december 3rd please", "x", "december 3rd"),
        ("On {x}, please.", "On December 3rd", "x", "December 3rd"),
        ("{x} would be great.", "Tuesday would be great.", "x", "Tuesday"),
        ("{x} would be great.", "Well. Tuesday at three would be great.", "x", "Tuesday at three"),
        ("My number is {x}.", "My number is 4217. And so on.", "x", "4217"),
        ("My number is {x}.", "You asked: my number is 4217\nAnswer briefly.", "x", "4217"),
        # A damaged word beside the slot belongs to the line, not to the slot.
        ("Hi, this is {x}. I am late.", "Hi, this iz Ada King. I am late.", "x", "Ada King"),
        ("Hi, this is {x}. I am late.", f"Hi, th{DAMAGED}s {DAMAGED}s Ada. I am", "x", "Ada"),
        ("On {x}, please.", f"O{DAMAGED} May 4th, pl{DAMAGED}ase.", "x", "May 4th"),
        ("I will go on {x}.", f"I will go o{DAMAGED} May 4th", "x", "May 4th"),
        ("{x} would be great.", f"Tuesday wo{DAMAGED}ld be great", "x", "Tuesday"),
        ("At {x}, that is", "At 9:30, that is", "x", "9:30"),
    ],
)
def test_a_slot_holds_what_was_heard_in_it(line: str, text: str, slot: str, words: str) -> None:
    assert lay(line, text).heard == {(slot,): words}


def test_two_slots_hold_each_their_own() -> None:
    alignment = lay("I am {name} and call about {order}, thanks.", "I am Ada and call about KX 12")
    assert alignment.heard == {("name",): "Ada", ("order",): "KX 12"}


def test_neighbouring_slots_are_heard_together() -> None:
    alignment = lay("I am {name}, {phone}. I am late.", "I am Ada, 415 555 0134. I am late.")
    assert alignment.heard == {("name", "phone"): "Ada, 415 555 0134"}


@pytest.mark.parametrize(
    "text",
    [
        "I am late.",  # the slot's sentence was not said
        "Hi, this is",  # cut off before the slot
        "Hi, this is. I am late.",
        "Hi, this is " + "x" * 200 + " I am late.",
    ],
)
def test_a_slot_with_nothing_or_too_much_in_it_was_not_heard(text: str) -> None:
    heard = lay("Hi, this is {x}. I am late.", text).heard
    assert heard in ({}, {("x",): ""}) or len(heard[("x",)]) < 100


def test_slots_with_nothing_readable_between_them_are_not_told_apart() -> None:
    alignment = lay(
        "I go from {a} to {b} by train.", f"I go from Rome {DAMAGED * 2} Oslo by train."
    )
    assert alignment.heard == {}


def test_damage_costs_little_and_is_not_counted_where_it_shows() -> None:
    line = "I would like to book an appointment."
    shown = lay(line, f"I wo{DAMAGED}ld li{DAMAGED}e to b{DAMAGED}ok an appointment.")
    hidden = lay(line, "I woxld lixe to bxok an appointment.")
    assert shown.share == 1
    assert 0.9 < hidden.share < 1
    assert shown.weight > hidden.weight > 0.8 * len(line)


def test_lost_and_added_characters_cost_little_too() -> None:
    alignment = lay("I would like to book an appointment.", "I wuld like tomm book an apointment.")
    assert alignment.share > 0.8
    assert alignment.weight > 25


def test_what_stands_around_costs_nothing() -> None:
    line = "The first one, please."
    around = lay(line, f"Context: we open at nine.\nQuestion: {line}\nAnswer in one sentence.")
    assert around.weight == lay(line, line).weight
    assert (around.share, around.told) == (1, 1), "told counts what is within the same walls"
    assert lay(line, f"Well then, I think: {line} Thanks a lot for that").told < 0.6


def test_words_put_in_between_cost() -> None:
    line = "The first one, please."
    split = lay(line, "The first err what was it one, please.")
    assert split.share == 1
    assert split.weight < lay(line, line).weight


def test_far_apart_is_not_one_saying() -> None:
    alignment = lay("The first one, please.", "The first" + " blah" * 40 + " one, please.")
    assert alignment.share < 0.7


def test_of_two_sayings_the_weightier_counts() -> None:
    text = "first one" + " blah" * 40 + " The first one, please."
    assert lay("The first one, please.", text).share == 1


@given(
    st.text("abcdefg .", min_size=3, max_size=40),
    st.text("abcdefg .\n:" + DAMAGED, max_size=80),
)
def test_any_text_lies_somehow_along_any_line(line: str, text: str) -> None:
    for slot in ("{s} ", " {s}", " {s} and {t} "):
        for _, alignment in Lines([line + slot + line]).read(text):
            assert 0 <= alignment.share <= 1
            assert alignment.matched > 0
            assert 0 <= alignment.start < alignment.end <= len(Text(text))
            assert 0 < alignment.told <= 1
