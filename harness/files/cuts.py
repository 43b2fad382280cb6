"""Texts that YAML's braces have cut at their commas: `{first: lognormal(300ms, 800ms)}`."""

from __future__ import annotations

from collections.abc import Iterable

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from .nodes import Tree

Item = tuple[Tree, ...]
"""One thing of a collection: key and value, or what stands in a list."""
_PIECES = 8
"""So many are looked at for the end of a text."""


def uncut(tree: MappingNode | SequenceNode) -> tuple[list[Item], list[Item]]:
    """The items of a collection, with every cut text in one piece; and those that were cut."""
    written = [item if isinstance(item, tuple) else (item,) for item in tree.value]
    items: list[Item] = []
    cut: list[Item] = []
    at = 0
    while at < len(written):
        *key, value = written[at]
        pieces = _pieces([(value,), *written[at + 1 : at + _PIECES]]) if tree.flow_style else []
        item = (*key, _joined(value, pieces)) if len(pieces) > 1 else written[at]
        items.append(item)
        if item is not written[at]:
            cut.append(item)
        at += max(1, len(pieces))
    return items, cut


def _pieces(written: Iterable[Item]) -> list[str]:
    """What belongs together, from the first on, because a bracket is open; nothing if it stays."""
    found, depth = [], 0
    for item in written:
        if not all(isinstance(node, ScalarNode) and node.style is None for node in item):
            return []
        found.append(": ".join(str(node.value) for node in item if node.value))
        depth += found[-1].count("(") - found[-1].count(")")
        if depth <= 0:
            return found
    return []


def _joined(first: Tree, pieces: list[str]) -> ScalarNode:
    return ScalarNode(first.tag, ", ".join(pieces), first.start_mark, first.end_mark)
