"""Texts as values; the words for what is wrong stand in test_strict.py."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from harness.files.grammar import Filled, Secret, Shell
from harness.files.nodes import compose
from harness.files.scalars import Unreadable, filled, in_two, scalar
from kernel.units import Duration


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("no", str, "no"),
        ("'7'", str, "7"),
        ("7", int, 7),
        ("7", float, 7.0),
        ("true", bool, True),
        ("2s", Duration, Duration(2)),
        ("red", Literal["red", "green"], "red"),
        ("${TOKEN}", Secret, Secret("hush")),
        ("Bearer ${TOKEN}", Filled, Filled("Bearer hush")),
        ("plain", Filled, Filled("plain")),
        ("PORT=${PORT} ./run", Shell, Shell("PORT=${PORT} ./run")),
    ],
)
def test_a_text_becomes_a_value_of_its_type(text: str, kind: Any, value: Any) -> None:
    read = scalar(compose(text, "f.yaml"), kind, {"TOKEN": "hush"})
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "kind", "remedy"),
    [
        ("{name}", str, "put quotes around texts that hold {slots}"),
        ("[7]", int, ""),
        ("'7'", int, "write it without quotes"),
        ("true", int, ""),
        ("2", Duration, "write for example 500ms, 2s or 5m"),
        ("rad", Literal["red", "green"], "did you mean 'red'? known values: red, green"),
        ("hush", Secret, "write ${NAME} and set NAME in the environment"),
        ("${GONE}", Secret, "set it: export GONE=…"),
        ("${TOKEN} and ${GONE}", Filled, "set it: export GONE=…"),
        ("${EMPTY}", Secret, "set it: export EMPTY=…"),
        ("${a-b}", Filled, "write ${NAME}"),
        ("${TOKEN", Filled, "write ${NAME}"),
        ("${TOKEN}${TOKEN}", Secret, "write ${NAME} and set NAME in the environment"),
        (r'"a\0b"', str, "take it out"),
        (r'"a\0b"', Shell, "take it out"),
        ("${TOKEN}", str, "write the value, or give it on the command line"),
    ],
)
def test_what_is_no_value_has_a_remedy(text: str, kind: Any, remedy: str) -> None:
    with pytest.raises(Unreadable) as caught:
        scalar(compose(text, "f.yaml"), kind, {"TOKEN": "hush", "EMPTY": ""})
    assert caught.value.remedy == remedy


def test_a_remedy_stands_behind_a_semicolon() -> None:
    assert in_two(ValueError("4 is much; write 3")) == ("4 is much", "write 3")
    assert in_two(ValueError("4 is much; or not")) == ("4 is much; or not", "")


def test_a_filled_text_knows_its_secrets() -> None:
    environment = {"USER": "me", "PASS": "hush"}
    found = filled("https://${USER}:${PASS}@here/in", environment)
    assert (found, found.secrets) == ("https://me:hush@here/in", ("me", "hush"))
    assert found.written == "https://${USER}:${PASS}@here/in"
