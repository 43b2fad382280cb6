"""What all calls share of one provider: how many streams at once, and how many retries."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import aiohttp

from .retry import ProviderDown, ProviderError, RetryPolicy, retry_after_s

CONNECT_S = 3.0
CLOSE_S = 0.3

log = logging.getLogger("desk")


class Provider:
    """A provider, seen by the whole process; it is given at most `streams` at a time.

    Deadlines are loop times, in seconds.
    """

    def __init__(self, name: str, streams: int, policy: RetryPolicy) -> None:
        self.name, self.policy = name, policy
        self._slots = asyncio.Semaphore(streams)
        self._tokens = policy.tokens

    @asynccontextmanager
    async def stream(self, deadline: float) -> AsyncIterator[None]:
        """Hold one of the streams. Raises ProviderDown if none is free by the deadline."""
        try:
            async with asyncio.timeout_at(deadline):
                await self._slots.acquire()
        except TimeoutError:
            raise ProviderDown(f"{self.name}: no free stream") from None
        try:
            yield
        finally:
            self._slots.release()

    def retries(self, deadline: float) -> Retries:
        """The attempts of one logical request; none starts after the deadline."""
        return Retries(self, deadline)

    def succeeded(self) -> None:
        """An attempt was served: that earns half a retry."""
        self._tokens = min(self.policy.tokens, self._tokens + 0.5)

    def failed(self) -> bool:
        """An attempt failed: it costs a retry. Returns whether there are any to spend."""
        self._tokens = max(0.0, self._tokens - 1)
        return self._tokens > self.policy.tokens / 2


class Retries:
    """Counts the failed attempts of one logical request."""

    def __init__(self, provider: Provider, deadline: float) -> None:
        self._provider = provider
        self._deadline = deadline
        self._attempt = 0

    async def pause(self, error: ProviderError) -> None:
        """Wait until the next attempt is due; raises ProviderDown when there must be none."""
        self._attempt += 1
        affordable = self._provider.failed()
        delay_s = self._provider.policy.delay_s(error, self._attempt)
        now = asyncio.get_running_loop().time()
        if delay_s is None or not affordable or now + delay_s >= self._deadline:
            log.warning("attempt %d failed, giving up: %s", self._attempt, error)
            raise ProviderDown(str(error)) from error
        log.info("attempt %d failed, next in %.2f s: %s", self._attempt, delay_s, error)
        await asyncio.sleep(delay_s)


@contextmanager
def failures_of(provider: str) -> Iterator[None]:
    """Turn whatever a broken or refused connection raises into ProviderError."""
    try:
        yield
    except aiohttp.WSServerHandshakeError as error:
        wait_s = retry_after_s(error.headers or {})
        raise ProviderError(provider, error.status, error.message, wait_s) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise ProviderError(provider, None, repr(error)) from error


async def connect(
    session: aiohttp.ClientSession, url: str, headers: dict[str, str], params: dict[str, str]
) -> aiohttp.ClientWebSocketResponse:
    """A WebSocket that closes at once, whatever the other side does."""
    async with asyncio.timeout(CONNECT_S):
        return await session.ws_connect(
            url,
            headers=headers,
            params=params,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
            max_msg_size=0,
        )
