"""Which type a tag names; how mistakes are told stands in test_strict.py."""

from __future__ import annotations

from dataclasses import dataclass

from harness.files.grammar import Variant
from harness.files.keys import Key
from harness.files.nodes import compose
from harness.files.variants import Entries, further


@dataclass
class Circle:
    radius: float


@dataclass
class Square:
    side: int
    at: int = 0


VARIANT = Variant("kind", "figure", "figure", {"circle": Circle, "square": Square}, "circle")
OWN = {"at": Key("at", int, required=False)}


def entries(text: str) -> Entries:
    return {key.value: (key, value) for key, value in compose(text, "f.yaml").value}


def test_the_tag_names_the_type_and_its_keys_stand_beside_the_own() -> None:
    found, unknown = further(OWN, VARIANT, entries("{kind: square, side: 2}"))
    assert (found.kind, list(found.keys), unknown) == (Square, ["side"], None)


def test_without_a_tag_the_default_is_meant() -> None:
    assert further(OWN, VARIANT, entries("{radius: 2}"))[0].kind is Circle


def test_a_slip_of_the_tag_itself_is_seen_through() -> None:
    assert further(OWN, VARIANT, entries("{knd: square}"))[0].kind is Square


def test_an_unknown_name_comes_with_the_keys_that_are_likely() -> None:
    found, unknown = further(OWN, VARIANT, entries("{kind: squre}"))
    assert unknown is not None
    assert (found.kind, list(found.keys), unknown.value) == (None, ["side"], "squre")
    found, _ = further(OWN, VARIANT, entries("{kind: hexagon}"))
    assert list(found.keys) == ["radius", "side"]
