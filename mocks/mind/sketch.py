"""JSON as a prompt sketches it, where no schema says what is wanted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from .harmless import harmless, is_good
from .schema import Known

_KEY = re.compile(r"[\"'`](\w+)[\"'`]\s*:\s*([^,}\n]*)")
_BETWEEN = re.compile(r"\s*(?:\||/|\bor\b)\s*")
_MOST = 20  # keys
_LONGEST = 8000  # characters that are read of a prompt


def wants_json(prompt: str) -> bool:
    """Whether a prompt asks for JSON and shows how it is to look."""
    return "json" in prompt.lower() and bool(_KEY.search(prompt[:_LONGEST]))


def drawn(prompt: str, known: Known) -> dict[str, Any]:
    """An object with the keys of the first example in a prompt; empty if it shows none.

    known  name of a property → its value, None if nobody knows
    """
    prompt = prompt[:_LONGEST]
    shown = _example(prompt) or dict(_KEY.findall(prompt)[:_MOST])
    return {name: _value(name, value, known) for name, value in shown.items()}


def _example(prompt: str) -> Mapping[str, Any]:
    """The first object in a text that is whole JSON."""
    decoder = json.JSONDecoder()
    for brace in re.finditer(r"\{", prompt):
        with suppress(ValueError, RecursionError):
            found, _ = decoder.raw_decode(prompt, brace.start())
            if found:
                return dict(found)
    return {}


def _value(name: str, shown: Any, known: Known) -> Any:
    """What is known under the name, or a value of the kind that is shown."""
    if isinstance(shown, Mapping):
        return {inner: _value(inner, value, known) for inner, value in shown.items()}
    if not isinstance(shown, str):
        return is_good(name) if isinstance(shown, bool) else shown
    if (value := known(name)) is not None:
        return value
    text = shown.strip(" \"'`<>[]{}.")
    options = [one.strip(" \"'`<>") for one in _BETWEEN.split(text)]
    if {"true", "false"} & {one.lower() for one in options} or "bool" in text.lower():
        return is_good(name)
    if len(options) > 1:
        return harmless(options)
    if re.search(r"\b(number|integer|float|score)\b|^\d", text, re.IGNORECASE):
        return 0
    return text or name.replace("_", " ")
