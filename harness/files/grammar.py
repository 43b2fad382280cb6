"""What a file's types cannot say by themselves, and the words for what is wrong in it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from kernel import redact
from kernel.errors import Problem

T = TypeVar("T")
LONGEST_NAME = 100
NAME = re.compile(rf"^[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST_NAME - 1}}}\Z")
"""What may stand in the name of a folder and in a URL."""
NAME_REMEDY = f"use up to {LONGEST_NAME} letters, digits, '.', '_' and '-'"
Path = tuple[str | int, ...]


class Secret(str):
    """A text that comes from the environment, written `${NAME}`. No encoder writes it anywhere."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(…)" if self else "Secret()"


class Filled(str):
    """A text in which `${NAME}` stands for what the environment has. No encoder writes it anywhere.

    written  the text with the names in it, as far as there are any
    secrets  what the environment gave
    """

    written: str = ""
    secrets: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str, written: str, secrets: Iterable[str]) -> Filled:
        filled = cls(text)
        filled.written, filled.secrets = written, tuple(secrets)
        return filled

    @property
    def shown(self) -> str:
        """What may be told of it."""
        return redact.url(self.written or self)

    def __repr__(self) -> str:
        return f"Filled({self.shown!r})"


class Shell(str):
    """A command for the shell, which knows the environment itself."""

    __slots__ = ()


@dataclass(frozen=True)
class Source:
    """Where in a file things stand: the line of every path of keys and indices."""

    file: str
    lines: Mapping[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of what stands at `path`, or of the nearest thing around it that stands."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)

    def problem(self, path: Path, what: str, remedy: str = "") -> Problem:
        return Problem(self.file, self.line(path), what, remedy)


@dataclass(frozen=True)
class Loaded(Generic[T]):
    """What a file says, and where it says it."""

    value: T
    source: Source


class Flaw(NamedTuple):
    """Something wrong within a value: where, seen from that value, and what to do about it."""

    path: Path
    what: str
    remedy: str = ""


Rule = Callable[[Any], Iterable[Flaw]]


@dataclass(frozen=True)
class Variant:
    """A struct one of whose keys names a further type; that type's keys stand beside its own.

    tag    the key that names it; `default` where it is absent
    noun   what such a name is called
    rest   the field that receives the further value, or its keys as builtins if `as_written`
    """

    tag: str
    noun: str
    rest: str
    types: Mapping[str, type]
    default: str = ""
    as_written: bool = False


@dataclass(frozen=True)
class Named:
    """A mapping whose keys are names of types. What stands under one must be readable as its type,
    or be `true`, and is kept as written."""

    noun: str
    types: Mapping[str, type]


@dataclass(frozen=True)
class Beside:
    """Keys that may stand beside a struct's own, each naming a type. What stands under one must be
    readable as its type, or be `true`; the field `rest` receives all of them as written."""

    noun: str
    rest: str
    types: Mapping[str, type]


@dataclass(frozen=True)
class Grammar:
    """What types alone do not say.

    short     type → the key that is meant where only its value is written
    named     type → the field that is filled with the key it stands under
    unbuilt   type → key → what to do instead
    variants  type → its variant
    entries   path of a mapping → the types that its keys name
    beside    type → the types that keys beside its own name
    rules     type → what else must hold for a value of it
    parts     type → the same by parts, each with the keys that it asks: what can be said of a value
              whose other keys cannot be read. Of a mapping among them the readable entries are left
    """

    short: Mapping[type, str] = field(default_factory=dict)
    named: Mapping[type, str] = field(default_factory=dict)
    unbuilt: Mapping[type, Mapping[str, str]] = field(default_factory=dict)
    variants: Mapping[type, Variant] = field(default_factory=dict)
    entries: Mapping[Path, Named] = field(default_factory=dict)
    beside: Mapping[type, Beside] = field(default_factory=dict)
    rules: Mapping[type, Rule] = field(default_factory=dict)
    parts: Mapping[type, Mapping[Rule, Collection[str]]] = field(default_factory=dict)


def nearest(word: str, known: Iterable[str]) -> str:
    """The one that `word` is likely to mean, empty if there is none."""
    return next(iter(difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)), "")


def suggestion(word: str, known: Iterable[str], plural: str) -> str:
    """`did you mean 'rate'? known keys: calls, for, rate`"""
    names = list(known)
    listed = f"known {plural}: {', '.join(names)}" if names else f"there are no {plural}"
    close = nearest(word, names)
    return f"did you mean {close!r}? {listed}" if close else listed
