"""YAML text as a tree that knows its lines."""

from __future__ import annotations

import pytest

from harness.files.nodes import MAX_BYTES, compose, is_null, line_of, plain, shape
from kernel.errors import FileProblems


def test_scalars_stay_what_they_look_like() -> None:
    text = "[no, on, yes, 1e3, 012, 1.50, -3, true, false, null, ~, , 'true', \"7\"]"
    assert plain(compose(text.replace(" , ", " "), "f.yaml")) == [
        "no", "on", "yes", "1e3", "012", 1.5, -3, True, False, None, None, "true", "7",
    ]  # fmt: skip


def test_keys_and_lists_become_builtins() -> None:
    assert plain(compose("a: {b: [1, x]}\nc:", "f.yaml")) == {"a": {"b": [1, "x"]}, "c": None}


def test_lines_count_from_one() -> None:
    tree = compose("a:\n  b: 1\n", "f.yaml")
    assert line_of(tree) == 1
    assert line_of(tree.value[0][1]) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", False), ("~", True), ("unknown", True), ("'null'", False), ("0", False)],
)
def test_nothing_has_several_spellings(text: str, expected: bool) -> None:
    assert is_null(compose(f"a: {text}", "f.yaml").value[0][1]) is expected


def test_anchors_are_fine() -> None:
    tree = compose("a: &x {b: 1}\nc: [*x, *x]", "f.yaml")
    assert plain(tree) == {"a": {"b": 1}, "c": [{"b": 1}, {"b": 1}]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a: {name} hi",
            "f.yaml:1: not YAML: expected <block end>, but found '<scalar>'\n"
            "  → put quotes around texts that hold {slots}, ': ', ' #' or commas",
        ),
        (
            "a: b: c",
            "f.yaml:1: not YAML: mapping values are not allowed here\n"
            "  → put quotes around texts that hold {slots}, ': ', ' #' or commas",
        ),
        (
            "a:\n\t- b",
            "f.yaml:2: not YAML: found character '\\t' that cannot start any token\n"
            "  → indent with spaces, not with tabs",
        ),
        (
            "a: @b",
            "f.yaml:1: not YAML: found character '@' that cannot start any token\n"
            "  → put quotes around texts that start with @, %, ` or |",
        ),
        (
            "a: [1,\n",
            "f.yaml:2: not YAML: expected the node content, but found '<stream end>'\n"
            "  → close what was opened: [ with ], { with }",
        ),
        (
            "a: 'b",
            "f.yaml:1: not YAML: found unexpected end of stream\n  → close the quoted text",
        ),
        (
            "- a\nb: 1",
            "f.yaml:2: not YAML: expected <block end>, but found '?'\n"
            "  → indent this line like its neighbours",
        ),
        (
            "a: *b",
            "f.yaml:1: not YAML: found undefined alias 'b'\n"
            "  → define it first with &NAME, or put quotes around a text that starts with *",
        ),
        (
            "a: 1\n---\nb: 2",
            "f.yaml:2: not YAML: but found another document\n"
            "  → keep one document per file; take out the line ---",
        ),
        (
            "a: \x01",
            "f.yaml: not YAML: unacceptable character #x0001: special characters are not allowed\n"
            "  → save it as plain UTF-8 text",
        ),
        (
            "a: 1\nb: &x [1, *x]",
            "f.yaml:2: contains itself through an alias\n  → take out the *",
        ),
        (
            "a: 1\nb: !!python/name:os.system x",
            "f.yaml:2: the tag '!!python/name:os.system' means nothing here\n"
            "  → take it out, or put quotes around the text",
        ),
        (
            "a: !x 1",
            "f.yaml:1: the tag '!x' means nothing here\n"
            "  → take it out, or put quotes around the text",
        ),
        (
            "? [a, b]\n: 1",
            "f.yaml:1: a key must be text\n"
            "  → put quotes around texts that hold {slots}, ': ', ' #' or commas",
        ),
        ("# nothing", "f.yaml: the file is empty\n  → start with name: and why:"),
        ("[" * 600, "f.yaml: nested too deeply\n  → a scenario needs about ten levels"),
        (
            "x" * (MAX_BYTES + 1),
            "f.yaml: larger than 1 MB\n  → split it, or check the path",
        ),
        (
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(
                f"{b}: &{b} [*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a}]\n"
                for a, b in zip("abcd", "bcde", strict=True)
            ),
            "f.yaml:5: unfolds to more than 100000 values\n  → shorten it, or use fewer aliases",
        ),
    ],
)  # fmt: skip
def test_what_is_no_tree_is_refused_with_line_and_remedy(text: str, expected: str) -> None:
    with pytest.raises(FileProblems) as caught:
        compose(text, "f.yaml")
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [("{a: 1}", "keys and values"), ("[a]", "a list"), ("a", "'a'"), ("''", "nothing")],
)
def test_what_a_tree_is_in_words(text: str, words: str) -> None:
    assert shape(compose(text, "f.yaml")) == words


def test_a_long_text_is_told_in_part() -> None:
    assert len(shape(compose("a" * 1000, "f.yaml"))) < 100
