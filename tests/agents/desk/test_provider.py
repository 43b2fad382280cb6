import asyncio

import pytest

from desk.provider import Provider, failures_of
from desk.retry import ProviderDown, ProviderError, RetryPolicy
from tests.agents.jumping import now, run

REFUSED = ProviderError("openai", 503, "overloaded")


def test_bounds_the_streams_of_all_calls() -> None:
    async def main() -> None:
        provider = Provider("openai", 1, RetryPolicy())
        async with provider.stream(now() + 1):
            with pytest.raises(ProviderDown, match="openai: no free stream"):
                async with provider.stream(now() + 1):
                    pass
        async with provider.stream(now()):
            pass

    run(main())


def test_pauses_as_long_as_asked_and_then_gives_up() -> None:
    async def main() -> None:
        provider = Provider("openai", 1, RetryPolicy(attempts=2))
        retries = provider.retries(now() + 10)
        await retries.pause(ProviderError("openai", 429, "", retry_after_s=3))
        assert now() >= 3
        with pytest.raises(ProviderDown):
            await retries.pause(REFUSED)

    run(main())


def test_never_starts_after_the_deadline() -> None:
    async def main() -> None:
        retries = Provider("openai", 1, RetryPolicy()).retries(now() + 2)
        with pytest.raises(ProviderDown):
            await retries.pause(ProviderError("openai", 429, "", retry_after_s=2))
        assert now() == 0

    run(main())


def test_a_provider_that_is_down_is_left_in_peace() -> None:
    provider = Provider("openai", 1, RetryPolicy(tokens=20))
    assert [provider.failed() for _ in range(12)] == [True] * 9 + [False] * 3
    for _ in range(7):
        provider.succeeded()
    assert provider.failed()


def test_a_provider_that_refuses_one_in_four_is_retried() -> None:
    provider = Provider("openai", 1, RetryPolicy(tokens=20))
    for _ in range(100):
        for _ in range(3):
            provider.succeeded()
        assert provider.failed()


@pytest.mark.parametrize("broken", [TimeoutError(), ConnectionResetError(), OSError("no route")])
def test_whatever_breaks_is_one_kind_of_error(broken: Exception) -> None:
    with pytest.raises(ProviderError) as caught, failures_of("cartesia"):
        raise broken
    assert (caught.value.provider, caught.value.status) == ("cartesia", None)
    assert not caught.value.permanent


def test_a_cancelled_call_is_no_failure() -> None:
    with pytest.raises(asyncio.CancelledError), failures_of("cartesia"):
        raise asyncio.CancelledError
