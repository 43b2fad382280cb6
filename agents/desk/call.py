"""One telephone call: who speaks when, and what the caller is told when something is broken."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from functools import partial

from . import phrases
from .agent import Agent
from .deepgram import Ear, Transcript, Utterance
from .line import Line
from .retry import ProviderDown
from .tasks import Work
from .voicing import Voicing

SETTLE_S = 2.0  # words without an end of speech become a turn
HELLO_S = 2.5  # who picks up a telephone and says nothing is spoken to
UNHEARD_S = 2.5  # speech without a transcript is asked for again
FAILURES = 2  # in a row; then the agent apologises and hangs up

_NODDING = re.compile(r"\W*(?:mm+\W?h?m+|mhm+|uh\W?huh|right|okay|yeah|i see)\W*", re.IGNORECASE)

log = logging.getLogger("desk")


class Call:
    """Turn-taking between a caller and the agent, over one line.

    Somebody who was `called` is left the time to say hello first.
    """

    _tasks: asyncio.TaskGroup
    _turn: asyncio.Task[None]  # the agent's latest: greeting, answer or excuse

    def __init__(self, line: Line, ear: Ear, agent: Agent, *, called: bool = False) -> None:
        self._line, self._ear, self._agent = line, ear, agent
        self._hello_s = HELLO_S if called else 0.0
        self._voicing = Voicing()
        self._utterance = Utterance()
        self._heard: asyncio.Queue[Transcript | None] = asyncio.Queue()  # None: unintelligible
        self._failures = 0
        self._settled_at = 0.0  # when the words heard so far become a turn by themselves

    async def run(self) -> None:
        """Talk until one side hangs up; nothing that was started outlives the call."""
        async with asyncio.TaskGroup() as self._tasks:
            self._begin(self._open, phrases.GREETING)
            listening = self._tasks.create_task(self._listen())
            conversing = self._tasks.create_task(self._converse())
            await self._line.receive(self._receive, self._press)
            for task in (listening, conversing, self._turn):
                task.cancel()

    async def _open(self) -> None:
        await asyncio.sleep(self._hello_s)
        await self._agent.greet()

    def _receive(self, frame: bytes) -> None:
        self._ear.hear(frame)
        self._voicing.hear(frame)
        if self._turn.done() and self._voicing.missed(UNHEARD_S):
            self._voicing.understood()
            self._heard.put_nowait(None)

    def _press(self, key: str) -> None:
        """Keys are words; `#` ends them, or a pause."""
        self._heard.put_nowait(Transcript(key, is_final=True, speech_final=key == "#"))

    async def _listen(self) -> None:
        try:
            await self._ear.listen(self._heard.put_nowait)
        except ProviderDown as down:
            await self._interrupt()
            self._failures = FAILURES
            self._begin(partial(_fail, down), phrases.BUSY)

    async def _converse(self) -> None:
        while True:
            try:
                async with asyncio.timeout_at(
                    self._settled_at if self._utterance.pending else None
                ):
                    transcript = await self._heard.get()
            except TimeoutError:
                text = self._utterance.take()
            else:
                if transcript is None:
                    await self._ask_again()
                    continue
                if self._only_nods(transcript):
                    self._voicing.understood()
                    continue
                text = self._utterance.add(transcript)
                if transcript.text:
                    self._voicing.understood()
                    self._settled_at = asyncio.get_running_loop().time() + SETTLE_S
                    await self._interrupt()
            if text:
                self._begin(partial(self._agent.answer, text), phrases.REPEAT)

    def _begin(self, turn: Callable[[], Work], excuse: str) -> None:
        self._turn = self._tasks.create_task(self._attempt(turn, excuse))

    async def _attempt(self, turn: Callable[[], Work], excuse: str) -> None:
        try:
            await turn()
            self._failures = 0
        except ProviderDown as down:
            log.warning("%s: %s", self._line.call_sid, down)
            self._failures += 1
            hopeless = self._failures >= FAILURES
            told = await self._agent.announce(phrases.BUSY if hopeless else excuse)
            if hopeless or not told:
                await self._line.hang_up()

    async def _ask_again(self) -> None:
        """The caller has spoken and is waiting, but the transcription is mute."""
        if not self._turn.done():
            return
        if self._ear.connected:
            await self._ear.reconnect()
            mute = ProviderDown("deepgram: speech, but no transcript of it")
            self._begin(partial(_fail, mute), phrases.REPEAT)
        else:
            await self._agent.say(phrases.ONE_MOMENT)

    def _only_nods(self, transcript: Transcript) -> bool:
        """While the agent speaks, "mhm" is no reason to stop and nothing to answer."""
        alone = not self._turn.done() and not self._utterance.pending
        return alone and bool(_NODDING.fullmatch(transcript.text))

    async def _interrupt(self) -> None:
        """Let the caller speak: stop the agent, and remember how far it was heard."""
        if self._turn.done():
            return
        played = self._line.played
        self._turn.cancel()
        await self._line.clear()
        await asyncio.wait([self._turn])
        self._agent.interrupted(played)


async def _fail(down: ProviderDown) -> None:
    raise down
