from __future__ import annotations

from functools import partial

import pytest

from kernel.fault import Arrival, Output
from kernel.roll import roll
from kernel.units import Latency, Ratio
from mocks.faults.slowdown import Slowdown

ROLL = partial(roll, 1, "slow", "who", 0)
REQUEST = Arrival("llm", "openai", "POST /x", "request", "llm-w1", "who")
SOCKET = Arrival("stt", "deepgram", "WS /x", "socket", "stt-s1", "who")
MS = 1_000_000


def moved_ms(fault: Slowdown, arrival: Arrival, *due_ms: int) -> list[float]:
    fault.admit(arrival, 0, ROLL)
    outputs = [Output("x", due * MS, first=index == 0) for index, due in enumerate(due_ms)]
    return [
        one.due_ns / MS
        for output in outputs
        for one in fault.shape(arrival, output, output.due_ns, ROLL)
    ]


def test_first_moves_all_of_a_stream() -> None:
    assert moved_ms(Slowdown(first=Latency(1, 1)), REQUEST, 100, 120, 140) == [1100, 1120, 1140]


def test_between_falls_further_behind() -> None:
    fault = Slowdown(between=Latency(0.05, 0.05))
    assert moved_ms(fault, REQUEST, 100, 120, 140) == [100, 170, 240]


def test_a_factor_stretches_what_the_provider_takes_by_itself() -> None:
    assert moved_ms(Slowdown(factor=Ratio(3)), REQUEST, 100, 120, 140) == [300, 360, 420]


def test_connecting_is_slow_and_what_follows_is_not() -> None:
    fault = Slowdown(connect=Latency(0.2, 0.2))
    assert moved_ms(fault, SOCKET, 0, 500) == [200, 500]
    assert moved_ms(fault, REQUEST, 10, 20) == [10, 20]


def test_a_distribution_is_drawn_by_identity_not_by_order() -> None:
    fault = Slowdown(first=Latency(1, 3))
    (one,), (other,) = (
        moved_ms(fault, REQUEST, 0),
        moved_ms(Slowdown(first=Latency(1, 3)), REQUEST, 0),
    )
    assert one == other > 0


def test_work_in_progress_is_slowed_from_where_it_is() -> None:
    fault = Slowdown(factor=Ratio(2))
    output = Output("x", 50 * MS)
    assert [one.due_ns for one in fault.shape(REQUEST, output, 50 * MS, ROLL)] == [50 * MS]
    later = Output("x", 60 * MS)
    assert [one.due_ns for one in fault.shape(REQUEST, later, 60 * MS, ROLL)] == [70 * MS]


def test_nothing_is_kept_of_who_has_left() -> None:
    fault = Slowdown(first=Latency(1, 1))
    moved_ms(fault, REQUEST, 1)
    fault.leave(REQUEST, 0)
    fault.leave(REQUEST, 0)
    assert not fault._paces


def test_a_slowdown_that_slows_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs at least one of first, between, connect, factor"):
        Slowdown()
    with pytest.raises(ValueError, match=r"factor 0.5x is faster"):
        Slowdown(factor=Ratio(0.5))
