from harness.callers.manners import Manners
from harness.callers.messages import Say
from harness.callers.part import Part

LINES = ("Hi, this is Ada.", "On Tuesday.", "Goodbye.")


def part(replies: dict[int, list[str]] | None = None, **manners: int) -> Part:
    return Part(LINES, {"phone": "415."}, replies or {}, Manners(**manners))


def test_one_line_follows_another_until_the_last() -> None:
    ada = part()
    assert ada.first == Say(LINES[0], 1)
    second = ada.next(ada.first, "Which day?")
    assert second == Say(LINES[1], 2)
    assert not ada.is_last(second)
    last = Say(LINES[2], 3)
    assert ada.is_last(last)
    assert ada.next(last, "Bye.") is None


def test_what_is_asked_out_of_order_is_told_in_the_same_place() -> None:
    ada = part(asides=1)
    assert ada.next(ada.first, "Your PHONE number?") == Say("415.", 1, 1)
    assert ada.next(ada.first, "Your phone number?") == Say(LINES[1], 2)


def test_repeats_are_counted_until_something_else_is_said() -> None:
    ada = part(repeats=1)
    assert ada.again(ada.first) == Say(LINES[0], 1, 1)
    assert ada.again(ada.first) is None
    second = ada.next(ada.first, "Fine.")
    assert second is not None
    assert ada.again(second) == Say(LINES[1], 2, 1)


def test_the_script_tells_what_manner_of_answer_to_expect() -> None:
    ada = part({1: ["Okay."], 2: ["Nine is free.", "Sorry."]})
    assert ada.expects(Say(LINES[0], 1)) == {"acknowledgement"}
    assert ada.expects(Say(LINES[1], 2)) == {"content", "acknowledgement"}
    assert ada.expects(Say(LINES[2], 3)) == set()
    assert ada.expects(Say(LINES[0], 1, 1)) == {"acknowledgement"}
    assert ada.expects(Say("415.", 1, 1)) == set()  # what is said out of order has no place there


def test_lines_may_be_pressed_or_wait() -> None:
    ada = Part(("Hi.", "123#", "Bye."), {}, {}, Manners(), keyed=(2,), pauses={3: 2.5})
    pressed = ada.next(ada.first, "Your code?")
    assert pressed == Say("123#", 2, keys=True)
    assert ada.again(pressed) == Say("123#", 2, 1, keys=True)
    assert [ada.pause_s(Say("", index)) for index in (1, 2, 3)] == [None, None, 2.5]
    assert ada.pause_s(Say("Bye.", 3, 1)) is None
