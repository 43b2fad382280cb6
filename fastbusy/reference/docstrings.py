"""Docstrings of the house's form, read: prose, indented examples, and a block that explains fields.

Sentences about the whole.

    an: example

field       what it means, in lines that
            may go on
one, other  two fields of one meaning
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

_NAMES = re.compile(r"^(\w+(?:, \w+)*)\s+(.*)$")


class Explained(NamedTuple):
    """A docstring: Markdown of its prose and examples, and field → its meaning."""

    prose: str
    meanings: dict[str, str]


def explain(kind: object, fields: Collection[str], language: str = "yaml") -> Explained:
    """Read the docstring of a class or module. Examples become fences of that language."""
    blocks = re.split(r"\n\s*\n", inspect.getdoc(kind) or "")
    prose: list[str] = []
    meanings: dict[str, str] = {}
    for block in blocks:
        if found := dict(_meanings(block, fields)):
            meanings |= found
        else:
            prose.append(_fenced(block, language) if block.startswith("    ") else block)
    return Explained("\n\n".join(prose), meanings)


def _meanings(block: str, fields: Collection[str]) -> Iterator[tuple[str, str]]:
    """Nothing if the block does not begin with the name of a field."""
    entries: list[tuple[list[str], list[str]]] = []
    for line in block.splitlines():
        found = _NAMES.match(line)
        names = found[1].split(", ") if found else []
        if found and all(name in fields for name in names):
            entries.append((names, [found[2]]))
        elif entries:
            entries[-1][1].append(line.strip())
        else:
            return
    for names, lines in entries:
        for name in names:
            yield name, " ".join(lines)


def _fenced(block: str, language: str) -> str:
    lines = block.splitlines()
    margin = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return "\n".join([f"```{language}", *(line[margin:] for line in lines), "```"])
