"""scenario.md: every key of scenario files and fault profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from harness.callers.behaviour import kinds
from harness.files import profile as profile_file
from harness.files import scenario as scenario_file
from harness.files.grammar import Grammar
from harness.files.keys import is_record
from harness.files.profile import FaultProfile
from harness.files.scenario import UNBUILT, Scenario
from harness.planning.shapes import shapes

from .. import catalogue
from .docstrings import explain
from .tables import field_table, fields_of, table

_HEAD = """\
# Scenarios and fault profiles

Both are YAML. Quantities are written with their unit; a bare number is refused where a unit \
belongs. Unknown and duplicate keys are refused, all mistakes at once, each with its line. \
`fastbusy plan FILE` checks a file and shows what it would do.

In texts of a dialogue `{name}` is a fact of the call and `{result.slots.0}` a part of the last \
tool's result."""


_BEHAVIOURS = """\
Any of these may stand beside the words of a line: `{say: "…", barge_in: 20%}`. Written with \
`true` it takes its defaults, with a bare value that of its chief field, else its fields. The \
callers who do it are chosen when the run is planned, by the seed. Each happens once in a call."""


def page() -> str:
    known = catalogue.known()
    files: Mapping[Any, Grammar] = {
        Scenario: scenario_file.grammar(known.checks),
        FaultProfile: profile_file.grammar(known.kinds, known.targets),
    }
    parts = [_HEAD]
    for kind, grammar in files.items():
        parts += [_section(record, grammar) for record in _records(kind)]
    parts += ["## Behaviours of callers", _BEHAVIOURS, _behaviours()]
    parts += ["## Load shapes", _shapes(), "## Not built yet", _unbuilt()]
    return "\n\n".join(parts) + "\n"


def _records(kind: Any) -> list[Any]:
    """A record and all records in its fields, each once, in the order in which they are met."""
    found: list[Any] = []

    def meet(kind: Any) -> None:
        if is_record(kind) and kind not in found:
            found.append(kind)
            for field in fields_of(kind):
                meet(field.kind)
        for argument in get_args(kind):
            meet(argument)

    meet(kind)
    return found


def _section(kind: Any, grammar: Grammar) -> str:
    variant, named = grammar.variants.get(kind), grammar.named.get(kind)
    beside = grammar.beside.get(kind)
    rest = {each.rest for each in (variant, beside) if each}
    left_out = {named, *rest, *UNBUILT.get(kind, ())}
    every = fields_of(kind)
    fields = [field for field in every if field.attribute not in left_out]
    told = explain(kind, [name for field in every for name in (field.attribute, field.key)])
    notes = [told.prose]
    if short := grammar.short.get(kind):
        notes.append(f"Where only a value is written, it is `{short}`.")
    if beside:
        listed = ", ".join(f"`{name}`" for name in beside.types)
        notes.append(f"Beside these keys may stand each {beside.noun}: {listed}.")
    return "\n\n".join([f"## {kind.__name__}", *notes, field_table(fields, told.meanings)])


def _shapes() -> str:
    return "\n\n".join(
        f"### {name}\n\n{explain(shape, ()).prose}\n\n{field_table(fields_of(shape), {})}"
        for name, shape in sorted(shapes().items())
    )


def _behaviours() -> str:
    parts = []
    for name, kind in sorted(kinds().items()):
        fields = fields_of(kind)
        told = explain(kind, [name for field in fields for name in (field.attribute, field.key)])
        meanings = {"share": "of the callers who do it", **told.meanings}
        parts.append(f"### {name}\n\n{told.prose}\n\n{field_table(fields, meanings)}")
    return "\n\n".join(parts)


def _unbuilt() -> str:
    rows = [
        (f"`{key}`", kind.__name__, remedy)
        for kind, keys in UNBUILT.items()
        for key, remedy in keys.items()
    ]
    return table(("key", "of", "for now"), rows)
