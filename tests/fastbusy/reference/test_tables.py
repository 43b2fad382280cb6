"""Fields as tables."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from fastbusy.reference.tables import field_table, fields_of, table
from kernel.units import Duration


class Struct(msgspec.Struct):
    lasts: Duration = msgspec.field(name="for")
    names: tuple[str, ...] = ()
    facts: dict[str, str] = {}


@dataclass
class Plain:
    limit: int
    after: Duration | None = None


def test_structs_and_dataclasses_look_the_same() -> None:
    assert field_table(fields_of(Struct), {"lasts": "how long"}).splitlines() == [
        "| key | written | default | meaning |",
        "| --- | --- | --- | --- |",
        "| `for` | duration: `500ms`, `5m` | required | how long |",
        "| `names` | list of text |  |  |",
        "| `facts` | text → text |  |  |",
    ]
    assert field_table(fields_of(Plain), {}).splitlines()[2:] == [
        "| `limit` | whole number | required |",
        "| `after` | duration: `500ms`, `5m` |  |",
    ]


def test_cells_cannot_break_the_table() -> None:
    assert table(["a"], [["x|y <z>"]]).endswith("| x\\|y &lt;z> |")
