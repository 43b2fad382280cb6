"""events.md: the vocabulary of a run's history, and the typed views of it."""

from __future__ import annotations

import inspect

from kernel import event, history, records

from .docstrings import explain
from .tables import field_table, fields_of

_VIEWS = (
    records.Call,
    records.Turn,
    records.Aside,
    records.Heard,
    records.Work,
    records.Socket,
    records.FaultWindow,
    records.Phase,
)


def page() -> str:
    summary, _, vocabulary = (inspect.getdoc(history) or "").partition("\n\n")
    intro, _, lines = vocabulary.partition("\n\n")
    parts = [
        "# Events",
        "`events.jsonl` of a run folder holds one event per line.",
        inspect.getdoc(event) or "",
        f"## Event\n\n{_table(event.Event)}",
        f"## Vocabulary\n\n{summary}\n\n{intro}\n\n```text\n{lines}\n```",
        f"## Views\n\n{inspect.getdoc(records)}",
    ]
    parts += [f"### {view.__name__}\n\n{_table(view)}" for view in _VIEWS]
    return "\n\n".join(parts) + "\n"


def _table(kind: type) -> str:
    fields = fields_of(kind)
    told = explain(kind, [field.attribute for field in fields])
    # These are read, not written: defaults say nothing.
    read = [field._replace(default=None) for field in fields]
    return f"{told.prose}\n\n{field_table(read, told.meanings)}"
