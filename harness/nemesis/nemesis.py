"""Applies and heals the planned faults, and tells every transition."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from kernel.clock import Clock
from kernel.control import FaultState
from kernel.errors import FastbusyError
from kernel.event import Event, Type
from kernel.units import builtins

from ..planning.plan import PlannedFault
from .mock_control import MockControl

LEASE_S = 20.0


class Nemesis:
    """All mocks of a run. What fails is told as an event and kept in `troubles`; nothing raises."""

    def __init__(
        self, mocks: Sequence[MockControl], clock: Clock, record: Callable[[Event], None]
    ) -> None:
        self._mocks, self._clock, self._record = mocks, clock, record
        self._active: dict[str, PlannedFault] = {}
        self.troubles: list[str] = []

    @property
    def active(self) -> tuple[str, ...]:
        """The names of the faults that are on."""
        return tuple(fault.name for fault in self._active.values())

    async def apply(self, fault: PlannedFault) -> None:
        """On every mock that serves the stage; `fault` `invoke` once all of them have it."""
        order = fault.order
        self._active[order.label] = fault
        mocks = self._targets(fault)
        failed = await self._each([mock.apply(order) for mock in mocks])
        data = {
            "label": order.label,
            "kind": order.kind,
            "target": order.target,
            "name": fault.name,
            "colour": fault.colour,
            "fields": builtins(order.fields),
        }
        if order.share is not None:
            data["share"] = str(order.share)
        self._tell(fault, "invoke", data, due_ns=fault.apply_at_ns)
        if not mocks:
            failed.append(f"no mock serves {order.target!r}")
        if failed:
            del self._active[order.label]
            self._note(failed)
            self._tell(fault, "info", {"reason": f"not applied: {failed[0]}"})

    async def heal(self, label: str) -> None:
        """Heal what is still on under that label."""
        fault = self._active.pop(label, None)
        if fault is None:
            return
        states: list[FaultState] = []

        async def heal_one(mock: MockControl) -> None:
            state = await mock.heal(label)
            if state is not None:
                states.append(state)

        failed = await self._each([heal_one(mock) for mock in self._targets(fault)])
        if failed:
            self._note(failed)
            self._tell(fault, "info", {"reason": f"not healed: {failed[0]}"})
            return
        bites = sum(state.bites for state in states)
        identities = sum(state.identities for state in states)
        data = {"bites": bites, "identities": identities}
        self._tell(fault, "ok", data, due_ns=fault.heal_at_ns)

    async def heal_all(self) -> None:
        """Heal everything, also what nobody here knows of. Any number of times."""
        for label in tuple(self._active):
            await self.heal(label)
        self._note(await self._each([mock.heal_all() for mock in self._mocks]))

    async def renew(self) -> None:
        """Keep the faults on: they heal by themselves if we cease to."""
        self._note(await self._each([mock.renew(LEASE_S) for mock in self._mocks]))

    async def fetch_journals(self) -> bool:
        """Record what the mocks have noted since the last time; whether all of them told it."""

        async def fetch(mock: MockControl) -> None:
            for event in await mock.fetch_journal():
                self._record(event)

        failed = await self._each([fetch(mock) for mock in self._mocks])
        self._note(failed)
        return not failed

    def _note(self, troubles: Sequence[str]) -> None:
        """Each trouble once: what is down is asked again every few seconds."""
        self.troubles += [trouble for trouble in troubles if trouble not in self.troubles]

    def _targets(self, fault: PlannedFault) -> list[MockControl]:
        stage = fault.order.target.partition("/")[0]
        return [mock for mock in self._mocks if mock.serves(stage)]

    async def _each(self, requests: Sequence[Coroutine[Any, Any, Any]]) -> list[str]:
        """All at once; what went wrong, in words."""
        answers = await asyncio.gather(*requests, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, FastbusyError):
                raise answer
        return [str(answer) for answer in answers if isinstance(answer, FastbusyError)]

    def _tell(
        self, fault: PlannedFault, type_: Type, data: dict[str, Any], due_ns: int | None = None
    ) -> None:
        span = f"fault/{fault.order.label}"
        now_ns = self._clock.now_ns()
        self._record(Event(now_ns, "nemesis", "fault", type_, span, "run", due_ns, data))
