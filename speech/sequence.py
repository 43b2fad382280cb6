"""Symbols of one stream put in their places by the symbol clock: what is doubled, weak or missing.

The clock turns by one with every symbol, one way for callers and the other for agents. So a step
says how many symbols are missing (modulo 4), and a few steps say whose voice it is.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import NamedTuple

from .alphabet import Role
from .chord import CLOCK_TONES
from .tracker import Symbol

LOST = -2
"""The value of a place whose symbol was not heard."""

_SAME_SYMBOL_S = 0.096
_SAME_START_S = 0.5
_TOO_LONG_TO_COUNT_S = 1.0
_WEAK_KEPT, _WEAK_CONFIDENCE = 8, 0.49
_STEPS_THAT_CONVINCE = 3
_BACKWARDS = CLOCK_TONES - 1


class Placed(NamedTuple):
    """One place of an utterance: 0 to 63 or LOST."""

    value: int
    confidence: float
    at_s: float


class Sequence:
    """The order of one stream's symbols. `role` is None until START or the clock tells it."""

    def __init__(self) -> None:
        self.role: Role | None = None
        self._last: Symbol | None = None
        self._weak: list[Symbol] = []
        self._recent: deque[Symbol] = deque(maxlen=_STEPS_THAT_CONVINCE + 1)

    def forget(self) -> None:
        """Whatever comes next, and from whom, has nothing to do with what was."""
        self.role, self._last = None, None
        self._weak.clear()
        self._recent.clear()

    def fall_silent(self) -> None:
        """The sound stopped: what was weak is not confirmed any more."""
        self._weak.clear()

    def open(self, symbol: Symbol, role: Role) -> bool:
        """Begin with a START; false if it is the second half of one already heard."""
        last = self._last
        again = (
            last is not None
            and (last.value, last.clock) == (symbol.value, symbol.clock)
            and symbol.at_s - last.at_s < _SAME_START_S
        )
        self.role, self._last = role, symbol
        self._weak.clear()
        self._recent.clear()
        return not again

    def place(self, symbol: Symbol) -> list[Placed]:
        """The places that are known with this symbol, itself the last; often just the one."""
        if not symbol.strong:
            if self._last is not None and len(self._weak) < _WEAK_KEPT:
                self._weak.append(symbol)
            return []
        self._recent.append(symbol)
        if self.role is None or self._step(symbol) == _BACKWARDS:
            role = self._role_by_clock()
            if role is not self.role:
                return self._begin_amid(role)
        return [] if self.role is None else self._follow(symbol)

    def _step(self, symbol: Symbol) -> int:
        """How far the clock has turned since the last symbol, in the role's direction."""
        if self.role is None or self._last is None:
            return 0
        return (symbol.clock - self._last.clock) * self.role.value % CLOCK_TONES

    def _role_by_clock(self) -> Role | None:
        """The role that several steps in a row agree on, else the one there is."""
        if len(self._recent) > _STEPS_THAT_CONVINCE:
            steps = {(b.clock - a.clock) % CLOCK_TONES for a, b in pairwise(self._recent)}
            if steps == {1}:
                return Role.CALLER
            if steps == {_BACKWARDS}:
                return Role.AGENT
        return self.role

    def _begin_amid(self, role: Role | None) -> list[Placed]:
        """Somebody is heard whose START was not: take up the steps that gave him away."""
        self.role, self._last = role, None
        self._weak.clear()
        placed: list[Placed] = []
        for symbol in self._recent:
            placed += self._follow(symbol)
        return placed

    def _follow(self, symbol: Symbol) -> list[Placed]:
        last, step = self._last, self._step(symbol)
        self._last = symbol
        weak, self._weak = self._weak, []
        if last is None or self.role is None:
            return [Placed(symbol.value, symbol.confidence, symbol.at_s)]
        gap_s = symbol.at_s - last.at_s
        if step == 0 and (gap_s < _SAME_SYMBOL_S or symbol.value == last.value):
            return []
        placed: list[Placed] = []
        if step != 1 and gap_s <= _TOO_LONG_TO_COUNT_S:
            for place in range(1, (step - 1) % CLOCK_TONES + 1):
                clock = (last.clock + self.role.value * place) % CLOCK_TONES
                placed.append(_weak_at(clock, weak, symbol.at_s))
        placed.append(Placed(symbol.value, symbol.confidence, symbol.at_s))
        return placed


def _weak_at(clock: int, weak: list[Symbol], at_s: float) -> Placed:
    """The weak symbol that this clock tone confirms, else a lost one."""
    for symbol in weak:
        if symbol.clock == clock:
            confidence = min(symbol.confidence, _WEAK_CONFIDENCE)
            return Placed(symbol.value, confidence, symbol.at_s)
    return Placed(LOST, 0.0, at_s)
