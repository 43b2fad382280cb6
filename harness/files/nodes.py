"""YAML text as a tree of nodes that know their lines, before anybody asks what it means.

Every scalar stays text: `no`, `on` and `1e3` are what they look like until a type wants otherwise.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kernel.errors import FileProblems, Problem, brief

MAX_BYTES = 1 << 20
MAX_VALUES = 100_000

Tree: TypeAlias = Node

_CORE_TAG = re.compile(r"^tag:yaml\.org,2002:(str|map|seq|int|float|bool|null)$")
# Without leading zeros, so that one number has one spelling, also as a key.
# Longer ones are no numbers that anybody means, and some fit into no float.
_INTEGER = re.compile(r"^-?(0|[1-9][0-9]{0,17})$")
_FRACTION = re.compile(r"^-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}$")
_QUOTE = "put quotes around texts that hold {slots}, ': ', ' #' or commas"
# What the parser complains of → what to do; the first that is contained counts.
_REMEDIES = {
    r"character '\t'": "indent with spaces, not with tabs",
    "that cannot start any token": "put quotes around texts that start with @, %, ` or |",
    "undefined alias": "define it first with &NAME, or put quotes around a text that starts with *",
    "another document": "keep one document per file; take out the line ---",
    "<stream end>": "close what was opened: [ with ], { with }",
    "unexpected end of stream": "close the quoted text",
    "found '?'": "indent this line like its neighbours",
    "block mapping": _QUOTE,
    "mapping values": _QUOTE,
    "flow mapping": _QUOTE,
}


def compose(text: str, file: str) -> Tree:
    """The tree of a document. FileProblems if it is not YAML, too large or without end."""
    if len(text.encode()) > MAX_BYTES:
        raise _refusal(file, 0, f"larger than {MAX_BYTES >> 20} MB", "split it, or check the path")
    try:
        tree = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = f"{error.problem or error.context}"
        whole = f"{error.context or ''} {said}"
        remedy = next((text for sign, text in _REMEDIES.items() if sign in whole), _QUOTE)
        raise _refusal(file, mark.line + 1 if mark else 0, f"not YAML: {said}", remedy) from None
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise _refusal(file, 0, f"not YAML: {reason}", "save it as plain UTF-8 text") from None
    except RecursionError:
        raise _refusal(file, 0, "nested too deeply", "a scenario needs about ten levels") from None
    if tree is None:
        raise _refusal(file, 0, "the file is empty", "start with name: and why:")
    _measure(tree, file, {}, set())
    return tree


def line_of(tree: Tree) -> int:
    return int(tree.start_mark.line) + 1


def is_null(tree: Tree) -> bool:
    """`null`, `~` or `unknown` without quotes. Where nothing stands, a value was forgotten."""
    return (
        isinstance(tree, ScalarNode)
        and tree.style is None
        and tree.value in ("~", "null", "unknown")
    )


def plain(tree: Tree) -> Any:
    """Builtins: numbers, true, false and null where they stand without quotes, else text."""
    if isinstance(tree, MappingNode):
        return {key.value: plain(value) for key, value in tree.value}
    if isinstance(tree, SequenceNode):
        return [plain(item) for item in tree.value]
    text = str(tree.value)
    if not isinstance(tree, ScalarNode) or tree.style is not None:
        return text
    if _INTEGER.match(text):
        return int(text)
    if _FRACTION.match(text):
        return float(text)
    return {"true": True, "false": False, "null": None, "~": None, "": None}.get(text, text)


def shape(tree: Tree) -> str:
    """What a tree is, in words; a text is quoted."""
    if isinstance(tree, MappingNode):
        return "keys and values"
    if isinstance(tree, SequenceNode):
        return "a list"
    return brief(tree.value) if tree.value else "nothing"


def _measure(tree: Tree, file: str, sizes: dict[int, int], inside: set[int]) -> int:
    """How many values the tree unfolds to, aliases included."""
    if id(tree) in sizes:
        return sizes[id(tree)]
    if id(tree) in inside:
        raise _refusal(file, line_of(tree), "contains itself through an alias", "take out the *")
    if not _CORE_TAG.match(tree.tag):
        what = f"the tag {tree.tag.replace('tag:yaml.org,2002:', '!!')!r} means nothing here"
        raise _refusal(file, line_of(tree), what, "take it out, or put quotes around the text")
    if isinstance(tree, MappingNode):
        for key, _ in tree.value:
            if not isinstance(key, ScalarNode):
                raise _refusal(file, line_of(key), "a key must be text", _QUOTE)
    inside.add(id(tree))
    size = 1
    for child in [] if isinstance(tree, ScalarNode) else tree.value:
        for node in child if isinstance(child, tuple) else (child,):
            size += _measure(node, file, sizes, inside)
    inside.discard(id(tree))
    if size > MAX_VALUES:
        what = f"unfolds to more than {MAX_VALUES} values"
        raise _refusal(file, line_of(tree), what, "shorten it, or use fewer aliases")
    sizes[id(tree)] = size
    return size


def _refusal(file: str, line: int, what: str, remedy: str) -> FileProblems:
    return FileProblems([Problem(file, line, what, remedy)])
