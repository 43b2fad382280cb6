"""The checks by name, and what a scenario writes under `gate:` made into their fields."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec

from kernel.units import convert

from . import checks
from .check import Check


@cache
def known_checks() -> Mapping[str, type[Check]]:
    """Every check by the name of its file, which holds exactly one."""
    found: dict[str, type[Check]] = {}
    for entry in pkgutil.iter_modules(checks.__path__):
        module = importlib.import_module(f"{checks.__name__}.{entry.name}")
        for kind in vars(module).values():
            ours = getattr(kind, "__module__", "") == module.__name__
            if ours and isinstance(kind, type) and issubclass(kind, Check):
                found[entry.name] = kind
    return MappingProxyType(found)


def configure(gates: Mapping[str, Any]) -> list[Check]:
    """All checks, those named in `gates` with the fields given there, the others by default.

    A value is a mapping of fields, a bare value for the check's chief field, or `true` for its
    defaults. ValueError naming the check, the value and the remedy.
    """
    for name in gates:
        if name not in known_checks():
            raise ValueError(_unknown(name))
    return [_configured(name, kind, gates.get(name, True)) for name, kind in known_checks().items()]


def _configured(name: str, kind: type[Check], value: Any) -> Check:
    if value is True or value is None:
        return kind()
    fields = value if isinstance(value, Mapping) else {kind.scalar: value}
    try:
        return convert(dict(fields), kind)
    except (msgspec.ValidationError, ValueError) as error:
        known = ", ".join(kind.__struct_fields__)
        raise ValueError(f"gate {name}: {value!r}: {error}; its fields: {known}") from error


def _unknown(name: str) -> str:
    close = get_close_matches(name, known_checks(), n=1)
    advice = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known_checks())}"
    return f"unknown check {name!r}; {advice}"
