import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from desk.retry import ProviderError, RetryPolicy, retry_after_s

POLICY = RetryPolicy(attempts=9, base_s=0.5, cap_s=4)


def refused(status: int | None, wait_s: float | None = None) -> ProviderError:
    return ProviderError("openai", status, "", wait_s)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 422])
def test_what_is_wrong_stays_wrong(status: int) -> None:
    assert refused(status).permanent
    assert POLICY.delay_s(refused(status, 1), 1) is None


@pytest.mark.parametrize("status", [None, 408, 429, 500, 503, 529])
def test_what_is_overloaded_recovers(status: int | None) -> None:
    assert not refused(status).permanent
    assert POLICY.delay_s(refused(status), 1) is not None


@given(st.integers(1, 8))
def test_full_jitter_doubles_up_to_the_cap(attempt: int) -> None:
    delay_s = POLICY.delay_s(refused(503), attempt)
    assert delay_s is not None
    assert 0 <= delay_s <= min(4, 0.5 * 2 ** (attempt - 1))


def test_two_calls_do_not_come_back_together() -> None:
    assert len({POLICY.delay_s(refused(429, 1), 3) for _ in range(20)}) > 1


@given(st.floats(0, 6), st.integers(1, 8))
def test_never_earlier_than_asked(wait_s: float, attempt: int) -> None:
    delay_s = POLICY.delay_s(refused(429, wait_s), attempt)
    assert delay_s is not None
    assert delay_s >= wait_s


def test_gives_up() -> None:
    assert POLICY.delay_s(refused(503), 9) is None
    assert POLICY.delay_s(refused(429, 6.1), 1) is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"Retry-After": "9", "retry-after-ms": "250"}, 0.25),
        (
            {
                "Retry-After": "Fri, 20 Nov 2026 10:00:07 GMT",
                "Date": "Fri, 20 Nov 2026 10:00:00 GMT",
            },
            7.0,
        ),
        ({"Retry-After": "Fri, 20 Nov 2026 10:00:07 GMT"}, None),
        ({"Retry-After": "soon"}, None),
        ({"retry-after-ms": "many"}, None),
    ],
)
def test_reads_how_long_to_wait(headers: dict[str, str], expected: float | None) -> None:
    assert retry_after_s(CIMultiDict(headers)) == expected
