from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from kernel.fault import Arrival, Refusal
from kernel.roll import roll
from kernel.units import Duration
from mocks.faults.concurrency import Concurrency

ROLL = partial(roll, 1)
CONTEXT = Arrival("tts", "cartesia", "WS /x", "context", "tts-w1", "who")


def context(number: int) -> Arrival:
    return replace(CONTEXT, span=f"tts-w{number}")


def test_the_pool_is_full_until_somebody_leaves() -> None:
    fault = Concurrency(limit=2)
    assert [fault.admit(context(one), 0, ROLL) for one in (1, 2)] == [None, None]
    refused = fault.admit(context(3), 0, ROLL)
    assert refused == Refusal("concurrency", None, detail={"limit": 2, "active": 2})
    fault.leave(context(1), 0)
    assert fault.admit(context(3), 0, ROLL) is None


def test_who_was_there_before_counts() -> None:
    fault = Concurrency(limit=2)
    fault.meet([context(1), context(2), context(3)])
    fault.leave(context(1), 0)
    assert fault.admit(context(4), 0, ROLL) is not None
    fault.leave(context(2), 0)
    assert fault.admit(context(4), 0, ROLL) is None


def test_leaving_without_having_come_changes_nothing() -> None:
    fault = Concurrency(limit=1)
    fault.admit(context(1), 0, ROLL)
    fault.leave(context(9), 0)
    assert fault.admit(context(2), 0, ROLL) is not None


def test_it_counts_what_the_provider_counts_or_what_it_is_told() -> None:
    socket = replace(CONTEXT, what="socket", counted=False)
    assert Concurrency(limit=0).admit(socket, 0, ROLL) is None
    assert Concurrency(limit=0, of="socket").admit(socket, 0, ROLL) is not None
    assert Concurrency(limit=0, of="socket").admit(CONTEXT, 0, ROLL) is None


def test_it_says_when_to_come_back_only_if_told_to() -> None:
    refused = Concurrency(limit=0, retry_after=Duration(2)).admit(CONTEXT, 0, ROLL)
    assert isinstance(refused, Refusal)
    assert refused.retry_after_s == 2


def test_less_than_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="limit -1 is less than nobody"):
        Concurrency(limit=-1)
