from __future__ import annotations

import pytest

from kernel.control import CallOrder, CallStatus, PhoneCall
from mocks import exchange
from mocks.exchange import Exchange


def call(sid: str = "CA1", status: CallStatus = "ringing") -> PhoneCall:
    return PhoneCall(sid=sid, account="AC1", status=status)


def test_a_call_remembers_when_it_was_answered_and_ended() -> None:
    one = Exchange()
    for at_ns, status in enumerate(("ringing", "in-progress", "in-progress", "completed")):
        one.connect([call(status=status)], at_ns)  # type: ignore[arg-type]
    found = one.find("CA1")
    assert found is not None
    assert (found.begun_ns, found.answered_ns, found.ended_ns, found.is_over) == (0, 1, 3, True)


def test_what_is_over_stays_over() -> None:
    one = Exchange()
    one.connect([call()], 0)
    one.become("CA1", "completed", 1)
    one.connect([call(status="in-progress")], 2)
    found = one.find("CA1")
    assert found is not None
    assert (found.call.status, found.answered_ns, found.ended_ns) == ("completed", None, 1)


def test_a_call_may_be_over_when_it_is_first_told_of() -> None:
    one = Exchange()
    one.connect([call(status="busy")], 5)
    found = one.find("CA1")
    assert found is not None
    assert found.ended_ns == 5


def test_orders_are_numbered_and_tell_that_there_are_some() -> None:
    one, told = Exchange(), list[int]()
    one.listeners.append(lambda: told.append(one.next))
    orders = [CallOrder(sid=f"CA{number}") for number in range(3)]
    for order in orders:
        one.order(order)
    assert told == [1, 2, 3]
    assert one.orders(0) == tuple(orders)
    assert one.orders(2) == (orders[2],)
    assert one.orders(3) == one.orders(99) == ()


def test_forgetting_does_not_use_numbers_again() -> None:
    one = Exchange()
    one.connect([call()], 0)
    one.order(CallOrder(sid="CA1"))
    one.reset()
    assert (one.next, one.orders(0), one.find("CA1")) == (1, (), None)
    again = CallOrder(sid="CA2")
    one.order(again)
    assert one.orders(1) == one.orders(0) == (again,)


def test_the_oldest_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "CAPACITY", 2)
    one = Exchange()
    one.connect([call(f"CA{number}") for number in range(3)], 0)
    assert [known.call.sid for known in one.newest_first()] == ["CA2", "CA1"]
