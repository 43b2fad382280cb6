"""Structs one of whose keys names a further type: which one is meant, and what keys it adds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .grammar import Variant, nearest
from .keys import Key, keys_of
from .nodes import Tree

Entries = dict[str, tuple[Tree, Tree]]
"""Keys as written → nodes of key and value."""


class Further(NamedTuple):
    """The type that a variant's tag names, None if there is none, and the keys to look for."""

    kind: type | None
    keys: Mapping[str, Key]


def further(
    own: Mapping[str, Key], variant: Variant, entries: Entries
) -> tuple[Further, Tree | None]:
    """The type that the tag names, or is likely to mean; and the tag if it names none."""
    misspelt = nearest(variant.tag, entries.keys() - own)
    tag = entries.get(variant.tag) or (entries[misspelt] if misspelt else None)
    name = str(tag[1].value) if tag else variant.default
    kind, guess = variant.types.get(name), nearest(name, variant.types)
    # Without the type nobody knows which keys of all types are right.
    likely = [kind or variant.types[guess]] if kind or guess else variant.types.values()
    keys = {key: each for like in likely for key, each in keys_of(like).items() if key not in own}
    return Further(kind, keys), tag[1] if tag and kind is None else None
