"""How values of a type are written in files and on the wire, in words and by example."""

from __future__ import annotations

import datetime as dt
import types
from typing import Any, Literal, Union, get_args, get_origin

from harness.files.grammar import Filled, Secret, Shell
from harness.planning.reach import Address
from kernel.dialogue import ToolCall
from kernel.fault import Stage
from kernel.units import QUANTITIES, Duration, Latency, Rate, Ratio, Share

_WORDS: dict[Any, str] = {
    Duration: "duration: `500ms`, `5m`",
    Share: "share: `20%`",
    Rate: "rate: `4/s`, `90/m`",
    Ratio: "multiple: `1.5x`",
    Latency: "latency: `300ms`, `lognormal(P50, P95)`",
    ToolCall: "tool call: `tool(name={fact})`",
    Secret: "text from the environment: `${NAME}`",
    Filled: "text, secrets in it as `${NAME}`",
    Shell: "shell command",
    Address: "address: `127.0.0.1:8443`",
    Stage: "stage",
    str: "text",
    int: "whole number",
    float: "number",
    bool: "`true` or `false`",
    dt.date: "date",
    type(None): "nothing",
    Any: "anything",
}


def in_words(kind: Any) -> str:
    """`Duration | None` → ``duration: `500ms`, `5m` ``; a record by its name."""
    if kind in _WORDS:
        return _WORDS[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return " or ".join(in_words(each) for each in arguments if each is not type(None))
    if origin is Literal:
        return " or ".join(f"`{each}`" for each in arguments)
    if origin is tuple and arguments[-1] is not Ellipsis:
        return f"[{', '.join(map(in_words, arguments))}]"
    if origin in (tuple, list):
        return f"list of {in_words(arguments[0])}"
    if origin is dict or _is_mapping(origin):
        key, value = map(in_words, arguments)
        return f"{key} → ({value})" if " or " in value else f"{key} → {value}"
    return f"[{kind.__name__}](#{kind.__name__.lower()})"


def as_written(value: Any) -> str:
    """A value as a file has it: `5s`, `true`, `[a, b]`; empty for nothing and for records."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not isinstance(value, QUANTITIES):
        return f"{value:g}"
    if isinstance(value, (*QUANTITIES, int, str)):
        return str(value)
    if isinstance(value, tuple | list) and value:
        return f"[{', '.join(map(as_written, value))}]"
    return ""


def _is_mapping(origin: Any) -> bool:
    return isinstance(origin, type) and hasattr(origin, "keys")
