"""What types cannot say, and the words for what is wrong."""

from __future__ import annotations

import msgspec
import pytest

from harness.files.grammar import Filled, Secret, Source, suggestion
from kernel.units import builtins


def test_a_secret_is_shown_and_written_nowhere() -> None:
    secret = Secret("hush")
    assert secret == "hush"
    assert "hush" not in repr(secret)
    assert repr(Secret()) == "Secret()"
    with pytest.raises(NotImplementedError):
        builtins({"auth_token": secret})
    with pytest.raises((TypeError, msgspec.MsgspecError)):
        msgspec.json.encode(secret)


def test_a_problem_falls_back_on_the_nearest_line() -> None:
    source = Source("s.yaml", {(): 1, ("load",): 4, ("load", 0): 5})
    assert source.line(("load", 0, "rate")) == 5
    assert source.line(("load", 1)) == 4
    assert source.line(("gate",)) == 1
    assert Source("s.yaml").line(("gate",)) == 0
    assert str(source.problem(("load",), "wrong", "mend it")) == "s.yaml:4: wrong\n  → mend it"


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("rtae", ["rate", "for"], "did you mean 'rate'? known keys: rate, for"),
        ("RATE", ["rate", "for"], "did you mean 'rate'? known keys: rate, for"),
        ("colour", ["rate", "for"], "known keys: rate, for"),
        ("rate", [], "there are no keys"),
    ],
)
def test_suggestion(word: str, known: list[str], expected: str) -> None:
    assert suggestion(word, known, "keys") == expected


def test_a_filled_text_shows_how_it_is_written() -> None:
    url = Filled.of("https://me:hush@a/v", "https://${LOGIN}@a/v", ["me:hush"])
    assert url == "https://me:hush@a/v"
    assert url.shown == "https://…@a/v"
    assert Filled("reference").shown == "reference"
    header = Filled.of("Bearer hush", "Bearer ${TOKEN}", ["hush"])
    assert repr(header) == "Filled('Bearer ${TOKEN}')"
    with pytest.raises(NotImplementedError):
        builtins({"authorization": header})
