import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.mind.results import failed, given_up, late, look_up, parse, runs

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
containers = st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3)


@given(values)
def test_json_is_read(value: Any) -> None:
    assert parse(json.dumps(value)) == value


@given(containers)
def test_a_python_repr_is_read(value: Any) -> None:
    assert parse(repr(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'slots': ['09:00'], 'more': None}", {"slots": ["09:00"], "more": None}),
        (" ('a', 1)\n", ("a", 1)),
        ("booked", "booked"),
        ("09:00", "09:00"),
        ("", ""),
        ("{'a': datetime.date(2026, 1, 1)}", "{'a': datetime.date(2026, 1, 1)}"),
        ("{'a': ", "{'a': "),
        ("{[]: 1}", "{[]: 1}"),
        (r"{'a': '\d'}", {"a": r"\d"}),
        ("7", 7),
    ],
)
def test_anything_else_is_a_text(text: str, value: Any) -> None:
    assert parse(text) == value


@pytest.mark.parametrize("text", ["[" * 3000, "(" * 3000, "[" * 200_000, "{'a': " + "1" * 120_000])
def test_no_text_is_too_much(text: str) -> None:
    assert parse(text) == text


@given(st.text())
def test_any_text_has_a_value(text: str) -> None:
    assert failed(parse(text)) in (True, False)


@pytest.mark.parametrize(
    "result",
    [
        "Error: no such day",
        "error calling tool",
        "HTTP 409 Conflict",
        "HTTP/1.1 503",
        "503 Service Unavailable",
        "Request failed with status code 500",
        "Traceback (most recent call last)",
        "timed out",
        "An internal error occurred",
        "The function `book` failed and returned no result.",
        "The function `book` is not currently available.",
        "the tool returned an invalid output",
        "Unknown function: book",
        {"error": "taken"},
        {"error": {"message": "taken"}},
        {"is_error": True},
        {"isError": True},
        {"ok": False},
        {"success": False, "slots": []},
        {"status": "error"},
        {"status": "failed"},
        {"status": 404},
        {"status_code": "500"},
        {"status": "not_found"},
        {"result": {"error": "taken"}},
        {"output": {"status": "conflict"}},
    ],
)
def test_failures_are_known_by_words_fields_and_status(result: Any) -> None:
    assert failed(result)


@pytest.mark.parametrize(
    "result",
    [
        "booked",
        "",
        "No errors.",
        "We have 500 slots",
        {"slots": []},
        {"error": None, "slots": ["09:00"]},
        {"status": "booked"},
        {"status": "ok"},
        {"status": 200},
        {"success": True},
        {"result": "Error-free"},
        {"result": {"status": "booked"}},
        ["09:00"],
        None,
        0,
        False,
    ],
)
def test_what_does_not_tell_of_an_error_went_well(result: Any) -> None:
    assert not failed(result)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("slots.0", "09:00"),
        ("slots.1", "09:30"),
        ("slots.2", None),
        ("slots.first", None),
        ("time", "10:00"),
        ("customer.name", "Ada"),
        ("name", "Ada"),
        ("free", 0),
        ("nothing", None),
    ],
)
def test_a_path_is_looked_up_in_the_newest_result_that_has_it(path: str, found: Any) -> None:
    newest = {"time": "10:00", "free": 0}
    older = {"slots": ["09:00", "09:30"], "time": "11:00", "customer": {"name": "Ada"}}
    assert look_up(path.split("."), [newest, older]) == found


@pytest.mark.parametrize(
    "wrapped",
    [
        {"result": {"slots": ["09:00"]}},
        {"data": [{"slots": ["09:00"]}]},
        [{"type": "text", "text": '{"slots": ["09:00"]}'}],
        '{"slots": ["09:00"]}',
        {"content": "{'slots': ['09:00']}"},
    ],
)
def test_wrappers_are_looked_through(wrapped: Any) -> None:
    assert look_up(["slots", "0"], [wrapped]) == "09:00"


def test_an_empty_path_is_the_whole_result() -> None:
    assert look_up([], ["booked", "older"]) == "booked"
    assert look_up([], []) is None


def test_the_outermost_wins() -> None:
    assert look_up(["time"], [{"inner": {"time": "late"}, "time": "early"}]) == "early"


def test_what_lies_too_deep_is_not_found() -> None:
    deep: Any = {"time": "10:00"}
    for _ in range(6):
        deep = {"result": deep}
    assert look_up(["time"], [deep]) is None


@given(values, st.lists(st.text(max_size=3), max_size=3))
def test_any_path_may_be_looked_up(value: Any, path: list[str]) -> None:
    look_up([step for step in path if step.isascii()], [value])


def asynchronous(status: str) -> str:
    told = {"type": "async_tool", "status": status, "tool_call_id": "c1", "description": "…"}
    return json.dumps({**told, "result": '{"slots": []}'})


@pytest.mark.parametrize(
    ("text", "running", "news"),
    [
        ("IN_PROGRESS", True, None),
        (asynchronous("running"), True, None),
        (asynchronous("finished"), False, ("c1", '{"slots": []}')),
        ("in progress", False, None),
        ('{"type": "async_tool"', False, None),
        ('{"status": "running"}', False, None),
        ("", False, None),
    ],
)
def test_results_that_come_later(text: str, running: bool, news: tuple[str, str] | None) -> None:
    assert (runs(text), late(text)) == (running, news)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("CANCELLED", True),
        ("CANCELLED: this tool call was cancelled before it returned a result", True),
        ("CANCELLED: appointment 7", False),
        ("cancelled", False),
        ('"CANCELLED"', False),
    ],
)
def test_a_call_that_was_given_up(text: str, gone: bool) -> None:
    assert given_up(text) is gone
