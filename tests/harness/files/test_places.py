"""Where a misplaced key belongs."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.files.grammar import Grammar, Named, Variant
from harness.files.keys import keys_of
from harness.files.places import Level, inward, outward


class Dot(msgspec.Struct):
    size: int = 1


class Leaf(msgspec.Struct):
    name: str
    kind: str = "dot"
    rest: Any = None
    later: int = 0


class Tree(msgspec.Struct):
    root: Leaf | None = None
    twigs: tuple[Leaf, ...] = ()
    fruit: dict[str, Any] = {}


GRAMMAR = Grammar(
    named={Leaf: "name"},
    unbuilt={Leaf: {"later": "wait"}},
    variants={Leaf: Variant("kind", "shape", "rest", {"dot": Dot})},
    entries={("fruit",): Named("fruit", {"apple": Dot})},
)


@pytest.mark.parametrize(
    ("key", "under"),
    [
        ("kind", "root"),
        ("size", "root"),
        ("apple", "fruit"),
        ("name", None),
        ("rest", None),
        ("later", None),
        ("pear", None),
    ],
)
def test_one_level_down(key: str, under: str | None) -> None:
    assert inward(key, keys_of(Tree), (), GRAMMAR) == under


def test_entries_of_lists_are_one_level_down_too() -> None:
    keys = {"twigs": keys_of(Tree)["twigs"]}
    assert inward("kind", keys, (), GRAMMAR) == "twigs"


def test_the_nearest_level_around_that_misses_the_key() -> None:
    outer = Level((), {"a", "b", "c"}, {"a"})
    inner = Level(("x", 0), {"b", "d"}, {"d"})
    assert outward("b", [outer, inner]) is inner
    assert outward("c", [outer, inner]) is outer
    assert outward("a", [outer, inner]) is None
    assert outward("d", [outer, inner]) is None
