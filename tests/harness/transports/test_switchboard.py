from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import msgspec
import pytest

from harness.transports.switchboard import WAIT_S, Switchboard
from kernel.clock import Clock
from kernel.control import CallOrder, CallOrders, CallStatus, Dialling, PhoneCall
from kernel.errors import StackError
from kernel.event import Event
from kernel.vocabulary import vet

from ..desk import StepClock
from .test_twilio_call import turn_over


class FakeMock:
    """A mock with a telephone exchange that can be started anew, or be away."""

    def __init__(self, *services: str) -> None:
        self.services = services or ("telephony",)
        self.begun_ns = 1
        self.orders: list[CallOrder] = []
        self.calls: dict[str, str] = {}
        self.asked: list[tuple[int, int]] = []
        self.away = False
        self.news = asyncio.Event()

    def serves(self, stage: str) -> bool:
        return stage in self.services

    def order(self, sid: str) -> None:
        self.orders.append(CallOrder(sid=sid, status="completed"))
        self.news.set()

    def start_anew(self) -> None:
        self.begun_ns += 1
        self.orders, self.calls, self.away = [], {}, True
        self.news.set()

    async def put_calls(self, calls: Sequence[PhoneCall]) -> None:
        if self.away:
            raise StackError("away")
        self.calls |= {call.sid: call.status for call in calls}

    async def call_orders(self, after: int, wait_s: int = 0) -> CallOrders:
        self.asked.append((after, wait_s))
        if wait_s and after == len(self.orders):
            self.news.clear()
            await self.news.wait()
        if self.away:
            raise StackError("away")
        return CallOrders(self.begun_ns, tuple(self.orders[after:]), len(self.orders))


def call(sid: str = "CA1", status: CallStatus = "ringing") -> PhoneCall:
    return PhoneCall(sid=sid, account="AC1", status=status)


def board_of(
    mock: FakeMock, clock: Clock, record: Callable[[Event], None] = lambda _: None
) -> Switchboard:
    return Switchboard([mock], clock, record)  # type: ignore[list-item]


def with_board(mock: FakeMock, test: Callable[[Switchboard], Awaitable[None]]) -> None:
    async def run() -> None:
        clock: Clock = StepClock()
        async with asyncio.timeout(30), board_of(mock, clock) as board:
            await turn_over()
            await test(board)

    asyncio.run(run())


def test_calls_are_told_and_the_last_news_when_it_closes() -> None:
    mock = FakeMock()

    async def test(board: Switchboard) -> None:
        board.tell(call())
        await turn_over()
        assert mock.calls == {"CA1": "ringing"}
        board.tell(call(status="completed"))
        board.tell(call("CA2"))

    with_board(mock, test)
    assert mock.calls == {"CA1": "completed", "CA2": "ringing"}


def test_an_order_reaches_the_call_that_it_is_for() -> None:
    mock = FakeMock()

    async def test(board: Switchboard) -> None:
        obeyed: list[str] = []
        board.tell(call())
        board.attend("CA1", lambda order: obeyed.append(order.status))
        mock.order("CA9")
        mock.order("CA1")
        await turn_over()
        assert obeyed == ["completed"]
        board.tell(call(status="completed"))
        mock.order("CA1")
        await turn_over()
        assert obeyed == ["completed"]
        assert mock.asked[:2] == [(0, 0), (0, WAIT_S)]

    with_board(mock, test)


def test_an_order_that_breaks_does_not_keep_others_from_their_calls() -> None:
    mock = FakeMock()

    async def test(board: Switchboard) -> None:
        broken: list[object] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: broken.append(context["exception"]))
        obeyed: list[str] = []

        def obey(order: CallOrder) -> None:
            obeyed.append(order.sid)
            if order.sid == "CA1":
                raise RuntimeError("a fault of ours")

        for sid in ("CA1", "CA2"):
            board.tell(call(sid))
            board.attend(sid, obey)
            mock.order(sid)
        await turn_over()
        mock.order("CA2")
        await turn_over()
        assert obeyed == ["CA1", "CA2", "CA2"]
        assert [str(error) for error in broken] == ["a fault of ours"]

    with_board(mock, test)


def test_a_mock_that_starts_anew_learns_of_the_calls_that_are_up() -> None:
    mock = FakeMock()

    async def test(board: Switchboard) -> None:
        obeyed: list[CallOrder] = []
        board.tell(call("CA1"))
        board.tell(call("CA2"))
        board.attend("CA2", obeyed.append)
        mock.order("CA9")
        await turn_over()
        board.tell(call("CA1", "completed"))
        mock.start_anew()
        await turn_over()
        mock.away = False
        mock.order("CA2")
        await turn_over()
        assert mock.calls == {"CA2": "ringing"}
        assert len(obeyed) == 1

    with_board(mock, test)


def test_a_mock_that_is_away_is_asked_again_and_again() -> None:
    mock = FakeMock()
    mock.away = True

    async def test(board: Switchboard) -> None:
        board.tell(call())
        await turn_over()
        assert len(mock.asked) > 2
        assert set(mock.asked) == {(0, 0)}

    with_board(mock, test)


def test_without_a_telephone_network_nobody_is_asked() -> None:
    mock = FakeMock("stt", "llm")

    async def test(board: Switchboard) -> None:
        board.tell(call())
        board.attend("CA1", lambda _: None)
        await turn_over()

    with_board(mock, test)
    assert (mock.asked, mock.calls) == ([], {})


def test_a_call_that_an_agent_orders_is_placed_by_whoever_serves() -> None:
    mock, order = FakeMock(), an_order()
    mock.orders.append(order)

    async def test(board: Switchboard) -> None:
        placed: list[CallOrder] = []
        board.serve(placed.append)
        board.attend(order.sid, lambda _: pytest.fail("it is no order about a call"))
        await turn_over()
        mock.orders.append(msgspec.structs.replace(order, sid="CA8"))
        mock.news.set()
        await turn_over()
        assert [each.sid for each in placed] == ["CA8"], "the first came before anybody served"

    with_board(mock, test)


def test_what_nobody_takes_stands_in_the_history() -> None:
    events: list[Event] = []
    clock = StepClock()
    clock.now = 7
    board_of(FakeMock(), clock, events.append).miss(an_order(), "busy", "engaged")
    (event,) = events
    vet(event)
    assert (event.at_ns, event.kind, event.span) == (7, "order", "CA9")
    assert event.data == {"to": "+2", "from": "+1", "status": "busy", "why": "engaged"}


def an_order() -> CallOrder:
    dial = Dialling(account="AC1", from_number="+1", to_number="+2")
    return CallOrder(sid="CA9", dial=dial, url="http://a.example/v")
