from __future__ import annotations

from functools import partial

import pytest

from kernel.fault import HOLD, Arrival, Output
from kernel.roll import roll
from mocks.faults.stall import Stall

ROLL = partial(roll, 1)
REQUEST = Arrival("llm", "openai", "POST /x", "request", "llm-w1", "who")
SOCKET = Arrival("stt", "deepgram", "WS /x", "socket", "stt-s1", "who")


def test_not_even_the_first_output_goes_out() -> None:
    assert Stall().shape(REQUEST, Output("x", 0, first=True), 0, ROLL) is HOLD


def test_so_many_go_out_before_it_falls_silent() -> None:
    fault, output = Stall(after=2), Output("x", 0)
    verdicts = [fault.shape(REQUEST, output, 0, ROLL) for _ in range(4)]
    assert verdicts == [[output], [output], HOLD, HOLD]
    fault.leave(REQUEST, 0)
    assert fault.shape(REQUEST, output, 0, ROLL) == [output]


def test_a_socket_opens_and_then_stays_silent() -> None:
    fault, head = Stall(), Output("head", 0, first=True)
    assert fault.shape(SOCKET, head, 0, ROLL) == [head]
    assert fault.shape(SOCKET, Output("x", 0), 0, ROLL) is HOLD


def test_less_than_none_is_refused() -> None:
    with pytest.raises(ValueError, match="after -1 is negative"):
        Stall(after=-1)
