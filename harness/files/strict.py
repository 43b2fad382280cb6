"""YAML → typed values, strictly: every problem of a file at once, each with its line and a remedy.

The tree of nodes and the types are walked together. A type with a `parse` is written as text;
msgspec structs and dataclasses are written as keys and values.
"""

from __future__ import annotations

import re
import reprlib
import types
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from kernel.errors import FileProblems, Problem

from .grammar import Beside, Grammar, Loaded, Named, Path, Secret, Source, Variant, suggestion
from .keys import Key, is_record, keys_of
from .nodes import Tree, compose, is_null, line_of, plain

T = TypeVar("T")
Entries = dict[str, tuple[Tree, Tree]]
_VARIABLE = re.compile(r"^\$\{([A-Za-z_]\w*)\}$")
_REMEDY = re.compile(r"^(.*); ((?:write|use|give) .*)$", re.DOTALL)
_NOUNS: Mapping[Any, str] = {
    str: "a text", int: "a whole number", float: "a number", bool: "true or false"
}  # fmt: skip
_NO_ENVIRONMENT: Mapping[str, str] = types.MappingProxyType({})
_BROKEN: Any = object()
_BRIEF = reprlib.Repr()
_BRIEF.maxstring = 80


def parse(
    text: str,
    kind: type[T],
    *,
    file: str,
    grammar: Grammar,
    environment: Mapping[str, str] = _NO_ENVIRONMENT,
) -> Loaded[T]:
    """The `kind` that a YAML text describes. FileProblems with all that is wrong."""
    reader = _Reader(file, grammar, environment)
    value = reader.read(compose(text, file), kind, ())
    if reader.problems:
        raise FileProblems(sorted(reader.problems, key=lambda problem: problem.line))
    return Loaded(value, Source(file, reader.lines))


