"""An agent that answers exactly so long after it received the caller's last voiced frame.

`python -m bench.stub_agent DELAY_MS [paced] [brief]` prints its webhook URL. It hears by energy
alone, and sends its words at once, or `paced`: a frame every 20 ms; `brief` ones if asked to.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import sys
from collections.abc import Sequence

import msgspec
from aiohttp import WSMsgType, web

from harness.media.energy import voiced_spans
from speech.alphabet import Role
from speech.g711 import mulaw_encode
from speech.mouth import Mouth

FRAME = 160
SILENT_FRAMES = 5
"""After so many silent frames the turn of the caller is taken for over."""
ANSWERS = (
    "Certainly, which day would suit you best?",
    "I have nine or half past ten, which one would you like?",
    "You are booked, is there anything else?",
    "Goodbye and thank you for calling.",
)
BRIEF = ("Yes.",)


class _Payload(msgspec.Struct):
    payload: str


class _Message(msgspec.Struct):
    event: str
    media: _Payload | None = None


_DECODER = msgspec.json.Decoder(_Message)


def frames(mouth: Mouth, text: str, stream: str) -> list[str]:
    sound = mulaw_encode(mouth.speak(text).samples)
    return [
        f'{{"event":"media","streamSid":"{stream}","media":{{"payload":"'
        f'{base64.b64encode(sound[at : at + FRAME]).decode()}"}}}}'
        for at in range(0, len(sound) - FRAME + 1, FRAME)
    ]


class Line:
    def __init__(
        self, socket: web.WebSocketResponse, stream: str, delay_s: float, words: Sequence[str]
    ) -> None:
        self.socket, self.stream, self.delay_s = socket, stream, delay_s
        self.paced = "paced" in words
        self.mouth = Mouth(Role.AGENT, 8000)
        self.loop = asyncio.get_running_loop()
        self.answers = itertools.cycle(BRIEF if "brief" in words else ANSWERS)

    async def say(self, text: str, at: float) -> None:
        ready = frames(self.mouth, text, self.stream)
        # The event loop's timers are late by a millisecond or two: spin the last of it.
        await asyncio.sleep(max(0.0, at - self.loop.time() - 0.003))
        while self.loop.time() < at:  # noqa: ASYNC110
            await asyncio.sleep(0)
        for number, frame in enumerate(ready):
            if self.paced:
                await asyncio.sleep(max(0.0, at + number * 0.02 - self.loop.time()))
            await self.socket.send_str(frame)

    async def listen(self) -> None:
        voiced_at, silent = 0.0, 0
        speaking = asyncio.create_task(self.say("Hello, how can I help you?", self.loop.time()))
        async for message in self.socket:
            if message.type is not WSMsgType.TEXT:
                break
            now = self.loop.time()
            data = _DECODER.decode(message.data)
            if data.media is None:
                continue
            if voiced_spans([base64.b64decode(data.media.payload)])[0]:
                voiced_at, silent = now, 0
                continue
            silent += 1
            if voiced_at and silent == SILENT_FRAMES:
                speaking = asyncio.create_task(
                    self.say(next(self.answers), voiced_at + self.delay_s)
                )
                voiced_at = 0.0
        speaking.cancel()


async def main(delay_s: float, words: Sequence[str]) -> None:
    async def incoming(request: web.Request) -> web.Response:
        url = f"ws://{request.host}/media"
        body = f'<Response><Connect><Stream url="{url}"/></Connect></Response>'
        return web.Response(text=body, content_type="text/xml")

    async def media(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        start = await socket.receive_json()
        await Line(socket, start["streamSid"], delay_s, words).listen()
        return socket

    app = web.Application()
    app.router.add_post("/incoming", incoming)
    app.router.add_get("/media", media)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/incoming", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) / 1000, sys.argv[2:]))
