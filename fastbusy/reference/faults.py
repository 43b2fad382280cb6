"""faults.md: every kind of fault."""

from __future__ import annotations

import re

from kernel.fault import FaultKind

from .. import catalogue
from .docstrings import explain
from .tables import field_table, fields_of

_EXAMPLE = re.compile(r"^(\w+):.*?#\s*(.*)$")


def page() -> str:
    head = (
        "# Faults\n\n"
        "A fault profile (`fault_profiles/NAME.yaml`) is a timeline of faults. Each has a kind, a "
        "target, a time (`at`, `for`) and perhaps a `share`; see [scenario.md](scenario.md). "
        "Beside these stand the keys of its kind.\n\n"
        f"Targets: {', '.join(f'`{target}`' for target in catalogue.targets())}."
    )
    return "\n\n".join([head, *map(_section, catalogue.fault_kinds().values())]) + "\n"


def _section(kind: FaultKind) -> str:
    fields = fields_of(kind.fields)
    told = explain(kind.fields, [field.attribute for field in fields])
    table = field_table(fields, {**_comments(told.prose), **told.meanings})
    plots = f"In plots: *{kind.label}*, `{kind.colour}`. Source: `mocks/faults/{kind.name}.py`."
    return f"## {kind.name}\n\n{told.prose}\n\n{table}\n\n{plots}"


def _comments(prose: str) -> dict[str, str]:
    """Key → the comment beside it in an example."""
    found = (_EXAMPLE.match(line) for line in prose.splitlines())
    return {match[1]: match[2] for match in found if match}
