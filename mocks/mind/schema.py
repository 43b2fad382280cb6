"""A value that a JSON schema allows, made of what is known and of the plainest defaults.

Schemas come from requests: whatever in one makes no sense counts as not said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from .harmless import harmless, is_good, is_high

Known = Callable[[str], Any]
"""Name of a property → its value, None if nobody knows."""

_FORMATS = {
    "date": "2026-01-05",
    "time": "09:00:00",
    "date-time": "2026-01-05T09:00:00Z",
    "email": "caller@example.com",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_DEEPEST = 12
_MOST = 100  # items of an array, characters of a text


def example(schema: Any, known: Known, guess: Known | None = None, *, every: bool = False) -> Any:
    """A value that `schema` allows; patterns are not solved.

    Objects get the properties that are known and those that are required, or all if `every`.
    `guess` is asked for what is required and not known, before the defaults.
    """
    return _Example(schema, known, guess or (lambda name: None), every).of(schema, "", 0)


def resolved(schema: Any, root: Any) -> Mapping[str, Any]:
    """The schema behind `$ref`, `anyOf` and the like: of several the first that is not null."""
    for _ in range(_DEEPEST):
        if not isinstance(schema, Mapping):
            break
        if isinstance(schema.get("$ref"), str):
            schema = _at(root, schema["$ref"].lstrip("#/").split("/"))
        elif ways := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
            ways = [way for way in _items(ways) if isinstance(way, Mapping)]
            schema = next((way for way in ways if way.get("type") != "null"), None)
        else:
            return schema
    return {}


def properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found = schema.get("properties")
    return found if isinstance(found, Mapping) else {}


def required(schema: Mapping[str, Any]) -> Sequence[str]:
    return [name for name in _items(schema.get("required")) if isinstance(name, str)]


@dataclass(frozen=True, slots=True)
class _Example:
    root: Any
    known: Known
    guess: Known
    every: bool

    def of(self, schema: Any, name: str, depth: int) -> Any:
        """A value for the property `name`, which is required, known, or wanted anyway."""
        schema = resolved(schema, self.root)
        for source in (self.known, self.guess):
            value = source(name) if name else None
            if value is not None and (fitted := _fitted(value, schema)) is not None:
                return fitted
        if depth > _DEEPEST:
            return None
        for key in ("const", "default"):
            if key in schema:
                return schema[key]
        if choices := _items(schema.get("enum")):
            return harmless(choices)
        match _type(schema):
            case "object":
                return self.an_object(schema, depth)
            case "array":
                one = self.of(schema.get("items"), name, depth + 1)
                return [one] * int(min(_MOST, max(0, _bound(schema, "minItems", 0))))
            case plain:
                return _plain(plain, schema, name)

    def an_object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        needed = required(schema)
        return {
            name: self.of(inner, name, depth + 1)
            for name, inner in properties(schema).items()
            if self.every or name in needed or self.known(name) is not None
        }


def _fitted(value: Any, schema: Mapping[str, Any]) -> Any:
    """`value` as the schema's type, None if it cannot be."""
    if choices := _items(schema.get("enum")):
        by_text = {str(choice).lower(): choice for choice in choices}
        return by_text.get(str(value).lower())
    try:
        match _type(schema):
            case "integer":
                return int(value)
            case "number":
                return float(value)
            case "array":
                return list(value) if isinstance(value, list | tuple) else [value]
            case "object":
                return value if isinstance(value, Mapping) else None
            case "boolean":
                return value if isinstance(value, bool) else None
            case _:
                return str(value)
    except (TypeError, ValueError):
        return None


def _plain(kind: str, schema: Mapping[str, Any], name: str) -> Any:
    match kind:
        case "boolean":
            return is_good(name)
        case "integer" | "number":
            low = _bound(schema, "minimum", _bound(schema, "exclusiveMinimum", -1) + 1)
            low = max(low, int(is_high(name)))
            return min(low, _bound(schema, "maximum", low))
        case "string":
            form = str(schema.get("format"))
            text = _FORMATS.get(form, name.replace("_", " ") or "ok")
            text = text.ljust(int(max(0, min(_MOST, _bound(schema, "minLength", 0)))), ".")
            return text[: int(max(0, min(_MOST, _bound(schema, "maxLength", _MOST))))]
    return None


def _type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        return next((str(one) for one in kind if one != "null"), "null")
    return str(kind)


def _bound(schema: Mapping[str, Any], key: str, otherwise: float) -> float:
    bound = schema.get(key)
    return bound if isinstance(bound, int | float) and isfinite(bound) else otherwise


def _items(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _at(root: Any, path: Sequence[str]) -> Any:
    for step in path:
        root = root.get(step) if isinstance(root, Mapping) else None
    return root
