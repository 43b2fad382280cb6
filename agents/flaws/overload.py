"""Flaws that show when more callers come than the agent can serve."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable

import aiohttp
from aiohttp import web

from desk import twilio
from desk.front import FrontDesk
from desk.line import Line
from desk.openai import Message, Mind, Reply
from desk.provider import Provider
from desk.settings import Settings
from desk.tasks import meanwhile
from desk.tools import TOOLS

from .flaw import Flaw


class SilentDrop(FrontDesk):
    """Lets every call connect and leaves those beyond the limit to silence."""

    def admit(self, call_sid: str) -> bool:
        super().admit(call_sid)
        return True

    async def refuse(self, line: Line) -> None:
        await line.receive(lambda frame: None)


class RefusesAbruptly(FrontDesk):
    """Answers the webhook as a web service does: 503, try again later.

    Twilio is no browser: it tells the caller that an application error has occurred.
    """

    async def incoming(self, request: web.Request) -> web.Response:
        answer = await super().incoming(request)
        if answer.text != twilio.REJECT:
            return answer
        return web.Response(status=503, headers={"Retry-After": "5"}, text="no capacity")


class RefusesLate(FrontDesk):
    """Answers every call, and asks the other replicas for room before it says that there is none.

    When one is full all are, and each takes its time to say so.
    """

    replicas, timeout_s = 3, 2.5

    def admit(self, call_sid: str) -> bool:
        super().admit(call_sid)
        return True

    async def refuse(self, line: Line) -> None:
        async with meanwhile(self._ask_around(line)):
            await line.receive(lambda frame: None)

    async def _ask_around(self, line: Line) -> None:
        await asyncio.sleep(self.replicas * self.timeout_s)
        await self._say_full(line)


class DropsAdmitted(FrontDesk):
    """Keeps its sessions like a cache: when it is full, the oldest one makes room and is closed."""

    def admit(self, call_sid: str) -> bool:
        if not super().admit(call_sid) and self._lines:
            oldest = self._lines[0]
            self.admission.leave(oldest.call_sid)
            self._evicting = asyncio.create_task(oldest.hang_up())
        return super().admit(call_sid)


class QueuedMind(Mind):
    """Leaves every request in the line for a worker until it is done, be it wanted or not.

    Its deadline counts from when a worker takes it. `asked` is where all of them are noted.
    """

    def __init__(
        self,
        workers: asyncio.Semaphore,
        asked: list[asyncio.Task[Reply]],
        session: aiohttp.ClientSession,
        provider: Provider,
        settings: Settings,
    ) -> None:
        super().__init__(session, provider, settings, TOOLS)
        self._workers, self._asked = workers, asked

    async def reply(
        self, messages: list[Message], say: Callable[[str], None], deadline: float
    ) -> Reply:
        within_s = deadline - asyncio.get_running_loop().time()
        request = asyncio.create_task(self._in_line(messages, say, within_s))
        self._asked.append(request)
        return await asyncio.shield(request)

    async def _in_line(
        self, messages: list[Message], say: Callable[[str], None], within_s: float
    ) -> Reply:
        async with self._workers:
            deadline = asyncio.get_running_loop().time() + within_s
            return await super().reply(messages, say, deadline)


class UnboundedQueue(FrontDesk):
    """Takes every call, since a queue in front of its workers will even out the load.

    Callers don't talk all the time, so there is one worker to every eight calls that it was made
    for; nothing bounds how many wait for one.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(dataclasses.replace(settings, call_limit=1_000_000))
        self._workers = asyncio.Semaphore(max(1, settings.call_limit // 8))
        self._asked: dict[aiohttp.ClientSession, list[asyncio.Task[Reply]]] = {}

    async def converse(self, line: Line, session: aiohttp.ClientSession) -> None:
        """A worker would wait for ever for what comes over a connection that is closed under it."""
        asked = self._asked[session] = []
        try:
            await super().converse(line, session)
        finally:
            await asyncio.gather(*asked, return_exceptions=True)
            del self._asked[session]

    def mind(self, session: aiohttp.ClientSession) -> Mind:
        return QueuedMind(self._workers, self._asked[session], session, self._llm, self.settings)


OVERLOAD = (
    Flaw(
        "silent-drop",
        "takes calls beyond its limit and never says a word to them",
        SilentDrop,
        scenario="surge",
        fails=("explicit_refusal",),
        may_fail=(
            "exact_shed",
            "refusal_is_fast",
            "no_dead_air",
            "no_dropped_calls",
            "no_stuck_queue",
            "task_completed",
            "turn_latency",
            "goodput_under_overload",
            "admission_restored",
            "back_to_baseline",
            "samples",
        ),
    ),
    Flaw(
        "refuses-abruptly",
        "answers the webhook with HTTP 503 when it is full",
        RefusesAbruptly,
        scenario="surge",
        fails=("explicit_refusal", "setup_success"),
        may_fail=("exact_shed", "task_completed", "goodput_under_overload", "back_to_baseline"),
    ),
    Flaw(
        "refuses-late",
        "lets callers wait in silence while it looks for a place elsewhere",
        RefusesLate,
        scenario="surge",
        fails=("refusal_is_fast",),
        may_fail=(
            "exact_shed",
            "no_dead_air",
            "explicit_refusal",
            "task_completed",
            "turn_latency",
            "goodput_under_overload",
            "admission_restored",
            "back_to_baseline",
        ),
    ),
    Flaw(
        "drops-admitted",
        "closes its oldest call to make room for a new one",
        DropsAdmitted,
        scenario="surge",
        fails=("admitted_protected", "no_dropped_calls", "explicit_refusal"),
        may_fail=(
            "exact_shed",
            "task_completed",
            "goodput_under_overload",
            "no_stuck_queue",
            "back_to_baseline",
        ),
    ),
    Flaw(
        "unbounded-queue",
        "takes every call and lets their turns queue for a few workers",
        UnboundedQueue,
        scenario="surge",
        fails=("latency_settles",),
        may_fail=(
            "admitted_protected",
            "turn_latency",
            "no_brownout",
            "no_dead_air",
            "exact_shed",
            "streams_cancelled",
            "no_orphans",
            "explicit_refusal",
            "task_completed",
            "goodput_under_overload",
            "no_stuck_queue",
            "back_to_baseline",
        ),
    ),
)
