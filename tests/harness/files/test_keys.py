"""The keys that a type is written with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import msgspec
import pytest

from harness.files.keys import Key, blank, is_record, keys_of, sketch
from kernel.dialogue import ToolCall
from kernel.units import Duration


class Struct(msgspec.Struct):
    first: int
    lasts: Duration | None = msgspec.field(default=None, name="for")


@dataclass
class Data:
    label: ClassVar[str] = "data"
    first: int
    second: list[int] = field(default_factory=list)
    third: str = ""
    left: int = field(init=False, default=0)


def test_structs_and_dataclasses_have_keys_alike() -> None:
    assert keys_of(Struct) == {
        "first": Key("first", int, required=True),
        "for": Key("lasts", Duration | None, required=False),
    }
    assert keys_of(Data) == {
        "first": Key("first", int, required=True),
        "second": Key("second", list[int], required=False),
        "third": Key("third", str, required=False),
    }


class Open(msgspec.Struct):
    one: int = 0
    two: int = 0
    three: int = 0
    four: int = 0


def test_a_sketch_shows_what_must_be_there_or_else_what_may() -> None:
    assert sketch(keys_of(Struct)) == "{first: …}"
    assert sketch(keys_of(Open)) == "{one: …, two: …, three: …}"


def test_only_what_needs_nothing_can_be_blank() -> None:
    assert blank(Open) == Open()
    assert blank(Struct) is None
    assert blank(str) is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(Struct, True), (Data, True), (ToolCall, False), (Duration, False), (dict[str, int], False)],
)
def test_what_has_a_parse_is_no_record(kind: object, expected: bool) -> None:
    assert is_record(kind) is expected
