"""Symbols of one stream put in their places by the symbol clock: what is doubled, weak or missing.

The clock turns by one with every symbol, one way for callers and the other for agents. So a step
says how many symbols are missing (modulo 4), and a few steps say whose voice it is.
"""

from __future__ import annotations

from itertools import pairwise

from .alphabet import Role
from .chord import CLOCK_TONES
from .tracker import Symbol

LOST = -2
"""The value of a symbol that must have been there and was not heard."""

_SAME_SYMBOL_S = 0.096
_SAME_START_S = 0.5
_TOO_LONG_TO_COUNT_S = 1.0
_WEAK_KEPT, _WEAK_CONFIDENCE = 8, 0.49
_SYMBOLS_THAT_CONVINCE = 4  # three steps
_BACKWARDS = CLOCK_TONES - 1


class Sequence:
    """The order of one stream's symbols. `role` is None until START or the clock tells it."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Whatever comes next, and from whom, has nothing to do with what was."""
        self.role: Role | None = None
        self._last: Symbol | None = None
        self._weak: tuple[Symbol, ...] = ()
        self._out_of_step: tuple[Symbol, ...] = ()

    def fall_silent(self) -> None:
        """The sound stopped: what was weak is not confirmed any more."""
        self._weak = ()

    def open(self, symbol: Symbol, role: Role) -> bool:
        """Begin with a START; false if it is the second half of one already heard."""
        last = self._last
        again = (
            last is not None
            and (last.value, last.clock) == (symbol.value, symbol.clock)
            and symbol.at_s - last.at_s < _SAME_START_S
        )
        self.role, self._last = role, symbol
        self._weak = self._out_of_step = ()
        return not again

    def place(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """All symbols that are known with this one, itself the last; usually the one."""
        last, role = self._last, self.role
        if not symbol.strong:
            if last is not None:
                self._weak = (*self._weak, symbol)[:_WEAK_KEPT]
            return ()
        if role is None or last is None:
            self._out_of_step = (*self._out_of_step, symbol)[-_SYMBOLS_THAT_CONVINCE:]
            return self._place_first(symbol)
        turn = 1 if role is Role.CALLER else -1
        step = (symbol.clock - last.clock) * turn % CLOCK_TONES
        if step == 1:
            self._last = symbol
            self._weak = self._out_of_step = ()
            return (symbol,)
        self._out_of_step = (*(self._out_of_step or (last,)), symbol)[-_SYMBOLS_THAT_CONVINCE:]
        if step == _BACKWARDS and self._role_by_clock() is not role:
            return self._place_first(symbol)
        return self._place_apart(last, symbol, step, turn)

    def _role_by_clock(self) -> Role | None:
        """The role that several steps in a row agree on, else the one there is."""
        recent = self._out_of_step
        steps = {(b.clock - a.clock) % CLOCK_TONES for a, b in pairwise(recent)}
        if len(recent) == _SYMBOLS_THAT_CONVINCE and steps in ({1}, {_BACKWARDS}):
            return Role.CALLER if steps == {1} else Role.AGENT
        return self.role

    def _place_first(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """Somebody whose START was not heard: nothing, until the steps have given him away."""
        self.role = self._role_by_clock()
        if self.role is None:
            return ()
        self._last, recent = symbol, self._out_of_step
        self._weak = self._out_of_step = ()
        return recent

    def _place_apart(
        self, last: Symbol, symbol: Symbol, step: int, turn: int
    ) -> tuple[Symbol, ...]:
        """A symbol that is not next to the last one: a half of the same, or some are missing."""
        weak, self._weak = self._weak, ()
        self._last = symbol
        gap_s = symbol.at_s - last.at_s
        if step == 0 and (gap_s < _SAME_SYMBOL_S or symbol.value == last.value):
            return ()
        if gap_s > _TOO_LONG_TO_COUNT_S:
            return (symbol,)
        missing = range(1, (step - 1) % CLOCK_TONES + 1)
        clocks = [(last.clock + turn * place) % CLOCK_TONES for place in missing]
        return (*(_weak_or_lost(clock, weak, symbol.at_s) for clock in clocks), symbol)


def _weak_or_lost(clock: int, weak: tuple[Symbol, ...], at_s: float) -> Symbol:
    """The weak symbol that its neighbours' clock confirms, else a lost one."""
    for symbol in weak:
        if symbol.clock == clock:
            return symbol._replace(confidence=min(symbol.confidence, _WEAK_CONFIDENCE))
    return Symbol(-1, at_s, LOST, clock, 0.0, False)
