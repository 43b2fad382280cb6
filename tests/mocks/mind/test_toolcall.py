from collections.abc import Mapping
from typing import Any

import pytest

from kernel.dialogue import ToolCall
from mocks.mind.conversation import ToolOffered
from mocks.mind.toolcall import arguments, kind_of, offered


def nothing(name: str) -> None:
    return None


def tool(name: str, *required: str, optional: tuple[str, ...] = (), **schemas: Any) -> ToolOffered:
    properties = {one: schemas.get(one, {"type": "string"}) for one in (*required, *optional)}
    return ToolOffered(
        name, {"type": "object", "properties": properties, "required": list(required)}
    )


LOOKUP, BOOK = tool("lookup_slots", "date"), tool("book_appointment", "date", "time", "name")


@pytest.mark.parametrize(
    ("call", "tools", "found"),
    [
        ("lookup_slots(date=x)", [BOOK, LOOKUP], "lookup_slots"),
        ("lookupSlots(date=x)", [BOOK, LOOKUP], "lookup_slots"),
        ("lookup_slots(date=x)", [tool("crm.lookup_slots", "day")], "crm.lookup_slots"),
        ("lookup_slot(date=x)", [BOOK, LOOKUP], "lookup_slots"),
        ("book_appointments(date=x, time=y)", [BOOK, LOOKUP], "book_appointment"),
        # Two that are as like, an unlike one, and none at all.
        ("slots(date=x)", [tool("find_slots", "date"), tool("look_slots", "date")], None),
        ("transfer_call(to=x)", [BOOK, LOOKUP], None),
        ("lookup_slots(date=x)", [], None),
    ],
)
def test_a_tool_is_meant_only_if_that_is_unmistakable(
    call: str, tools: list[ToolOffered], found: str | None
) -> None:
    meant = offered(ToolCall.parse(call), tools)
    assert (meant.name if meant else None) == found


@pytest.mark.parametrize(
    ("given", "of", "made"),
    [
        ({"date": "1"}, LOOKUP, {"date": "1"}),
        ({"visit_date": "1"}, LOOKUP, {"date": "1"}),
        ({"day": "1"}, LOOKUP, {"date": "1"}),
        ({"anything": "1"}, LOOKUP, {"date": "1"}),
        ({"date": "1", "anything": "2"}, LOOKUP, {"date": "1"}),
        (
            {"name": "Ada", "slot": "2", "day": "1"},
            BOOK,
            {"date": "1", "time": "2", "name": "Ada"},
        ),
        ({"date": "1"}, tool("x", optional=("date", "note")), {"date": "1"}),
        ({"count": "2"}, tool("x", "count", count={"type": "integer"}), {"count": 2}),
        ({"date": None}, tool("x", optional=("date",)), {}),
        ({"date": "1", "name": None}, ToolOffered("free", {}), {"date": "1"}),
        ({"date": "1"}, ToolOffered("free", {"type": "object", "properties": {}}), {"date": "1"}),
        (
            {"date": "1", "time": "2"},
            tool("x", "slot", slot={"properties": {"date": {}, "time": {}}, "required": ["date"]}),
            {"slot": {"date": "1", "time": "2"}},
        ),
    ],
)
def test_arguments_go_by_the_names_of_the_tool(
    given: Mapping[str, Any], of: ToolOffered, made: Mapping[str, Any]
) -> None:
    assert arguments(given, nothing, of) == made


def test_what_the_script_does_not_give_is_guessed_or_plain() -> None:
    known = {"name": "Ada"}
    assert arguments({"date": "1"}, known.get, BOOK) == {
        "date": "1",
        "time": "09:00",
        "name": "Ada",
    }
    assert arguments({"date": None}, nothing, LOOKUP) == {"date": "2026-01-05"}
    assert arguments({}, nothing, tool("x", "note")) == {"note": "note"}


def test_a_schema_that_is_no_object_takes_no_arguments() -> None:
    odd = ToolOffered("x", {"type": "array", "properties": {"a": {}}})
    assert arguments({"a": "1"}, nothing, odd) == {}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("visitDate", "date"), ("phone_number", "us_phone"), ("customer", "person"), ("note", None)],
)
def test_names_tell_the_kind_of_fact(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind
