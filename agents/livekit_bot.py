"""The appointment desk as a stock LiveKit AgentSession, bridged to Twilio without a LiveKit server.

    pip install -r agents/requirements-livekit.txt
    python agents/livekit_bot.py --port 8652

Only the base URLs are set, from DEEPGRAM_BASE_URL, OPENAI_BASE_URL, CARTESIA_BASE_URL and
TOOLS_BASE_URL. Voice activity and turn ends are found as the framework does by default: its bundled
Silero model and its local turn detector.
"""

from __future__ import annotations

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import argparse
import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import aiohttp
from aiohttp import web
from livekit.agents import Agent, AgentSession, function_tool
from livekit.plugins import cartesia, deepgram, openai

from livekit_line import Line

LOCAL = "http://127.0.0.1:8700"
TOOLS = os.environ.get("TOOLS_BASE_URL", f"{LOCAL}/tools")
INSTRUCTIONS = """\
You are the appointment desk of a dental clinic, on the telephone. Answer in one or two short spoken
sentences, without lists or symbols. Look free times up before you offer any, and book only after
the caller has agreed to a time and told you a name."""
GREET = "Greet the caller and ask how you can help."
HTTP = web.AppKey("http", aiohttp.ClientSession)


class Desk(Agent):
    """What the agent may do."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        super().__init__(instructions=INSTRUCTIONS)
        self._http = http

    async def on_enter(self) -> None:
        self.session.generate_reply(instructions=GREET)

    @function_tool
    async def lookup_slots(self, date: str) -> Any:
        """Free appointments on a day.

        Args:
            date: The day, as the caller says it.
        """
        return await self._ask_book("GET", "slots", params={"date": date})

    @function_tool
    async def book_appointment(self, date: str, time: str, name: str) -> Any:
        """Books a free appointment.

        Args:
            date: The day, as in lookup_slots.
            time: One of the free times.
            name: The caller's full name.
        """
        booking = {"date": date, "time": time, "name": name}
        return await self._ask_book("POST", "appointments", json=booking)

    async def _ask_book(self, method: str, path: str, **content: Any) -> Any:
        """The answer of the appointment book; raises aiohttp.ClientError for any other than 2xx."""
        url = f"{TOOLS}/{path}"
        async with self._http.request(method, url, raise_for_status=True, **content) as response:
            return await response.json()


async def incoming(request: web.Request) -> web.Response:
    """Twilio's voice webhook: answers every call."""
    scheme = "wss" if request.headers.get("X-Forwarded-Proto") == "https" else "ws"
    url = f"{scheme}://{request.host}/media"
    twiml = f'<Response><Connect><Stream url="{url}"/></Connect></Response>'
    return web.Response(text=twiml, content_type="text/xml")


async def media(request: web.Request) -> web.WebSocketResponse:
    """Twilio's media stream: one session per call."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    line = Line(socket)
    await line.started()
    session = new_session(request.app[HTTP])
    session.input.audio, session.output.audio = line.ears, line.mouth
    ended = asyncio.Event()
    session.on("close", lambda _: ended.set())
    talking = asyncio.create_task(line.run())
    await session.start(Desk(request.app[HTTP]))
    over = asyncio.create_task(ended.wait())
    await asyncio.wait([talking, over], return_when=asyncio.FIRST_COMPLETED)
    over.cancel()
    await session.aclose()
    for provider in (session.stt, session.llm, session.tts):  # a session leaves them connected
        await provider.aclose()
    await line.hang_up()
    await talking
    return socket


def new_session(http: aiohttp.ClientSession) -> AgentSession[None]:
    """Speech to text, language model and text to speech, at the URLs of the environment."""
    listen = os.environ.get("DEEPGRAM_BASE_URL", LOCAL)
    return AgentSession(
        stt=deepgram.STT(
            api_key=os.environ.get("DEEPGRAM_API_KEY", "none"),
            base_url=f"{listen}/v1/listen",
            http_session=http,
        ),
        llm=openai.LLM(
            api_key=os.environ.get("OPENAI_API_KEY", "none"),
            base_url=os.environ.get("OPENAI_BASE_URL", f"{LOCAL}/v1"),
        ),
        tts=cartesia.TTS(
            api_key=os.environ.get("CARTESIA_API_KEY", "none"),
            base_url=os.environ.get("CARTESIA_BASE_URL", LOCAL),
            http_session=http,
        ),
    )


async def connections(app: web.Application) -> Any:
    """One pool of connections for all calls, for as long as the application runs."""
    async with aiohttp.ClientSession() as app[HTTP]:
        yield


def application() -> web.Application:
    """Webhook and media stream."""
    app = web.Application()
    app.cleanup_ctx.append(connections)
    app.add_routes([web.post("/incoming", incoming), web.get("/media", media)])
    return app


def main(argv: Sequence[str] | None = None) -> None:
    """Run the bot."""
    options = argparse.ArgumentParser(description="A stock LiveKit agent over Twilio.")
    options.add_argument("--host", default="127.0.0.1", help="address to listen on")
    options.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8652")))
    options.add_argument("--verbose", action="store_true", help="the framework's own log")
    arguments = options.parse_args(argv)
    logging.basicConfig(level=logging.DEBUG if arguments.verbose else logging.WARNING)
    web.run_app(
        application(),
        host=arguments.host,
        port=arguments.port,
        print=lambda _: print(
            f"listening on http://{arguments.host}:{arguments.port}/incoming", flush=True
        ),
    )


if __name__ == "__main__":
    main()
