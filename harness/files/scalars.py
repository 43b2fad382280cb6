"""One text of a file → a value of its type, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from yaml.nodes import ScalarNode

from kernel.errors import brief

from .grammar import Secret, suggestion
from .nodes import Tree, plain, shape

_VARIABLE = re.compile(r"^\$\{([A-Za-z_]\w*)\}$")
_REMEDY = re.compile(r"^(.*); ((?:write|use|give) .*)$", re.DOTALL)
_NOUNS: Mapping[Any, str] = {
    str: "a text", int: "a whole number", float: "a number", bool: "true or false"
}  # fmt: skip


class Unreadable(Exception):
    """No value of the type that is wanted: what is wrong, and what to do about it."""

    def __init__(self, what: str, remedy: str = "") -> None:
        self.what, self.remedy = what, remedy
        super().__init__(what)


def scalar(tree: Tree, kind: Any, environment: Mapping[str, str]) -> Any:
    """The value of a type that is written as text. Unreadable if it is none."""
    noun = _NOUNS.get(kind, "a text")
    if not isinstance(tree, ScalarNode):
        remedy = "put quotes around texts that hold {slots}" if noun == "a text" else ""
        raise Unreadable(f"expected {noun}, found {shape(tree)}", remedy)
    if not tree.value and tree.style is None:
        raise Unreadable("there is no value", "write one, or take the key out")
    if kind is Secret:
        return _secret(tree.value, environment)
    if "${" in tree.value:
        what = f"{brief(tree.value)} is taken as it stands, only secrets come from the environment"
        raise Unreadable(what, "write the value, or give it on the command line")
    if get_origin(kind) is Literal:
        if tree.value in get_args(kind):
            return tree.value
        remedy = suggestion(tree.value, get_args(kind), "values")
        raise Unreadable(f"unknown value {brief(tree.value)}", remedy)
    return str(tree.value) if kind is str else _converted(tree, kind)


def in_two(error: ValueError) -> tuple[str, str]:
    """`'4' is not a rate; write for example 4/s` → what is wrong, and what to do about it."""
    said = _REMEDY.match(str(error))
    return (said[1], said[2]) if said else (str(error), "")


def _converted(tree: ScalarNode, kind: Any) -> Any:
    if hasattr(kind, "parse"):
        try:
            return kind.parse(tree.value)
        except ValueError as error:
            raise Unreadable(*in_two(error)) from None
    value = plain(tree)
    if type(value) is kind or (kind is float and type(value) is int):
        return kind(value)
    what = f"{brief(tree.value)} is not {_NOUNS[kind]}"
    raise Unreadable(what, "write it without quotes" if tree.style else "")


def _secret(text: str, environment: Mapping[str, str]) -> Secret:
    match = _VARIABLE.match(text)
    if not match:
        what = "a secret does not belong in a file"
        raise Unreadable(what, "write ${NAME} and set NAME in the environment")
    if match[1] not in environment:
        raise Unreadable(f"the environment has no {match[1]}", f"set it: export {match[1]}=…")
    return Secret(environment[match[1]])
