import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from harness.nemesis.nemesis import Nemesis
from harness.planning.plan import PlannedFault
from kernel.control import FaultState
from kernel.errors import StackError
from kernel.event import Event
from kernel.fault import FaultOrder
from kernel.history import History
from kernel.units import Rate, Share

from ..desk import StepClock

S = 1_000_000_000


class FakeMock:
    def __init__(self, *services: str) -> None:
        self.services = services
        self.applied: list[FaultOrder] = []
        self.healed: list[str] = []
        self.fails = False
        self.events: list[Event] = []

    def serves(self, stage: str) -> bool:
        return stage in self.services

    def _work(self) -> None:
        if self.fails:
            raise StackError("gone")

    async def apply(self, order: FaultOrder) -> FaultState:
        self._work()
        self.applied.append(order)
        return FaultState(order, 0)

    async def heal(self, label: str) -> FaultState | None:
        self._work()
        self.healed.append(label)
        order = next((order for order in self.applied if order.label == label), None)
        return order and FaultState(order, 0, 1, bites=5, identities=2)

    async def heal_all(self) -> list[FaultState]:
        self._work()
        self.healed.append("*")
        return []

    async def renew(self, seconds: float) -> None:
        self._work()

    async def fetch_journal(self) -> list[Event]:
        self._work()
        events, self.events = self.events, []
        return events


def planned(label: str = "f", target: str = "llm/openai") -> PlannedFault:
    order = FaultOrder(
        label=label,
        kind="rate_limit",
        target=target,
        fields={"requests": Rate(2)},
        share=Share(0.2),
    )
    return PlannedFault(order, "LLM throttles", "#cc0000", 1 * S, 9 * S)


def run(
    act: Callable[[Nemesis, StepClock], Awaitable[None]], *mocks: FakeMock
) -> tuple[Nemesis, list[Event]]:
    events: list[Event] = []
    clock = StepClock()
    nemesis = Nemesis(mocks, clock, events.append)  # type: ignore[arg-type]

    async def go() -> None:
        await act(nemesis, clock)

    asyncio.run(go())
    return nemesis, events


def test_a_fault_is_applied_where_its_stage_is_served_and_told() -> None:
    llm, stt = FakeMock("llm", "tools"), FakeMock("stt")

    async def act(nemesis: Nemesis, clock: StepClock) -> None:
        clock.now = 1 * S + 5
        await nemesis.apply(planned())
        assert nemesis.active == ("LLM throttles",)
        clock.now = 9 * S + 5
        await nemesis.heal("f")
        await nemesis.heal("f")
        assert nemesis.active == ()

    nemesis, events = run(act, llm, stt)
    assert [order.label for order in llm.applied] == ["f"]
    assert llm.healed == ["f"]
    assert (stt.applied, stt.healed) == ([], [])
    (window,) = History(events).faults
    assert (window.from_ns, window.until_ns) == (1 * S + 5, 9 * S + 5)
    assert (window.label, window.kind, window.target) == ("f", "rate_limit", "llm/openai")
    assert (window.name, window.colour) == ("LLM throttles", "#cc0000")
    assert (window.bites, window.identities) == (5, 2)
    assert events[0].data["fields"] == {"requests": "2/s"}
    assert events[0].data["share"] == "20%"
    assert [event.due_ns for event in events] == [1 * S, 9 * S]
    assert nemesis.troubles == []


def test_what_cannot_be_applied_is_told_and_is_not_on() -> None:
    async def act(nemesis: Nemesis, _: StepClock) -> None:
        await nemesis.apply(planned(target="realtime"))
        assert nemesis.active == ()

    nemesis, events = run(act, FakeMock("llm"))
    assert [event.type for event in events] == ["invoke", "info"]
    assert "no mock serves 'realtime'" in events[1].data["reason"]
    assert nemesis.troubles


def test_what_cannot_be_healed_is_told_and_kept_as_unhealed() -> None:
    llm = FakeMock("llm")

    async def act(nemesis: Nemesis, _: StepClock) -> None:
        await nemesis.apply(planned())
        llm.fails = True
        await nemesis.heal("f")
        await nemesis.renew()
        await nemesis.fetch_journals()

    nemesis, events = run(act, llm)
    (window,) = History(events).faults
    assert window.until_ns is None
    assert events[-1].data["reason"] == "not healed: gone"
    assert nemesis.troubles == ["gone"]


def test_healing_all_heals_what_is_known_and_whatever_else_there_is() -> None:
    llm, stt = FakeMock("llm"), FakeMock("stt")

    async def act(nemesis: Nemesis, _: StepClock) -> None:
        await nemesis.apply(planned("a"))
        await nemesis.apply(planned("b", "stt"))
        await nemesis.heal_all()
        await nemesis.heal_all()

    _, events = run(act, llm, stt)
    assert llm.healed == ["a", "*", "*"]
    assert stt.healed == ["b", "*", "*"]
    assert all(window.until_ns is not None for window in History(events).faults)


def test_journals_are_recorded() -> None:
    llm = FakeMock("llm")
    llm.events = [Event(1, "mock.llm", "work", "ok", "llm-w1")]

    async def act(nemesis: Nemesis, _: StepClock) -> None:
        await nemesis.fetch_journals()
        await nemesis.fetch_journals()

    _, events = run(act, llm)
    assert [event.span for event in events] == ["llm-w1"]


def test_a_fault_of_ours_is_no_trouble_of_theirs() -> None:
    class Broken(FakeMock):
        async def renew(self, seconds: Any) -> None:
            raise ZeroDivisionError

    async def act(nemesis: Nemesis, _: StepClock) -> None:
        with pytest.raises(ZeroDivisionError):
            await nemesis.renew()

    run(act, Broken("llm"))
