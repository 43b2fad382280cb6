"""Finding load shapes by name; each is one file of `harness/arrivals/`."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Protocol

from .. import arrivals


class Shape(Protocol):
    """A frozen struct; its fields are its YAML in a phase of `load:`."""

    @property
    def lasts_s(self) -> float:
        """How long the phase lasts."""
        ...

    def due(self, seed: int, *names: object) -> Iterator[int]:
        """Nanoseconds from the start of the phase, ascending; the same for the same names."""
        ...


@cache
def shapes() -> dict[str, type]:
    """Every load shape by its file's name."""
    found: dict[str, type] = {}
    for module in pkgutil.iter_modules(arrivals.__path__):
        scope = import_module(f"{arrivals.__name__}.{module.name}")
        for _, kind in inspect.getmembers(scope, inspect.isclass):
            if kind.__module__ == scope.__name__ and hasattr(kind, "due"):
                found[module.name] = kind
    return found
