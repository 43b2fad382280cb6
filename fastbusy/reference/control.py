"""control.md: the control API of the mocks."""

from __future__ import annotations

import inspect

import msgspec

from kernel import control
from kernel.fault import FaultOrder

from .docstrings import explain
from .tables import field_table, fields_of

_AFTER = """\
On loopback anybody may use it. Elsewhere mocks start only with FASTBUSY_CONTROL_TOKEN in their \
environment, and every request but `health` needs `Authorization: Bearer TOKEN`. Metrics for \
Prometheus are at `/metrics`.

```sh
curl -X PUT http://127.0.0.1:8700/_fastbusy/faults/storm \\
    -d '{"label": "storm", "kind": "rate_limit", "target": "llm", "fields": {"requests": "1/s"}}'
curl -X DELETE http://127.0.0.1:8700/_fastbusy/faults
```"""


def page() -> str:
    summary, _, routes = (inspect.getdoc(control) or "").partition("\n\n")
    kinds: list[type] = [
        kind
        for kind in vars(control).values()
        if isinstance(kind, type)
        and issubclass(kind, msgspec.Struct)
        and kind.__module__ == control.__name__
    ]
    parts = ["# Control API", summary, f"```text\n{routes}\n```", _AFTER]
    text = "\n\n".join([*parts, *(_section(kind) for kind in (*kinds, FaultOrder))])
    return text.replace("(#event)", "(events.md#event)") + "\n"


def _section(kind: type) -> str:
    fields = fields_of(kind)
    told = explain(kind, [field.attribute for field in fields])
    return f"## {kind.__name__}\n\n{told.prose}\n\n{field_table(fields, told.meanings)}"
