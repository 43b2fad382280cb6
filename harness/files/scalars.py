"""One text of a file → a value of its type, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from yaml.nodes import ScalarNode

from kernel.errors import brief

from .grammar import Filled, Secret, Shell, suggestion
from .nodes import Tree, plain, shape

_VARIABLE = re.compile(r"\$\{([^}]*)\}?")
_NAME = re.compile(r"[A-Za-z_]\w*")
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
    if "\0" in tree.value:
        raise Unreadable(f"a NUL character stands in {brief(tree.value)}", "take it out")
    if kind is Secret:
        return _secret(tree.value, environment)
    if kind is Filled:
        return filled(tree.value, environment)
    if kind is Shell:
        return Shell(tree.value)
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


def filled(text: str, environment: Mapping[str, str]) -> Filled:
    """The text with what the environment has for every `${NAME}`. Unreadable if it lacks one."""
    secrets: list[str] = []

    def value_of(match: re.Match[str]) -> str:
        secrets.append(_looked_up(match, environment))
        return secrets[-1]

    return Filled.of(_VARIABLE.sub(value_of, text), text, secrets)


def _secret(text: str, environment: Mapping[str, str]) -> Secret:
    match = _VARIABLE.fullmatch(text)
    if not match:
        what = "a secret does not belong in a file"
        raise Unreadable(what, "write ${NAME} and set NAME in the environment")
    return Secret(_looked_up(match, environment))


def _looked_up(match: re.Match[str], environment: Mapping[str, str]) -> str:
    name = match[1]
    if not _NAME.fullmatch(name) or not match[0].endswith("}"):
        raise Unreadable(f"{match[0]!r} names no variable", "write ${NAME}")
    if not environment.get(name):
        what = f"{name} is empty in the environment"
        missing = f"the environment has no {name}"
        raise Unreadable(what if name in environment else missing, f"set it: export {name}=…")
    return environment[name]
