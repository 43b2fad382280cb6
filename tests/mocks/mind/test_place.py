import datetime as dt
from collections.abc import Sequence

import pytest

from kernel.dialogue import Dialogue, Line, Reply, ToolCall
from mocks.mind.conversation import ToolCallMade, ToolOffered, Turn
from mocks.mind.place import Place, Places

TODAY = dt.date(2026, 1, 1)
CLOSING = ("Yes, that is right.", "No, thanks. Goodbye.")
BOOK = Dialogue(
    name="book",
    caller=tuple(
        map(Line, ("Hi, this is {name}. I want to book.", "On {date}, please.", *CLOSING))
    ),
    facts={"name": "person", "date": "date"},
    answers={"name": "My name is {name}."},
    replies={
        1: Reply("Sure, {name}. Which day suits you?"),
        2: Reply(call=ToolCall("find_slots", {"date": "{date}"}), then="I have {result.0}. Right?"),
    },
)
CARD = Dialogue(
    name="card",
    caller=tuple(map(Line, ("Hello, I am {name} and lost my card.", "Number {number}.", *CLOSING))),
    facts={"name": "person", "number": "number"},
    replies={1: Reply("What are its last digits?"), 2: Reply(call=ToolCall("block_card", {}))},
)
PLACES = Places([BOOK, CARD], TODAY)


def find(*heard: str, said: Sequence[str] = (), tools: Sequence[str] = ()) -> Place | None:
    """The place after these turns; `said` are the assistant's words in the first of them."""
    replies = [*said, *[""] * len(heard)]
    turns = [Turn(heard=one, said=reply) for one, reply in zip(heard, replies, strict=False)]
    return PLACES.find(turns, [ToolOffered(name, {}) for name in tools])


def where(place: Place | None) -> tuple[str, int] | None:
    return (place.dialogue.name, place.line) if place else None


def test_the_last_turn_decides() -> None:
    assert where(find("Hi, this is Ada King. I want to book.")) == ("book", 1)
    assert where(find("Hi, this is Ada King. I want to book.", "On May 3rd, please.")) == (
        "book",
        2,
    )


def test_a_line_may_be_said_again() -> None:
    assert where(find("On May 3rd, please.", "On May 3rd, please.")) == ("book", 2)


def test_of_two_lines_in_one_turn_the_later_counts() -> None:
    assert where(find("Hi, this is Ada King. I want to book. On May 3rd, please.")) == ("book", 2)


@pytest.mark.parametrize(
    ("opening", "name"),
    [("Hi, this is Ada King. I want to book.", "book"), ("Number 4217.", "card")],
)
def test_what_was_said_before_tells_dialogues_apart(opening: str, name: str) -> None:
    assert where(find(opening, "Yes, that is right.")) == (name, 3)


@pytest.mark.parametrize(
    ("reply", "name"),
    [("Sure, Ada. Which day suits you?", "book"), ("What are its last digits?", "card")],
)
def test_what_the_assistant_said_tells_them_apart_too(reply: str, name: str) -> None:
    assert where(find("blah", "Yes, that is right.", said=[reply])) == (name, 3)


@pytest.mark.parametrize(
    ("tools", "name"),
    [(["find_slots"], "book"), (["block_card"], "card"), ([], "book"), (["x"], "book")],
)
def test_so_do_the_tools_and_at_last_the_order_of_the_script(tools: list[str], name: str) -> None:
    assert where(find("Yes, that is right.", tools=tools)) == (name, 3)


def test_nothing_in_the_script_is_no_place() -> None:
    assert find("What is the weather like in Paris?") is None
    assert find("Hi, this is Ada King. I want to book.", "Is it raining in Rome?") is None
    assert find("") is None


def test_less_is_enough_for_the_line_that_is_due() -> None:
    damaged = "Ye, txax ws rixht."
    assert find(damaged) is None
    assert where(find("On May 3rd, please.", damaged)) == ("book", 3)
    assert find("Hi, this is Ada King. I want to book.", damaged) is None, "it is not due yet"


