from collections.abc import Mapping
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.mind.schema import example, resolved


def nothing(name: str) -> None:
    return None


def only(name: str, schema: Mapping[str, Any], **known: Any) -> Any:
    """The value of a lone required property."""
    whole = {"type": "object", "properties": {name: schema}, "required": [name]}
    return example(whole, known.get)[name]


@pytest.mark.parametrize(
    ("name", "schema", "value"),
    [
        ("note", {"type": "string"}, "note"),
        ("first_name", {"type": "string"}, "first name"),
        ("note", {}, "note"),
        ("code", {"type": "string", "minLength": 6}, "code.."),
        ("description", {"type": "string", "maxLength": 4}, "desc"),
        ("day", {"type": "string", "format": "date"}, "2026-01-05"),
        ("mail", {"type": "string", "format": "email"}, "caller@example.com"),
        ("mail", {"type": "string", "format": "odd"}, "mail"),
        ("size", {"enum": ["S", "M"]}, "S"),
        ("size", {"const": "M"}, "M"),
        ("size", {"type": "string", "default": "L", "enum": ["S", "L"]}, "L"),
        ("count", {"type": "integer"}, 0),
        ("count", {"type": "integer", "minimum": 2}, 2),
        ("count", {"type": "integer", "exclusiveMinimum": 2}, 3),
        ("count", {"type": "number", "maximum": -1}, -1),
        ("flagged", {"type": "boolean"}, False),
        ("is_safe", {"type": "boolean"}, True),
        ("is_unsafe", {"type": "boolean"}, False),
        ("verdict", {"enum": ["block", "allow"]}, "allow"),
        ("confidence", {"type": "number", "maximum": 1}, 1),
        ("safe", {"type": "integer", "minimum": 0, "maximum": 100}, 1),
        ("tags", {"type": "array", "items": {"type": "string"}}, []),
        ("tags", {"type": "array", "items": {"type": "string"}, "minItems": 2}, ["tags", "tags"]),
        ("tags", {"type": "array", "minItems": 1}, ["tags"]),
        ("nothing", {"type": "null"}, None),
        ("note", {"type": ["null", "string"]}, "note"),
        ("note", {"type": ["null"]}, None),
        ("note", {"anyOf": [{"type": "null"}, {"type": "integer"}]}, 0),
        ("who", {"type": "object"}, {}),
        ("who", {"properties": {"a": {}, "b": {}}, "required": ["a"]}, {"a": "a"}),
    ],
)
def test_the_plainest_value_that_is_allowed(
    name: str, schema: Mapping[str, Any], value: Any
) -> None:
    assert only(name, schema) == value


@pytest.mark.parametrize(
    ("schema", "known", "value"),
    [
        ({"type": "string"}, "Ada", "Ada"),
        ({"type": "string"}, 7, "7"),
        ({"type": "integer"}, "7", 7),
        ({"type": "integer"}, "seven", 0),
        ({"type": "number"}, "1.5", 1.5),
        ({"type": "number"}, [], 0),
        ({"type": "boolean"}, True, True),
        ({"type": "boolean"}, "yes", False),
        ({"type": "array", "items": {"type": "string"}}, "Ada", ["Ada"]),
        ({"type": "array", "items": {"type": "string"}}, ("Ada", "Bob"), ["Ada", "Bob"]),
        ({"type": "object"}, {"a": 1}, {"a": 1}),
        ({"type": "object"}, "Ada", {}),
        ({"enum": ["Small", "Large"]}, "large", "Large"),
        ({"enum": ["Small", "Large"]}, "huge", "Small"),
    ],
)
def test_what_is_known_is_taken_if_it_fits(
    schema: Mapping[str, Any], known: Any, value: Any
) -> None:
    assert only("x", schema, x=known) == value


PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer"},
        "vip": {"type": "boolean"},
    },
    "required": ["name"],
}


def test_an_object_has_what_is_required_and_what_is_known() -> None:
    assert example(PERSON, nothing) == {"name": "name"}
    assert example(PERSON, {"age": 3}.get) == {"name": "name", "age": 3}


def test_an_object_has_everything_if_that_is_wanted() -> None:
    assert example(PERSON, nothing, every=True) == {"name": "name", "age": 0, "vip": False}


def test_what_is_required_may_be_guessed_and_the_rest_not() -> None:
    assert example(PERSON, nothing, {"name": "Ada", "age": 3}.get) == {"name": "Ada"}
    assert example(PERSON, {"name": "Bob"}.get, {"name": "Ada"}.get) == {"name": "Bob"}


def test_objects_within_objects_and_references() -> None:
    schema = {
        "type": "object",
        "properties": {"who": {"$ref": "#/$defs/person"}, "all": {"allOf": [PERSON]}},
        "required": ["who"],
        "$defs": {"person": PERSON},
    }
    assert example(schema, {"name": "Ada"}.get) == {"who": {"name": "Ada"}}


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/self", "$defs": {"self": {"$ref": "#/$defs/self"}}},
        {"$ref": "#/nowhere"},
        {"anyOf": [{"$ref": "#"}]},
        {"$ref": 3},
        None,
        7,
    ],
)
def test_a_reference_to_nothing_is_nothing(schema: Any) -> None:
    root = schema if isinstance(schema, Mapping) else {}
    assert resolved(schema, root) in ({}, {"$ref": 3})


def test_a_schema_without_end_has_an_example_with_one() -> None:
    endless = {
        "type": "object",
        "properties": {"next": {"$ref": "#/$defs/node"}},
        "required": ["next"],
    }
    endless["$defs"] = {"node": {k: endless[k] for k in ("type", "properties", "required")}}
    made, depth = example(endless, nothing), 0
    while isinstance(made, dict) and "next" in made:
        made, depth = made["next"], depth + 1
    assert 5 < depth < 20


keys = ["type", "properties", "required", "enum", "items", "anyOf", "$ref", "minimum", "format"]
keys += ["minItems", "minLength", "maxLength", "maximum", "const", "default", "x"]
scalars: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers()
scalars |= st.floats()
scalars |= st.sampled_from(["object", "array", "string", "integer", "#", "#/x", "date"])
nonsense = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(keys), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(nonsense, st.booleans())
@hypothesis.example({"type": "string", "minLength": -1e300}, True)
def test_no_schema_is_too_odd(schema: Any, every: bool) -> None:
    assert len(repr(example(schema, {"x": "Ada"}.get, every=every))) < 10**6
