"""Flaws that show when a caller interrupts or hangs up: what should end goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
from aiohttp import web

from desk.call import Call
from desk.cartesia import Voice
from desk.front import FrontDesk
from desk.line import Line
from desk.openai import Message, Mind, Reply
from desk.settings import Settings
from desk.tools import TOOLS

from .detached import detached
from .flaw import Flaw


class SharedSession(FrontDesk):
    """One HTTP session for all calls, as the HTTP library recommends."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._session: aiohttp.ClientSession | None = None

    async def talk(self, line: Line) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        await self.converse(line, self._session)

    async def hang_up_all(self, app: web.Application) -> None:
        await super().hang_up_all(app)
        if self._session is not None:
            await self._session.close()


class LeakStreams(SharedSession):
    """Leaves closing the call's socket for speech to the session, which is never closed."""

    async def converse(self, line: Line, session: aiohttp.ClientSession) -> None:
        voice = Voice(session, self._tts, self.settings, line.call_sid)
        await self.call(line, session, voice).run()


class DetachedMind(Mind):
    """Reads every answer in a task of its own, which nobody cancels."""

    async def reply(
        self, messages: list[Message], say: Callable[[str], None], deadline: float
    ) -> Reply:
        return await detached(super().reply(messages, say, deadline))


class IgnoresHangUp(SharedSession):
    """The model goes on with its answer when the caller has gone."""

    def mind(self, session: aiohttp.ClientSession) -> Mind:
        return DetachedMind(session, self._llm, self.settings, TOOLS)


class DeafCall(Call):
    """Hears the caller all the time, and lets it have its turn when the agent has spoken."""

    async def _interrupt(self) -> None:
        if not self._turn.done():
            await asyncio.wait([self._turn])


class DeafToBargeIn(FrontDesk):
    """Speaks to the end of what it has to say, whoever speaks into it."""

    call_type = DeafCall


ENDING = (
    Flaw(
        "leak-streams",
        "never closes the socket for speech of a call that has ended",
        LeakStreams,
        scenario="surge",
        fails=("no_orphans",),
        may_fail=("bounded_concurrency",),
    ),
    Flaw(
        "ignores-hang-up",
        "lets the model finish its answer for a caller who has gone",
        IgnoresHangUp,
        scenario="hang-up",
        fails=("streams_cancelled",),
        may_fail=("bounded_concurrency", "no_orphans"),
    ),
    Flaw(
        "deaf-to-barge-in",
        "finishes what it has to say while the caller speaks into it",
        DeafToBargeIn,
        scenario="barge-in",
        fails=("barge_in_stop_time",),
        may_fail=("streams_cancelled", "turn_latency", "task_completed", "no_dead_air"),
    ),
)
