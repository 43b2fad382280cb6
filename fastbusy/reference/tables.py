"""The fields of a record as a Markdown table."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, get_type_hints

import msgspec

from .notation import as_written, in_words


class Field(NamedTuple):
    """One field: as it is written, its attribute, type and default; `REQUIRED` has none."""

    key: str
    attribute: str
    kind: Any
    default: Any


REQUIRED: Any = object()


def fields_of(kind: Any) -> list[Field]:
    """The fields of a msgspec struct or a dataclass, in order."""
    return list(_of_struct(kind) if issubclass(kind, msgspec.Struct) else _of_dataclass(kind))


def _of_struct(kind: type[msgspec.Struct]) -> Iterator[Field]:
    for field in msgspec.structs.fields(kind):
        default = field.default
        if default is msgspec.NODEFAULT and field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        elif default is msgspec.NODEFAULT:
            default = REQUIRED
        yield Field(field.encode_name, field.name, field.type, default)


def _of_dataclass(kind: Any) -> Iterator[Field]:
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        default = REQUIRED if field.default is dataclasses.MISSING else field.default
        yield Field(field.name, field.name, hints[field.name], default)


def field_table(fields: Iterable[Field], meanings: Mapping[str, str]) -> str:
    """Key, how it is written, default and meaning. Meanings go by the attribute or the key."""
    rows = [
        (
            f"`{field.key}`",
            in_words(field.kind),
            _default(field.default),
            meanings.get(field.attribute) or meanings.get(field.key, ""),
        )
        for field in fields
    ]
    return table(("key", "written", "default", "meaning"), rows)


def _default(value: Any) -> str:
    if value is REQUIRED:
        return "required"
    written = as_written(value)
    return f"`{written}`" if written else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table without the columns that are empty throughout."""
    filled = [list(row) for row in rows]
    used = [at for at in range(len(head)) if any(row[at] for row in filled)]
    lines = [[head[at] for at in used], ["---"] * len(used)]
    lines += [[_cell(row[at]) for at in used] for row in filled]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
