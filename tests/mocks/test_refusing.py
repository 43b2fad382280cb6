from __future__ import annotations

from typing import Any

import pytest

from kernel.fault import Refusal
from mocks.refusing import STATUSES, close_code, refused_upgrade, retry_after, status_of
from mocks.wire import Body, Close, Head, Text

BEFORE = [Head(429), Body(b"no")]
OPENED, IN_BAND, CLOSE = Head(101), [Text("no")], Close(1008, "no")


@pytest.mark.parametrize(("reason", "status"), [*STATUSES.items(), ("rate_limit", 429), ("x", 429)])
def test_every_reason_has_a_status(reason: str, status: int) -> None:
    assert status_of(Refusal(reason)) == status
    assert status_of(Refusal(reason, status=418)) == 418
    assert status_of(Refusal(reason), {reason: 599}) == 599


def test_the_wait_is_told_in_whole_seconds() -> None:
    assert retry_after(None) == {}
    assert retry_after(0) == {"Retry-After": "1"}
    assert retry_after(1.2) == {"Retry-After": "2"}


def test_a_close_code_says_whose_fault_it_is() -> None:
    assert [close_code(status) for status in (400, 429, 499, 500, 529)] == [
        1008, 1008, 1008, 1011, 1011,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("where", "default", "wires"),
    [
        (None, "before", BEFORE),
        (None, "after", [OPENED, CLOSE]),
        (None, "in_band", [OPENED, *IN_BAND, CLOSE]),
        ("before", "after", BEFORE),
        ("after", "before", [OPENED, CLOSE]),
        ("in_band", "before", [OPENED, *IN_BAND, CLOSE]),
    ],
)
def test_an_upgrade_is_refused_where_the_fault_asks_for_it(
    where: Any, default: Any, wires: Any
) -> None:
    told = refused_upgrade(
        Refusal("concurrency", where=where),
        before=BEFORE, opened=OPENED, in_band=IN_BAND, close=CLOSE, default=default,
    )  # fmt: skip
    assert list(told) == wires
