"""A value that a JSON schema allows, made of what is known and of the plainest defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Known = Callable[[str], Any]
"""Name of a property → its value, None if nobody knows."""

_GOOD = ("safe", "allow", "ok", "valid", "success", "topic", "pass", "complete")
_FORMATS = {
    "date": "2026-01-05",
    "time": "09:00:00",
    "date-time": "2026-01-05T09:00:00Z",
    "email": "caller@example.com",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_DEEPEST = 12


def example(
    schema: Mapping[str, Any], known: Known, guess: Known | None = None, *, every: bool = False
) -> Any:
    """A value that `schema` allows; patterns are not solved.

    Objects get the properties that are known and those that are required, or all if `every`.
    `guess` is asked for what is required and not known, before the defaults.
    """
    return _Example(schema, known, guess or (lambda name: None), every).of(schema, "", 0)


def resolved(schema: Any, root: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema behind `$ref`, `anyOf` and the like: of several the first that is not null."""
    for _ in range(_DEEPEST):
        if not isinstance(schema, Mapping):
            break
        if isinstance(schema.get("$ref"), str):
            found: Any = root
            for step in schema["$ref"].lstrip("#/").split("/"):
                found = found.get(step) if isinstance(found, Mapping) else None
            schema = found
        elif ways := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
            schema = next((way for way in ways if way.get("type") != "null"), ways[0])
        else:
            return schema
    return {}


@dataclass(frozen=True, slots=True)
class _Example:
    root: Mapping[str, Any]
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
        if "const" in schema:
            return schema["const"]
        if "default" in schema:
            return schema["default"]
        if schema.get("enum"):
            return schema["enum"][0]
        match _type(schema):
            case "object":
                return self.an_object(schema, depth)
            case "array":
                one = self.of(schema.get("items"), name, depth + 1)
                return [one] * schema.get("minItems", 0)
            case plain:
                return _plain(plain, schema, name)

    def an_object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        made = {}
        for name, inner in schema.get("properties", {}).items():
            wanted = self.every or name in schema.get("required", ())
            if wanted or self.known(name) is not None:
                made[name] = self.of(inner, name, depth + 1)
        return made


def _fitted(value: Any, schema: Mapping[str, Any]) -> Any:
    """`value` as the schema's type, None if it cannot be."""
    if choices := schema.get("enum"):
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


def _type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        return next((str(one) for one in kind if one != "null"), "null")
    return str(kind)


def _plain(kind: str, schema: Mapping[str, Any], name: str) -> Any:
    match kind:
        case "boolean":
            return any(word in name.lower() for word in _GOOD)
        case "integer" | "number":
            low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
            return min(low, schema.get("maximum", low))
        case "string":
            text = _FORMATS.get(schema.get("format", ""), name.replace("_", " ") or "ok")
            return text.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]
    return None