def test_an_answer_out_of_order_is_line_0() -> None:
    place = find("Hi, this is Ada. I want to book.", "My name is Ada King.")
    assert where(place) == ("book", 0)
    assert place is not None
    assert place.heard == {"name": "Ada King"}


def test_what_was_heard_last_counts_if_it_is_of_its_kind() -> None:
    place = find("On May 3rd, please.", "On June 4th, please.")
    assert place is not None
    assert place.heard["date"] == "June 4th"
    place = find("On June 4th, please.", "On some qy, please.")
    assert place is not None
    assert place.heard["date"] == "June 4th"


def test_a_like_sentence_of_the_assistant_is_not_read_for_another_slot() -> None:
    sure = "Sure, {name}. Which day would you like?"
    offer = "I have {result.0}. Which one would you like?"
    book = Dialogue(
        name="book",
        caller=tuple(map(Line, ("Hi, {name} here. I want to book.", "On {date}, please."))),
        facts={"name": "person", "date": "date"},
        replies={1: Reply(sure), 2: Reply(call=ToolCall("find_slots", {}), then=offer)},
    )
    said = "I have 09:00 or 09:30. Which one would you like?"
    turns = [Turn(heard="I want to book.", said=said), Turn(heard="On May 3rd, please.")]
    place = Places([book], TODAY).find(turns, [])
    assert place is not None
    assert "name" not in place.heard


def test_what_was_never_heard_may_have_been_repeated_by_the_assistant() -> None:
    place = find("blah", "On May 3rd, please.", said=["Sure, Ada King. Which day suits you?"])
    assert place is not None
    assert place.heard == {"date": "May 3rd", "name": "Ada King"}
    place = find(
        "Hi, this is Bob Ray. I want to book.",
        "On May 3rd, please.",
        said=["Sure, Ada King. Which day suits you?"],
    )
    assert place is not None
    assert place.heard["name"] == "Bob Ray"


def test_a_script_without_dialogues_has_no_places() -> None:
    assert Places([], TODAY).find([Turn(heard="Hello?")], []) is None


def test_a_summary_tells_facts_and_never_the_place() -> None:
    summary = (
        "Summary: Hi, this is Ada King. I want to book. On May 3rd, please. I have 10:00. Right?"
    )
    place = PLACES.find([Turn(heard=CLOSING[0])], [], [summary])
    assert where(place) == ("book", 3)
    assert place is not None
    assert place.heard == {"name": "Ada King", "date": "May 3rd", "result.0": "10:00"}


def test_a_fact_of_the_wrong_kind_in_a_summary_is_none() -> None:
    place = PLACES.find(
        [Turn(heard=CLOSING[0])], [], ["On my way, please. Sure, 17. Which day suits you?"]
    )
    assert place is None or not place.heard


def test_what_a_tool_was_called_with_is_known_unless_it_was_heard() -> None:
    called = [ToolCallMade("1", "find_slots", {"date": "2026-05-03"})]
    turns = [Turn("Hi, this is Ada King. I want to book.", called, said="?"), Turn(CLOSING[0])]
    place = PLACES.find(turns, [])
    assert place is not None
    assert place.heard == {"name": "Ada King", "date": "2026-05-03"}
    place = PLACES.find([*turns, Turn("On May 4th, please.")], [])
    assert place is not None
    assert place.heard["date"] == "May 4th"


def test_keys_are_lines_too() -> None:
    menu = Dialogue(
        "menu",
        (Line("Hi, {name} here."), Line(dtmf="{pin}#"), Line(dtmf="1"), Line("Bye now.")),
        {"name": "person", "pin": "number"},
    )
    places = Places([BOOK, menu], TODAY)
    hi, code = Turn(heard="Hi, Ada King here.", said="Code?"), Turn(heard="1 2 3 4 #", said="And?")
    place = places.find([hi, code], [])
    assert (where(place), place and place.heard["pin"]) == (("menu", 2), "1234")
    assert where(places.find([hi, code, Turn(heard="DTMF: 1")], [])) == ("menu", 3)
