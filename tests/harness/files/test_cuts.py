"""Texts that braces cut at their commas are put together again."""

from __future__ import annotations

import pytest

from harness.files.cuts import uncut
from harness.files.nodes import compose


def words(text: str) -> tuple[list[list[str]], int]:
    items, cut = uncut(compose(text, "f.yaml"))
    return [[str(node.value) for node in item] for item in items], len(cut)


@pytest.mark.parametrize(
    ("text", "items", "cut"),
    [
        ("{a: f(1, 2), b: 3}", [["a", "f(1, 2)"], ["b", "3"]], 1),
        ("{a: f(1, 2, 3), b: g(4, 5)}", [["a", "f(1, 2, 3)"], ["b", "g(4, 5)"]], 2),
        ("{a: f(1, b: 2)}", [["a", "f(1, b: 2)"]], 1),
        ("[f(1, 2), x]", [["f(1, 2)"], ["x"]], 1),
        ("[f(g(1, 2), 3)]", [["f(g(1, 2), 3)"]], 1),
        ("{a: 'f(1, 2)', b: 3}", [["a", "f(1, 2)"], ["b", "3"]], 0),
        ("{a: f(1), b: )}", [["a", "f(1)"], ["b", ")"]], 0),
        ("{a: (, b: 2, c: 3}", [["a", "("], ["b", "2"], ["c", "3"]], 0),
        ("{a: (, b: '2)'}", [["a", "("], ["b", "2)"]], 0),
        ("a: f(1, 2)", [["a", "f(1, 2)"]], 0),
        ("- (\n- )", [["("], [")"]], 0),
    ],
)
def test_an_open_bracket_holds_together_what_follows(
    text: str, items: list[list[str]], cut: int
) -> None:
    assert words(text) == (items, cut)


def test_a_text_keeps_the_line_where_it_begins() -> None:
    (item,), _ = uncut(compose("# one\n{a: f(1,\n 2)}", "f.yaml"))
    assert item[-1].start_mark.line == 1
