"""When keys are pressed."""

from __future__ import annotations

from itertools import pairwise

from harness.callers.keypad import FASTEST_NS, SLOWEST_NS, presses


def test_keys_come_one_after_the_other_at_a_persons_pace() -> None:
    pressed = presses("123#", 7, "c1")
    assert [key for _, key in pressed] == ["1", "2", "3", "#"]
    assert pressed[0][0] == 0
    gaps = [later - at for (at, _), (later, _) in pairwise(pressed)]
    assert all(FASTEST_NS <= gap <= SLOWEST_NS for gap in gaps)
    assert len(set(gaps)) == len(gaps)


def test_the_same_names_press_alike() -> None:
    assert presses("123#", 7, "c1") == presses("123#", 7, "c1")
    assert presses("123#", 7, "c1") != presses("123#", 7, "c2")


def test_what_is_no_key_is_not_pressed() -> None:
    assert "".join(key for _, key in presses("415 555-0134 *", 7)) == "4155550134*"
