"""Where a key belongs that stands in the wrong place: one level up, or one level down."""

from __future__ import annotations

import types
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple, Union, get_args, get_origin

from .grammar import Grammar, Path
from .keys import Key, is_record, keys_of

_CONTAINERS = (Union, types.UnionType, tuple, dict)


class Level(NamedTuple):
    """A record that is being read: where it stands, the keys that it knows, those that it has."""

    path: Path
    known: Collection[str]
    written: Collection[str]


def outward(key: str, levels: list[Level]) -> Level | None:
    """The nearest record around that wants this key and has none yet."""
    wanting = (level for level in reversed(levels) if key in level.known)
    return next((level for level in wanting if key not in level.written), None)


def inward(key: str, keys: Mapping[str, Key], path: Path, grammar: Grammar) -> str | None:
    """The key of a record at `path` under which `key` belongs."""
    for name, each in keys.items():
        named = grammar.entries.get((*path, name))
        if key in (named.types if named else set(_inner(each.kind, grammar))):
            return name
    return None


def _inner(kind: Any, grammar: Grammar) -> Iterator[str]:
    """The keys of a record, or of those that a list or mapping is made of."""
    if get_origin(kind) in _CONTAINERS:
        for each in get_args(kind):
            yield from _inner(each, grammar)
    elif is_record(kind):
        variant = grammar.variants.get(kind)
        not_written = {grammar.named.get(kind), variant and variant.rest}
        not_written.update(grammar.unbuilt.get(kind, ()))
        yield from keys_of(kind).keys() - not_written
        for further in variant.types.values() if variant else ():
            yield from keys_of(further)