class _Reader:
    """One file's walk. What cannot be read becomes a problem and, for all around it, `_BROKEN`."""

    def __init__(self, file: str, grammar: Grammar, environment: Mapping[str, str]) -> None:
        self.problems: list[Problem] = []
        self.lines: dict[Path, int] = {}
        self._file, self._grammar, self._environment = file, grammar, environment

    def read(self, tree: Tree, kind: Any, path: Path) -> Any:
        self.lines.setdefault(path, line_of(tree))
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            return self._union(tree, get_args(kind), path)
        if kind is Any:
            return plain(tree)
        if origin is tuple:
            return self._list(tree, get_args(kind)[0], path)
        if origin is dict:
            return self._mapping(tree, get_args(kind), path)
        if is_record(kind):
            return self._record(tree, kind, path)
        return self._scalar(tree, kind, path)

    def _wrong(self, tree: Tree, path: Path, what: str, remedy: str = "") -> Any:
        """Note a problem in the line of `tree`; it speaks of the last key on the way there."""
        keys = [step for step in path if isinstance(step, str)]
        # A number says little without what it numbers.
        said = ".".join(keys[-2:] if keys and keys[-1].isdigit() else keys[-1:])
        what = f"{said}: {what}" if said else what
        self.problems.append(Problem(self._file, line_of(tree), what, remedy))
        return _BROKEN

    def _union(self, tree: Tree, kinds: tuple[Any, ...], path: Path) -> Any:
        if types.NoneType in kinds and is_null(tree):
            return None
        kinds = tuple(kind for kind in kinds if kind is not types.NoneType)
        fitting = [kind for kind in kinds if _fits(tree, kind)]
        return self.read(tree, (fitting or kinds)[0], path)

    def _list(self, tree: Tree, kind: Any, path: Path) -> Any:
        if not isinstance(tree, SequenceNode):
            what = f"expected a list, found {_shape(tree)}"
            return self._wrong(tree, path, what, "write [a, b], or one line '- a' per entry")
        items = [self.read(item, kind, (*path, at)) for at, item in enumerate(tree.value)]
        return _BROKEN if _BROKEN in items else tuple(items)

    def _mapping(self, tree: Tree, kinds: tuple[Any, ...], path: Path) -> Any:
        (key_kind, kind), entries = kinds, self._entries(tree, path)
        named = self._grammar.entries.get(path)
        found = {}
        for written, (key, value) in (entries or {}).items():
            place = (*path, written)
            found[self._scalar(key, key_kind, path)] = (
                self._named(named, written, value, place)
                if named
                else self.read(value, kind, place)
            )
        broken = entries is None or _BROKEN in found or _BROKEN in found.values()
        return _BROKEN if broken else found

    def _named(self, named: Named, name: str, tree: Tree, path: Path) -> Any:
        """The value as it is written, if it can be read as the type that `name` stands for."""
        if name not in named.types:
            remedy = suggestion(name, named.types, f"{named.noun}s")
            return self._wrong(tree, path[:-1], f"unknown {named.noun} {name!r}", remedy)
        written = plain(tree)
        if written is True or self.read(tree, named.types[name], path) is not _BROKEN:
            return written
        return _BROKEN

    def _entries(self, tree: Tree, path: Path) -> Entries | None:
        """Keys as written → nodes of key and value, each key once; None if it has no keys."""
        if not isinstance(tree, MappingNode):
            what = f"expected keys and values, found {_shape(tree)}"
            self._wrong(tree, path, what, "write 'key: value', one per line")
            return None
        entries: Entries = {}
        for key, value in tree.value:
            if key.value in entries:
                first = line_of(entries[key.value][0])
                what = f"duplicate key {key.value!r}, it stands in line {first} already"
                self._wrong(key, path, what, "keep one of the two")
            else:
                entries[key.value] = (key, value)
                self.lines[(*path, key.value)] = line_of(key)
        return entries

    def _record(self, tree: Tree, kind: type, path: Path) -> Any:
        keys, grammar, values = keys_of(kind), self._grammar, {}
        if kind in grammar.named:
            values[keys.pop(grammar.named[kind]).attribute] = path[-1]
        short = grammar.short.get(kind)
        if isinstance(tree, ScalarNode) and short:
            values[keys[short].attribute] = self.read(tree, keys[short].kind, path)
            return self._build(tree, kind, values, path)
        entries = self._entries(tree, path)
        if entries is None:
            return _BROKEN
        variant = grammar.variants.get(kind)
        if variant:
            attribute = keys.pop(variant.rest).attribute
            values[attribute] = self._further(tree, kind, variant, entries, path)
        elif beside := grammar.beside.get(kind):
            attribute = keys.pop(beside.rest).attribute
            self._refuse_unknown(kind, (*keys, *beside.types), entries, path)
            values[attribute] = self._beside(beside, entries, path)
        else:
            self._refuse_unknown(kind, keys, entries, path)
        values |= self._fill(tree, keys, entries, path)
        return self._build(tree, kind, values, path)

    def _beside(self, beside: Beside, entries: Entries, path: Path) -> Any:
        """What stands beside the type's own keys, as written."""
        named = Named(beside.noun, beside.types)
        there = {key: entries[key][1] for key in beside.types if key in entries}
        found = {key: self._named(named, key, each, (*path, key)) for key, each in there.items()}
        return _BROKEN if _BROKEN in found.values() else found

    def _further(
        self, tree: Tree, kind: type, variant: Variant, entries: Entries, path: Path
    ) -> Any:
        """The value of the type that the tag names. Unknown keys are told here, for both types."""
        own = keys_of(kind)
        del own[variant.rest]
        tag = entries.get(variant.tag)
        name = str(tag[1].value) if tag else variant.default
        further = variant.types.get(name)
        if further is None:
            # Without the type nobody knows which of the other keys are right.
            if tag:
                remedy = suggestion(name, sorted(variant.types), f"{variant.noun}s")
                what = f"unknown {variant.noun} {name!r}"
                self._wrong(tag[1], (*path, variant.tag), what, remedy)
            return _BROKEN
        keys = {key: each for key, each in keys_of(further).items() if key not in own}
        self._refuse_unknown(kind, {**own, **keys}, entries, path)
        value = self._build(tree, further, self._fill(tree, keys, entries, path), path)
        if value is _BROKEN or not variant.as_written:
            return value
        return {key: plain(entries[key][1]) for key in keys if key in entries}

    def _refuse_unknown(
        self, kind: type, keys: Iterable[str], entries: Entries, path: Path
    ) -> None:
        unbuilt = self._grammar.unbuilt.get(kind, {})
        known = [key for key in keys if key not in unbuilt]
        for key, (tree, _) in entries.items():
            if key in unbuilt:
                self._wrong(tree, path, f"{key!r} is not built yet", unbuilt[key])
            elif key not in known:
                self._wrong(tree, path, f"unknown key {key!r}", suggestion(key, known, "keys"))

    def _fill(
        self, tree: Tree, keys: Mapping[str, Key], entries: Entries, path: Path
    ) -> dict[str, Any]:
        """Attribute → value, `_BROKEN` where a key must stand and does not."""
        values = {}
        for key, each in keys.items():
            if key in entries:
                values[each.attribute] = self.read(entries[key][1], each.kind, (*path, key))
            elif each.required:
                what, remedy = f"the key {key!r} is missing", f"add '{key}: …'"
                values[each.attribute] = self._wrong(tree, path, what, remedy)
        return values

    def _build(self, tree: Tree, kind: type, values: dict[str, Any], path: Path) -> Any:
        if _BROKEN in values.values():
            return _BROKEN
        try:
            value = kind(**values)
        except ValueError as error:
            return self._wrong(tree, path, *_split(error))
        rule = self._grammar.rules.get(kind)
        source = Source(self._file, self.lines)
        for flaw in rule(value) if rule else ():
            self.problems.append(source.problem((*path, *flaw.path), flaw.what, flaw.remedy))
        return value

    def _scalar(self, tree: Tree, kind: Any, path: Path) -> Any:
        noun = _NOUNS.get(kind, "a text")
        if not isinstance(tree, ScalarNode):
            remedy = "put quotes around texts that hold {slots}" if noun == "a text" else ""
            return self._wrong(tree, path, f"expected {noun}, found {_shape(tree)}", remedy)
        if not tree.value and tree.style is None:
            return self._wrong(tree, path, "there is no value", "write one, or take the key out")
        if kind is Secret:
            return self._secret(tree, path)
        if "${" in tree.value:
            what = f"{tree.value!r} is taken as it stands, only secrets come from the environment"
            return self._wrong(tree, path, what, "write the value, or give it on the command line")
        if get_origin(kind) is Literal:
            if tree.value in get_args(kind):
                return tree.value
            remedy = suggestion(tree.value, get_args(kind), "values")
            return self._wrong(tree, path, f"unknown value {tree.value!r}", remedy)
        if kind is str:
            return str(tree.value)
        return self._converted(tree, kind, path)

    def _converted(self, tree: ScalarNode, kind: Any, path: Path) -> Any:
        if hasattr(kind, "parse"):
            try:
                return kind.parse(tree.value)
            except ValueError as error:
                return self._wrong(tree, path, *_split(error))
        value = plain(tree)
        if type(value) is kind or (kind is float and type(value) is int):
            return kind(value)
        what = f"{tree.value!r} is not {_NOUNS[kind]}"
        return self._wrong(tree, path, what, "write it without quotes" if tree.style else "")

    def _secret(self, tree: ScalarNode, path: Path) -> Any:
        match = _VARIABLE.match(tree.value)
        if not match:
            what = "a secret does not belong in a file"
            return self._wrong(tree, path, what, "write ${NAME} and set NAME in the environment")
        if match[1] not in self._environment:
            what = f"the environment has no {match[1]}"
            return self._wrong(tree, path, what, f"set it: export {match[1]}=…")
        return Secret(self._environment[match[1]])


def _fits(tree: Tree, kind: Any) -> bool:
    """Whether a node of this shape can be a value of `kind` at all."""
    if isinstance(tree, SequenceNode):
        return get_origin(kind) is tuple
    if isinstance(tree, MappingNode):
        return get_origin(kind) is dict or is_record(kind)
    return get_origin(kind) not in (tuple, dict)


def _shape(tree: Tree) -> str:
    if isinstance(tree, MappingNode):
        return "keys and values"
    return "a list" if isinstance(tree, SequenceNode) else _BRIEF.repr(tree.value)


def _split(error: ValueError) -> tuple[str, str]:
    """`'4' is not a rate; write for example 4/s` → what is wrong, and what to do about it."""
    said = _REMEDY.match(str(error))
    return (said[1], said[2]) if said else (str(error), "")
