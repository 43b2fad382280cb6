"""The faults in force, in the order in which they were applied, and how often each of them bit."""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import msgspec

from kernel.control import FaultState
from kernel.errors import UsageError
from kernel.fault import STAGES, Arrival, Fault, FaultOrder
from kernel.roll import roll
from kernel.units import chance, convert

from . import faults as package
from .work import Limits


@cache
def fault_kinds() -> Mapping[str, type]:
    """Name of the kind (its file's name) → the dataclass in that file that has a label."""
    found: dict[str, type] = {}
    for module in pkgutil.iter_modules(package.__path__):
        path = f"{package.__name__}.{module.name}"
        for kind in vars(importlib.import_module(path)).values():
            if isinstance(kind, type) and kind.__module__ == path and hasattr(kind, "label"):
                found[module.name] = kind
    return found


def make_fault(order: FaultOrder) -> Fault:
    """The fault that an order asks for. UsageError says what is wrong with the order."""
    kinds = fault_kinds()
    kind = kinds.get(order.kind)
    if kind is None:
        raise UsageError(
            f"unknown fault kind {order.kind!r}",
            where=f"fault {order.label!r}",
            remedy=f"known kinds: {', '.join(sorted(kinds))}{meant(order.kind, kinds)}",
        )
    names = [one.name for one in dataclasses.fields(kind) if one.init]
    unknown = sorted(set(order.fields) - set(names))
    if unknown:
        raise UsageError(
            f"{order.kind} has no field {unknown[0]!r}",
            where=f"fault {order.label!r}",
            remedy=f"its fields: {', '.join(names)}{meant(unknown[0], names)}",
        )
    if order.target.partition("/")[0] not in STAGES:
        raise UsageError(
            f"unknown target {order.target!r}",
            where=f"fault {order.label!r}",
            remedy=f"a stage ({', '.join(STAGES)}), or one provider of it such as llm/openai",
        )
    try:
        fault: Fault = convert(order.fields, kind)
    except (msgspec.ValidationError, ValueError) as error:
        raise UsageError(
            str(error), where=f"fault {order.label!r}", remedy=f"see the fields of {order.kind}"
        ) from error
    return fault


def meant(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'llm'?`, empty if nothing known is like it."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


@dataclass(eq=False)
class Applied:
    """A fault in force, and what it has done so far."""

    order: FaultOrder
    fault: Fault
    applied_at_ns: int
    bites: int = 0
    identities: set[str] = field(default_factory=set)

    @property
    def label(self) -> str:
        return self.order.label

    @classmethod
    def of(cls, order: FaultOrder, now_ns: int) -> Applied:
        """UsageError if the order is wrong."""
        return cls(order, make_fault(order), now_ns)

    def concerns(self, arrival: Arrival) -> bool:
        """Does it aim at this provider, and is this identity one of its share?"""
        stage, _, provider = self.order.target.partition("/")
        if stage != arrival.stage or provider not in ("", arrival.provider):
            return False
        share, names = self.order.share, (self.label, arrival.identity, arrival.attempt)
        return share is None or chance(share, self.order.seed, "share", *names)

    def roll(self, arrival: Arrival) -> partial[float]:
        """Chance for this fault and arrival: the same in whatever order they are asked."""
        return partial(roll, self.order.seed, self.label, arrival.identity, arrival.attempt)

    def bite(self, arrival: Arrival) -> None:
        self.bites += 1
        self.identities.add(arrival.identity)

    def can(self, ability: str) -> Any:
        """The fault's method of that name, None if its kind has none."""
        return getattr(self.fault, ability, None)

    def state(self, healed_at_ns: int | None = None) -> FaultState:
        return FaultState(
            self.order, self.applied_at_ns, healed_at_ns, self.bites, len(self.identities)
        )


class Chain:
    """Faults by label."""

    def __init__(self) -> None:
        self._applied: dict[str, Applied] = {}

    def __len__(self) -> int:
        return len(self._applied)

    def __iter__(self) -> Iterator[Applied]:
        return iter(tuple(self._applied.values()))

    def get(self, label: str) -> Applied | None:
        return self._applied.get(label)

    def add(self, applied: Applied) -> None:
        self._applied[applied.label] = applied

    def remove(self, label: str) -> Applied | None:
        return self._applied.pop(label, None)

    def concerning(self, arrival: Arrival) -> Iterator[Applied]:
        return (applied for applied in self if applied.concerns(arrival))

    def limits(self, arrival: Arrival, plan: Limits, now_ns: int) -> Limits:
        """How the limits in force stand for an arrival: those of the latest fault, or the plan."""
        found = plan
        for applied in self.concerning(arrival):
            if limits := applied.can("limits"):
                told: Limits = limits(arrival, now_ns)
                found = Limits(told.requests or found.requests, told.tokens or found.tokens)
        return found
