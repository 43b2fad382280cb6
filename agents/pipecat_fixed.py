"""The Pipecat bot of pipecat_bot.py, fixed: it refuses what it cannot serve and is never silent.

    python agents/pipecat_fixed.py --port 8653

It takes LIMIT calls at once (36 by default) and tells the others so. While the LLM is slow it says
that it is busy, and when the LLM has failed it says so too: the first time it asks the caller to
say it again, the second time it apologises and hangs up.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque

from fastapi import FastAPI, Request, Response, WebSocket
from pipecat.frames.frames import (
    EndWorkerFrame,
    ErrorFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.openai.llm import OpenAILLMService

import pipecat_bot

LIMIT = int(os.environ.get("LIMIT", "36"))
STREAM_S = 10.0  # a call whose stream has not begun by then has been hung up
FILLER_S = 2.5
FILLER = "One moment, please."
REPEAT = "I am sorry, I am having trouble right now. Could you please say that again?"
APOLOGY = "I am sorry, we have a technical problem. Please call again later. Goodbye."
REFUSAL = """\
<Response><Say>All our lines are busy at the moment. Please call again later.</Say><Hangup/>\
</Response>"""


class Comfort(FrameProcessor):
    """Stands behind the LLM and speaks where it is late or has failed."""

    def __init__(self) -> None:
        super().__init__()
        self._failures = 0
        self._late: asyncio.TimerHandle | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case LLMFullResponseStartFrame() if self._late is None:
                self._late = asyncio.get_running_loop().call_later(FILLER_S, self._fill)
            case LLMTextFrame():
                self._failures = 0
                self._in_time()
            case InterruptionFrame():
                self._in_time()
        await self.push_frame(frame, direction)

    async def failed(self) -> None:
        """The LLM gave up on an answer."""
        self._in_time()
        self._failures += 1
        hopeless = self._failures > 1
        await self._say(APOLOGY if hopeless else REPEAT)
        if hopeless:
            await self.push_frame(EndWorkerFrame(), FrameDirection.UPSTREAM)

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _fill(self) -> None:
        self._late = None
        self.create_task(self._say(FILLER))

    async def _say(self, text: str) -> None:
        await self.push_frame(TTSSpeakFrame(text, append_to_context=False))

    async def cleanup(self) -> None:
        self._in_time()
        await super().cleanup()


class Desk:
    """Calls that talk, and calls whose stream is awaited."""

    def __init__(self) -> None:
        self._talking = 0
        self._awaited: deque[asyncio.TimerHandle] = deque()

    def admit(self) -> bool:
        """Whether there is room for one more."""
        if self._talking + len(self._awaited) >= LIMIT:
            return False
        loop = asyncio.get_running_loop()
        self._awaited.append(loop.call_later(STREAM_S, self._awaited.popleft))
        return True

    def begin(self) -> None:
        """A stream has come."""
        self._talking += 1
        if self._awaited:
            self._awaited.popleft().cancel()

    def end(self) -> None:
        self._talking -= 1


app = FastAPI()
desk = Desk()


@app.post("/incoming")
async def incoming(request: Request) -> Response:
    """Twilio's voice webhook: takes LIMIT calls and refuses the others politely."""
    if desk.admit():
        return await pipecat_bot.incoming(request)
    return Response(REFUSAL, media_type="text/xml")


@app.websocket("/media")
async def media(websocket: WebSocket) -> None:
    """Twilio's media stream: one pipeline per call."""
    desk.begin()
    try:
        stt, llm, tts = pipecat_bot.services()
        comfort = Comfort()

        @llm.event_handler("on_error")
        async def failed(service: OpenAILLMService, error: ErrorFrame) -> None:
            await comfort.failed()

        await pipecat_bot.talk(await pipecat_bot.answered(websocket), (stt, llm, tts), comfort)
    finally:
        desk.end()


if __name__ == "__main__":
    pipecat_bot.main(app=app)
