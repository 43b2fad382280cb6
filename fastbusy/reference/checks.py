"""checks.md: every check, with the definition by which it judges."""

from __future__ import annotations

from harness.check import Check
from harness.gates import known_checks

from .docstrings import explain
from .notation import as_written
from .tables import Field, field_table, fields_of

_INSTRUMENT = (
    "Speaks of the harness, not of the agent: when it is bad the run is void, and the verdict "
    "*unknown*."
)
_PER_CALL = (
    "Needs to know which provider work belongs to which call; *unknown* where too little of it "
    "could be joined (see [attributed](#attributed))."
)


def page() -> str:
    head = (
        "# Checks\n\n"
        "All checks look at every run. Those under `gate:` in a scenario decide its verdict; of "
        "the others a *fail* is a warning. A gate is written as the check's name with `true`, "
        "with a bare value for its chief field, or with its fields. A plain list of names takes "
        "their defaults.\n\n"
        "Outcomes: *pass*, *warn*, *fail*, and *unknown* where there is too little to judge by."
    )
    return "\n\n".join([head, *(_section(*each) for each in known_checks().items())]) + "\n"


def _section(name: str, check: type[Check]) -> str:
    fields = fields_of(check)
    told = explain(check, [field.attribute for field in fields])
    parts = [f"## {name}", told.prose]
    parts += [_INSTRUMENT] * check.instrument + [_PER_CALL] * check.per_call
    if fields:
        parts.append(field_table(fields, told.meanings))
    parts.append("\n".join(["```yaml", "gate:", *example(name, check), "```"]))
    return "\n\n".join(parts)


def example(name: str, check: type[Check]) -> list[str]:
    """Lines under `gate:`: the chief field alone, and all fields if there are more."""
    written = {field.key: text for field in fields_of(check) if (text := _written(field))}
    chief = written.get(check.scalar)
    lines = [f"  {name}: {chief or 'true'}"]
    if len(written) > 1:
        every = ", ".join(f"{key}: {text}" for key, text in written.items())
        lines.append(f"  # or: {name}: {{{every}}}")
    return lines


def _written(field: Field) -> str:
    return as_written(field.default)
