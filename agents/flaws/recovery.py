"""Flaws that show when a provider is well again: the agent is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp

from desk.front import FrontDesk
from desk.openai import Message, Mind, Reply
from desk.provider import Provider
from desk.retry import ProviderDown
from desk.settings import Settings
from desk.tools import TOOLS

from .flaw import Flaw


class Pacing(Provider):
    """Learns from refusals to ask more slowly, and from nothing to ask faster again."""

    pause_s = 0.0

    def failed(self) -> bool:
        self.pause_s = min(2.0, 2 * self.pause_s or 0.125)
        return super().failed()


class PacedMind(Mind):
    """Waits before it asks, for as long as all calls have learned to."""

    def __init__(
        self, session: aiohttp.ClientSession, provider: Pacing, settings: Settings
    ) -> None:
        super().__init__(session, provider, settings, TOOLS)
        self._pacing = provider

    async def reply(
        self, messages: list[Message], say: Callable[[str], None], deadline: float
    ) -> Reply:
        await asyncio.sleep(self._pacing.pause_s)
        return await super().reply(messages, say, deadline)


class KeepsFaultState(FrontDesk):
    """Slows down for a provider that throttles, and stays slow when it does so no more."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._pacing = Pacing("openai", max(1, settings.call_limit), self.retry_policy)

    def mind(self, session: aiohttp.ClientSession) -> Mind:
        return PacedMind(session, self._pacing, self.settings)


class Breaker(Provider):
    """Opens when failures outnumber successes by far; an open one lets no success happen."""

    at = 24
    failures = 0

    @property
    def open(self) -> bool:
        return self.failures >= self.at

    def succeeded(self) -> None:
        self.failures = max(0, self.failures - 1)
        super().succeeded()

    def failed(self) -> bool:
        self.failures += 1
        return super().failed()


class GuardedMind(Mind):
    """Asks nothing while the breaker is open."""

    def __init__(
        self, session: aiohttp.ClientSession, provider: Breaker, settings: Settings
    ) -> None:
        super().__init__(session, provider, settings, TOOLS)
        self._breaker = provider

    async def reply(
        self, messages: list[Message], say: Callable[[str], None], deadline: float
    ) -> Reply:
        if self._breaker.open:
            raise ProviderDown("openai: the breaker is open")
        return await super().reply(messages, say, deadline)


class NeverRecovers(FrontDesk):
    """Its circuit breaker has no half-open state: once open, every call is refused for ever."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._breaker = Breaker("openai", max(1, settings.call_limit), self.retry_policy)

    def admit(self, call_sid: str) -> bool:
        return not self._breaker.open and super().admit(call_sid)

    def mind(self, session: aiohttp.ClientSession) -> Mind:
        return GuardedMind(session, self._breaker, self.settings)


RECOVERY = (
    Flaw(
        "never-recovers",
        "a circuit breaker that opens and never tries again",
        NeverRecovers,
        scenario="aftermath",
        fails=("admission_restored",),
        may_fail=(
            "exact_shed",
            "admitted_protected",
            "task_completed",
            "no_stuck_queue",
            "goodput_under_overload",
            "back_to_baseline",
        ),
    ),
    Flaw(
        "keeps-fault-state",
        "slows down while it is throttled and never speeds up again",
        KeepsFaultState,
        scenario="aftermath",
        fails=("back_to_baseline",),
        may_fail=(
            "admitted_protected",
            "turn_latency",
            "no_brownout",
            "no_dead_air",
            "latency_settles",
            "task_completed",
            "goodput_under_overload",
        ),
    ),
)
