"""Keys as agents tell of them."""

from __future__ import annotations

import pytest

from kernel.dialogue import Dialogue, Line
from mocks.mind.keypad import Keypads, pressed

MENU = Dialogue("menu", (Line("Hi."), Line(dtmf="{pin}#"), Line(dtmf="1"), Line(dtmf="1")))
OTHER = Dialogue("other", (Line(dtmf="*9 {code} 0"),))


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("1 2 3 #", "123#"),
        ("DTMF: 123#", "123#"),
        ("User pressed 1.", "1"),
        ("[keypad input] *9", "*9"),
        ("I am 42", ""),
        ("", ""),
        ("the keys", ""),
    ],
)
def test_keys_are_told_in_many_ways(text: str, keys: str) -> None:
    assert pressed(text) == keys


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1234#", [(0, 2, {"pin": "1234"})]),
        ("1234", [(0, 2, {"pin": "1234"})]),  # the hash stayed with the agent
        ("1", [(0, 3, {}), (0, 4, {})]),
        ("*9 77 0", [(1, 1, {"code": "77"})]),
        ("one two", []),
    ],
)
def test_the_likeliest_lines(text: str, found: list[object]) -> None:
    sayings = Keypads([MENU, OTHER]).of(text)
    assert [(one.dialogue, one.line, one.heard) for one in sayings] == found


def test_without_such_lines_digits_are_words() -> None:
    assert Keypads([Dialogue("book", (Line("It is {number}."),))]).of("1234#") == []
