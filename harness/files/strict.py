"""YAML → typed values, strictly: every problem of a file at once, each with its line and a remedy.

The tree of nodes and the types are walked together. A type with a `parse` is written as text;
msgspec structs and dataclasses are written as keys and values.
"""

from __future__ import annotations

import types
from collections.abc import Collection, Mapping
from typing import Any, TypeVar, Union, get_args, get_origin

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from kernel.errors import FileProblems, Problem

from .cuts import Item, uncut
from .grammar import Beside, Grammar, Loaded, Named, Path, Source, Variant, nearest, suggestion
from .keys import Key, blank, fits, is_record, keys_of, sketch
from .nodes import Tree, compose, is_null, line_of, plain, shape
from .places import Level, inward, outward
from .scalars import Unreadable, in_two, scalar
from .variants import Entries, Further, further

T = TypeVar("T")
_NO_ENVIRONMENT: Mapping[str, str] = types.MappingProxyType({})
_BROKEN: Any = object()


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
        self._around: list[Level] = []
        self._left: dict[Path, Any] = {}  # what could be read of broken lists and mappings
        self._elsewhere: set[Path] = set()
        """Keys that are missed in their place and stand in another."""

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
        fitting = [kind for kind in kinds if fits(tree, kind)]
        return self.read(tree, (fitting or kinds)[0], path)

    def _list(self, tree: Tree, kind: Any, path: Path) -> Any:
        if not isinstance(tree, SequenceNode):
            what = f"expected a list, found {shape(tree)}"
            return self._wrong(tree, path, what, "write [a, b], or one line '- a' per entry")
        whole = enumerate(self._uncut(tree, path))
        items = [self._item(item, kind, (*path, at)) for at, (item,) in whole]
        if _BROKEN not in items:
            return tuple(items)
        if (hole := blank(kind)) is not None:
            self._left[path] = tuple(hole if item is _BROKEN else item for item in items)
        return _BROKEN

    def _item(self, tree: Tree, kind: Any, path: Path) -> Any:
        named = self._grammar.entries.get(path[:-1])
        if not named or not isinstance(tree, MappingNode):
            return self.read(tree, kind, path)
        what = f"a list names {named.noun}s without values"
        return self._wrong(tree, path, what, "write {NAME: VALUE, …} in place of the whole list")

    def _mapping(self, tree: Tree, kinds: tuple[Any, ...], path: Path) -> Any:
        (key_kind, kind), entries = kinds, self._entries(tree, path)
        named = self._grammar.entries.get(path)
        found, last = {}, dict[str, Key]()
        for written, (key, value) in (entries or {}).items():
            place, told = (*path, written), len(self.problems)
            name = self._scalar(key, key_kind, path)
            found[name] = (
                self._named(named, written, value, place)
                if named
                else self.read(value, kind, place)
            )
            remedy = self._place(written, last, path) if named or is_record(kind) else ""
            if remedy and _BROKEN in (name, found[name]):
                # What is wrong within it is wrong only there.
                del self.problems[told:]
                self._wrong(key, path, f"{written!r} stands in the wrong place", remedy)
            else:
                last = {written: Key(written, named.types.get(written) if named else kind, False)}
        if entries is not None and _BROKEN not in found and _BROKEN not in found.values():
            return found
        self._left[path] = {key: each for key, each in found.items() if _BROKEN not in (key, each)}
        return _BROKEN

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
            what = f"expected keys and values, found {shape(tree)}"
            self._wrong(tree, path, what, "write 'key: value', one per line")
            return None
        entries: Entries = {}
        for key, value in self._uncut(tree, path):
            if key.value in entries:
                first = line_of(entries[key.value][0])
                what = f"duplicate key {key.value!r}, it stands in line {first} already"
                self._wrong(key, path, what, "keep one of the two")
            else:
                entries[key.value] = (key, value)
                self.lines[(*path, key.value)] = line_of(key)
        return entries

    def _uncut(self, tree: MappingNode | SequenceNode, path: Path) -> list[Item]:
        """Its items, texts that were cut put together again, which is told."""
        items, cut = uncut(tree)
        for *key, text in cut:
            what = f"{text.value!r} is cut at its comma"
            place = (*path, *(each.value for each in key))
            self._wrong(text, place, what, f"put quotes around it: {text.value!r}")
        return items

    def _record(self, tree: Tree, kind: type, path: Path) -> Any:
        keys, grammar, values = keys_of(kind), self._grammar, {}
        if kind in grammar.named:
            values[keys.pop(grammar.named[kind]).attribute] = path[-1]
        short = grammar.short.get(kind)
        if isinstance(tree, ScalarNode) and short:
            values[keys[short].attribute] = self.read(tree, keys[short].kind, path)
            return self._build(tree, kind, values, path)
        if not isinstance(tree, MappingNode):
            what = f"expected keys and values, found {shape(tree)}"
            return self._wrong(tree, path, what, f"write {sketch(keys)}")
        entries = self._entries(tree, path) or {}
        variant, beside = grammar.variants.get(kind), grammar.beside.get(kind)
        rest = keys.pop(variant.rest) if variant else None
        others = keys.pop(beside.rest) if beside else None
        tagged = self._further(keys, variant, entries, path) if variant else None
        known = {**keys, **(tagged.keys if tagged else {})}
        known |= {
            key: Key(key, each, False) for key, each in (beside.types if beside else {}).items()
        }
        entries = self._respelled(kind, known, entries, path)
        self._around.append(Level(path, known, entries))
        if variant and rest and tagged:
            values[rest.attribute] = self._rest(tree, variant, tagged, entries, path)
        if beside and others:
            values[others.attribute] = self._beside(beside, entries, path)
        values |= self._fill(tree, keys, entries, path)
        self._around.pop()
        return self._build(tree, kind, values, path)

    def _further(
        self, own: Mapping[str, Key], variant: Variant, entries: Entries, path: Path
    ) -> Further:
        found, unknown = further(own, variant, entries)
        if unknown:
            what = f"unknown {variant.noun} {unknown.value!r}"
            remedy = suggestion(unknown.value, sorted(variant.types), f"{variant.noun}s")
            self._wrong(unknown, (*path, variant.tag), what, remedy)
        return found

    def _rest(
        self, tree: Tree, variant: Variant, tagged: Further, entries: Entries, path: Path
    ) -> Any:
        kind, keys = tagged
        if kind is None:
            present = {key: each for key, each in keys.items() if key in entries}
            self._fill(tree, present, entries, path)
            return _BROKEN
        value = self._build(tree, kind, self._fill(tree, keys, entries, path), path)
        if value is _BROKEN or not variant.as_written:
            return value
        return {key: plain(entries[key][1]) for key in keys if key in entries}

    def _beside(self, beside: Beside, entries: Entries, path: Path) -> Any:
        """What stands beside the type's own keys, as written."""
        named = Named(beside.noun, beside.types)
        there = {key: entries[key][1] for key in beside.types if key in entries}
        found = {key: self._named(named, key, each, (*path, key)) for key, each in there.items()}
        return _BROKEN if _BROKEN in found.values() else found

    def _respelled(
        self, kind: type, keys: Mapping[str, Key], entries: Entries, path: Path
    ) -> Entries:
        """The entries that are known, a misspelt one under the key that is likely to be meant."""
        unbuilt = self._grammar.unbuilt.get(kind, {})
        known = {key: each for key, each in keys.items() if key not in unbuilt}
        found = {key: entry for key, entry in entries.items() if key in known}
        for key, entry in entries.items():
            if key in unbuilt:
                self._wrong(entry[0], path, f"{key!r} is not built yet", unbuilt[key])
            elif key not in known:
                place = self._place(key, known, path)
                remedy = place or suggestion(key, known, "keys")
                self._wrong(entry[0], path, f"unknown key {key!r}", remedy)
                if not place and (meant := nearest(key, known)):
                    found.setdefault(meant, entry)
        return found

    def _place(self, key: str, keys: Mapping[str, Key], path: Path) -> str:
        """Where a key belongs that is none of `keys`; empty if that cannot be told."""
        if level := outward(key, self._around):
            self._elsewhere.add((*level.path, key))
            return f"move it out: it belongs beside {path[len(level.path)]!r}"
        under = inward(key, keys, path, self._grammar)
        return f"move it in: it belongs under {under!r}" if under else ""

    def _fill(
        self, tree: Tree, keys: Mapping[str, Key], entries: Entries, path: Path
    ) -> dict[str, Any]:
        """Attribute → value, `_BROKEN` where a key must stand and does not."""
        values = {
            each.attribute: self.read(entries[key][1], each.kind, (*path, key))
            for key, each in keys.items()
            if key in entries
        }
        for key, each in keys.items():
            if each.required and key not in entries:
                values[each.attribute] = _BROKEN
                if (*path, key) not in self._elsewhere:
                    self._wrong(tree, path, f"the key {key!r} is missing", f"add '{key}: …'")
        return values

    def _build(self, tree: Tree, kind: type, values: dict[str, Any], path: Path) -> Any:
        broken = {name for name, value in values.items() if value is _BROKEN}
        parts = self._grammar.parts.get(kind, {})
        rules = [rule for rule, needed in parts.items() if broken.isdisjoint(needed)]
        if broken and not rules:
            return _BROKEN
        try:
            whole = {name: each for name, each in values.items() if name not in broken}
            value = kind(**whole, **self._remains(kind, broken, path))
        except ValueError as error:
            return self._wrong(tree, path, *in_two(error))
        if not broken and kind in self._grammar.rules:
            rules.append(self._grammar.rules[kind])
        source = Source(self._file, self.lines)
        for flaw in (flaw for rule in rules for flaw in rule(value)):
            self.problems.append(source.problem((*path, *flaw.path), flaw.what, flaw.remedy))
        return _BROKEN if broken else value

    def _remains(self, kind: type, broken: Collection[str], path: Path) -> dict[str, Any]:
        """What stands for keys that cannot be read, where no default does."""
        wanted = {each.attribute for each in keys_of(kind).values() if each.required}
        left = {name: self._left.get((*path, name), ()) for name in broken}
        return {name: each for name, each in left.items() if each or name in wanted}

    def _scalar(self, tree: Tree, kind: Any, path: Path) -> Any:
        try:
            return scalar(tree, kind, self._environment)
        except Unreadable as error:
            return self._wrong(tree, path, error.what, error.remedy)
