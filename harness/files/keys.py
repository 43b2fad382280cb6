"""The keys that a type is written with: fields of msgspec structs and of dataclasses alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple, get_origin, get_type_hints

import msgspec
from yaml.nodes import MappingNode, Node, SequenceNode

_SKETCHED = 3


class Key(NamedTuple):
    """One key of a record: the attribute that it fills, its type, and whether it must be there."""

    attribute: str
    kind: Any
    required: bool


def is_record(kind: Any) -> bool:
    """Whether a type is written as keys and values; one with a `parse` is written as text."""
    if not isinstance(kind, type) or hasattr(kind, "parse"):
        return False
    return issubclass(kind, msgspec.Struct) or dataclasses.is_dataclass(kind)


def fits(tree: Node, kind: Any) -> bool:
    """Whether a node of this shape can be a value of `kind` at all."""
    if isinstance(tree, SequenceNode):
        return get_origin(kind) is tuple
    if isinstance(tree, MappingNode):
        return get_origin(kind) is dict or is_record(kind)
    return get_origin(kind) not in (tuple, dict)


def keys_of(kind: Any) -> dict[str, Key]:
    """Key as written → what it fills. Fields that no constructor takes are left out."""
    if issubclass(kind, msgspec.Struct):
        found = msgspec.structs.fields(kind)
        return {each.encode_name: Key(each.name, each.type, each.required) for each in found}
    hints, missing = get_type_hints(kind), dataclasses.MISSING
    return {
        each.name: Key(
            each.name,
            hints[each.name],
            required=each.default is missing and each.default_factory is missing,
        )
        for each in dataclasses.fields(kind)
        if each.init
    }


def sketch(keys: Mapping[str, Key]) -> str:
    """How a record is written: `{after: …, times: …}`; what must be there, or else what may."""
    wanted = [key for key, each in keys.items() if each.required] or list(keys)
    return f"{{{', '.join(f'{key}: …' for key in wanted[:_SKETCHED])}}}"


def blank(kind: Any) -> Any:
    """A record in which nothing is said; None if something must be."""
    if not is_record(kind) or any(key.required for key in keys_of(kind).values()):
        return None
    return kind()
