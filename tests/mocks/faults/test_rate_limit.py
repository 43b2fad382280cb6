from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.fault import Arrival, Refusal
from kernel.roll import roll
from kernel.units import Duration, Rate
from mocks.faults.rate_limit import RateLimit

ROLL = partial(roll, 1)
REQUEST = Arrival("llm", "openai", "POST /x", "request", "llm-w1", "who", tokens=100)
S = 1_000_000_000


def test_a_burst_comes_in_and_then_the_rate() -> None:
    fault = RateLimit(requests=Rate(2), burst=3)
    verdicts = [fault.admit(REQUEST, 0, ROLL) for _ in range(4)]
    assert verdicts[:3] == [None] * 3
    assert isinstance(verdicts[3], Refusal)
    assert verdicts[3].reason == "rate_limit"
    assert verdicts[3].retry_after_s == pytest.approx(0.5)
    assert fault.admit(REQUEST, S // 2, ROLL) is None


def test_without_a_burst_a_second_s_worth_comes_in() -> None:
    fault = RateLimit(requests=Rate(2))
    assert [fault.admit(REQUEST, 0, ROLL) is None for _ in range(3)] == [True, True, False]
    slow = RateLimit(requests=Rate(0.1))
    assert [slow.admit(REQUEST, 0, ROLL) is None for _ in range(2)] == [True, False]


@given(
    rate=st.floats(0.01, 100),
    burst=st.integers(1, 20),
    gaps=st.lists(st.integers(0, S), max_size=30),
)
def test_who_waits_as_told_is_let_in(rate: float, burst: int, gaps: list[int]) -> None:
    fault, now_ns = RateLimit(requests=Rate(rate), burst=burst), 0
    for gap in [*gaps, *[0] * (burst + 1)]:
        now_ns += gap
        verdict = fault.admit(REQUEST, now_ns, ROLL)
        if verdict is not None:
            assert verdict.retry_after_s is not None
            now_ns += round(verdict.retry_after_s * S)
            assert fault.admit(REQUEST, now_ns, ROLL) is None


def test_a_refusal_costs_nothing() -> None:
    fault = RateLimit(requests=Rate(1), burst=1)
    fault.admit(REQUEST, 0, ROLL)
    for _ in range(5):
        assert fault.admit(REQUEST, S // 2, ROLL) is not None
    assert fault.admit(REQUEST, S, ROLL) is None


def test_tokens_count_by_the_minute() -> None:
    fault = RateLimit(tokens=Rate(10))
    assert fault.admit(replace(REQUEST, tokens=600), 0, ROLL) is None
    refused = fault.admit(REQUEST, 0, ROLL)
    assert isinstance(refused, Refusal)
    assert refused.reason == "tokens"
    assert refused.retry_after_s == pytest.approx(10)
    assert refused.detail == {"limit": 600, "used": 600, "requested": 100}
    assert fault.admit(REQUEST, 10 * S, ROLL) is None


def test_a_request_larger_than_the_bucket_gets_in_when_it_is_full() -> None:
    fault = RateLimit(tokens=Rate(10))
    assert fault.admit(replace(REQUEST, tokens=5000), 0, ROLL) is None


def test_what_it_says_can_differ_from_the_wait() -> None:
    fault = RateLimit(requests=Rate(1), burst=1, retry_after=Duration(7))
    fault.admit(REQUEST, 0, ROLL)
    refused = fault.admit(REQUEST, 0, ROLL)
    assert isinstance(refused, Refusal)
    assert refused.retry_after_s == 7


def test_it_counts_what_the_provider_counts_or_what_it_is_told() -> None:
    warm_up = replace(REQUEST, counted=False)
    fault = RateLimit(requests=Rate(1), burst=1)
    assert [fault.admit(warm_up, 0, ROLL) for _ in range(3)] == [None] * 3
    sockets = RateLimit(requests=Rate(1), burst=1, of="socket")
    assert [sockets.admit(REQUEST, 0, ROLL) for _ in range(3)] == [None] * 3


def test_it_tells_how_it_stands() -> None:
    fault = RateLimit(requests=Rate(2), burst=4, tokens=Rate(10))
    fault.admit(REQUEST, 0, ROLL)
    limits = fault.limits(REQUEST, 0)
    assert limits.requests is not None
    assert limits.tokens is not None
    assert (limits.requests.limit, limits.requests.remaining) == (120, 3)
    assert limits.requests.reset_s == pytest.approx(0.5)
    assert (limits.tokens.limit, limits.tokens.remaining) == (600, 500)
    assert limits.tokens.reset_s == pytest.approx(10)
    assert RateLimit(requests=Rate(2)).limits(REQUEST, 0).tokens is None


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "needs requests, tokens or both"),
        ({"requests": Rate(0)}, "never lets anything in"),
        ({"requests": Rate(1), "burst": 0}, "burst 0 lets nothing in"),
    ],
)
def test_a_limit_that_is_none_is_refused(fields: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        RateLimit(**fields)  # type: ignore[arg-type]
