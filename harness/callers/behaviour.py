"""What a behaviour of a caller is, and all of them by name."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import msgspec

from kernel.actor import Instruction
from kernel.units import Duration, Share, convert

from . import behaviours as package

if TYPE_CHECKING:
    from .conversation import Conversation

Moment = Literal["before", "turn", "line", "answer"]
"""before  the agent speaks what the line will react to: the greeting or an answer
turn    it is the caller's turn to say the line
line    the caller says it
answer  the agent speaks in reaction to it
"""


class Behaviour(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One file in `behaviours/`; its fields are its YAML beside a line, its docstring the
    definition that users read. It acts once, `after` so long in its `moment` of the line.

    scalar  the field that a bare value sets (`barge_in: 20%`)
    share   of the calls whose caller does it, decided when the run is planned
    """

    scalar: ClassVar[str] = "share"

    share: Share = Share(1)

    @property
    def moment(self) -> Moment:
        raise NotImplementedError

    @property
    def after_ns(self) -> int:
        raise NotImplementedError

    @property
    def silence_ns(self) -> int:
        """How long the caller is silent before the line, if longer than its natural pause."""
        return 0

    def act(self, call: Conversation, now_ns: int) -> Iterator[Instruction]:
        raise NotImplementedError

    def flaw(self, line: int, lines: int) -> str:
        """Why it cannot be done at line `line` of `lines`, from 1; empty if it can."""
        return ""


class OverAnswer(Behaviour, frozen=True):
    """A behaviour whose moment is the agent's answer to the line."""

    after: Duration = Duration(1)

    @property
    def moment(self) -> Moment:
        return "answer"

    @property
    def after_ns(self) -> int:
        return self.after.ns


@cache
def kinds() -> Mapping[str, type[Behaviour]]:
    """Every behaviour by the name of its file, which holds exactly one."""
    found: dict[str, type[Behaviour]] = {}
    for entry in pkgutil.iter_modules(package.__path__):
        module = import_module(f"{package.__name__}.{entry.name}")
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ == module.__name__ and issubclass(kind, Behaviour):
                found[entry.name] = kind
    return found


def behaviour(name: str, written: Any) -> Behaviour:
    """What was written beside a line under `name`: `true`, a bare value or fields.

    KeyError for an unknown name, msgspec.ValidationError or ValueError for wrong fields.
    """
    kind = kinds()[name]
    if written is True:
        return kind()
    fields = written if isinstance(written, Mapping) else {kind.scalar: written}
    return convert(dict(fields), kind)
