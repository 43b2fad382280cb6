"""What all calls share, and the routes: webhooks, media stream, dialling out, health page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import count

import aiohttp
from aiohttp import web

from . import phrases, twilio
from .admission import Admission
from .agent import Agent
from .call import Call
from .cartesia import Voice
from .clips import Clips
from .comfort import Comfort
from .deepgram import Ear
from .dialling import Dialler
from .line import Line
from .openai import Mind
from .provider import Provider
from .retry import ProviderDown, RetryPolicy
from .settings import Settings
from .speech import Speech
from .tasks import meanwhile
from .tools import TOOLS, AppointmentBook

GONE_S = 30.0  # Twilio sends audio every 20 ms; a stream silent for so long is dead
KEEP_S = 60.0  # the next turn finds its connection open, however long the caller speaks
RECORD_S = 5.0
ORDER_S = 10.0
RING_S = 30
HOLD_S = 10.0  # for the webhook of who has picked up at the last moment


class FrontDesk:
    """Takes calls up to a limit, refuses the others politely."""

    call_type, agent_type = Call, Agent
    dialler_type = Dialler
    comfort = Comfort()
    retry_policy = RetryPolicy()
    # Without ears there is no conversation: a lost transcription is worth more attempts.
    stt_retry_policy = RetryPolicy(attempts=5)

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.admission = Admission(settings.call_limit)
        streams = max(1, settings.call_limit)  # of each kind; a call uses one at a time
        self._stt = Provider("deepgram", streams, self.stt_retry_policy)
        self._llm = Provider("openai", streams, self.retry_policy)
        self._tts = Provider("cartesia", streams, self.retry_policy)
        self._tools = Provider("tools", streams, self.retry_policy)
        self._clips = Clips(self._record)
        self._dialler = self.dialler_type(Provider("twilio", streams, self.retry_policy), settings)
        self._lines: list[Line] = []
        self._places = count(1)
        self._placed: set[str] = set()  # calls that the agent has placed itself

    def routes(self) -> list[web.RouteDef]:
        """The routes of the agent's server."""
        return [
            web.post("/incoming", self.incoming),
            web.get("/media", self.media),
            web.post("/dialout", self.dial_out),
            web.post("/over", self.over),
            web.get("/health", self.health),
        ]

    async def recordings(self, app: web.Application) -> AsyncIterator[None]:
        """Records the fixed phrases while the application runs (aiohttp's cleanup context)."""
        async with meanwhile(self._clips.record_all()):
            yield

    async def hang_up_all(self, app: web.Application) -> None:
        """End the calls that are still up."""
        await asyncio.gather(*(line.hang_up() for line in self._lines))

    def calls(self) -> int:
        """How many calls there are, counting those announced."""
        return self.admission.count(_now())

    async def health(self, request: web.Request) -> web.Response:
        """`{"calls": …, "limit": …}`."""
        return web.json_response({"calls": self.calls(), "limit": self.admission.limit})

    async def incoming(self, request: web.Request) -> web.Response:
        """Twilio's voice webhook: a call is being offered."""
        form = await self._form(request)
        if form is None:
            return web.Response(
                status=403, text="X-Twilio-Signature does not match TWILIO_AUTH_TOKEN"
            )
        if not (call_sid := form.get("CallSid")):
            return web.Response(status=400, text="CallSid is missing")
        if place := request.query.get("place"):
            self.admission.name(place, call_sid)
            self._placed.add(call_sid)
        scheme, host = _public_origin(request)
        answer = twilio.REJECT
        if self.admit(call_sid):
            answer = twilio.connect(f"{'wss' if scheme == 'https' else 'ws'}://{host}/media")
        return web.Response(text=answer, content_type="text/xml")

    async def media(self, request: web.Request) -> web.WebSocketResponse:
        """Twilio's media stream: the call itself."""
        socket = web.WebSocketResponse(timeout=1.0, receive_timeout=GONE_S, compress=False)
        await socket.prepare(request)
        if (line := await Line.answer(socket)) is None:
            await socket.close()
            return socket
        self._lines.append(line)
        try:
            if self.admission.enter(line.call_sid, _now()):
                await self.talk(line)
            else:
                await self.refuse(line)
        finally:
            self.admission.leave(line.call_sid)
            self._placed.discard(line.call_sid)
            self._lines.remove(line)
            await socket.close()
        return socket

    async def dial_out(self, request: web.Request) -> web.Response:
        """Somebody wants a number to be called: `{"to_number": …, "from_number": …}`."""
        try:
            wanted = await request.json()
            to_number, from_number = str(wanted["to_number"]), wanted.get("from_number", "")
        except (ValueError, LookupError, TypeError, AttributeError):
            return web.Response(status=400, text='{"to_number": "+14155550101"} is wanted')
        place = f"place-{next(self._places)}"
        if not self.admission.hold(place, _now(), RING_S + HOLD_S):
            return web.Response(status=503, headers={"Retry-After": "10"}, text=phrases.FULL)
        scheme, host = _public_origin(request)
        order = {
            "To": to_number,
            "From": from_number or self.settings.twilio_phone_number,
            "Url": f"{scheme}://{host}/incoming?place={place}",
            "StatusCallback": f"{scheme}://{host}/over?place={place}",
            "Timeout": str(RING_S),
        }
        try:
            call_sid = await self._dialler.place(order, _now() + ORDER_S)
        except ProviderDown as down:
            self.admission.release(place)
            return web.Response(status=502, text=str(down))
        return web.json_response({"call_sid": call_sid})

    async def over(self, request: web.Request) -> web.Response:
        """Twilio tells that a call which was placed is over, be it that nobody has answered."""
        if await self._form(request) is None:
            return web.Response(status=403)
        self.admission.release(request.query.get("place", ""))
        return web.Response(status=204)

    async def _form(self, request: web.Request) -> dict[str, str] | None:
        """What Twilio posts; None if it is not Twilio who does."""
        form = [(name, str(value)) for name, value in (await request.post()).items()]
        token = self.settings.twilio_auth_token
        claimed = request.headers.get("X-Twilio-Signature", "")
        scheme, host = _public_origin(request)
        url = f"{scheme}://{host}{request.raw_path}"
        return None if token and not twilio.is_signed(token, url, form, claimed) else dict(form)

    def admit(self, call_sid: str) -> bool:
        """Whether an offered call may connect."""
        return self.admission.reserve(call_sid, _now())

    async def talk(self, line: Line) -> None:
        """Hold the conversation; all connections of the call are closed behind it."""
        connector = aiohttp.TCPConnector(keepalive_timeout=KEEP_S)
        async with aiohttp.ClientSession(connector=connector) as session:
            await self.converse(line, session)

    async def converse(self, line: Line, session: aiohttp.ClientSession) -> None:
        """Hold the conversation over connections of `session`."""
        voice = Voice(session, self._tts, self.settings, line.call_sid)
        try:
            await self.call(line, session, voice).run()
        finally:
            await voice.close()

    def call(self, line: Line, session: aiohttp.ClientSession, voice: Voice) -> Call:
        """The two sides of a conversation, over connections of `session`."""
        agent = self.agent_type(
            line,
            self.mind(session),
            AppointmentBook(session, self._tools, self.settings, line.call_sid),
            voice,
            clips=self._clips,
            comfort=self.comfort,
        )
        ear = Ear(session, self._stt, self.settings)
        return self.call_type(line, ear, agent, called=line.call_sid in self._placed)

    def mind(self, session: aiohttp.ClientSession) -> Mind:
        """The language model of one call."""
        return Mind(session, self._llm, self.settings, TOOLS)

    async def refuse(self, line: Line) -> None:
        """Tell a caller who got through all the same that there is no room, and hang up."""
        async with meanwhile(self._say_full(line)):
            await line.receive(lambda frame: None)

    async def _say_full(self, line: Line) -> None:
        await line.play(await self._clips.get(phrases.FULL))
        await line.flush()
        await line.drained()
        await line.hang_up()

    async def _record(self, phrase: str) -> bytes:
        audio = bytearray()

        async def collect(piece: bytes) -> int:
            audio.extend(piece)
            return len(audio) - len(piece)

        async with aiohttp.ClientSession() as session:
            voice = Voice(session, self._tts, self.settings, "clip")
            try:
                await voice.speak(Speech(phrase), collect, _now() + RECORD_S)
            finally:
                await voice.close()
        return bytes(audio)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _public_origin(request: web.Request) -> tuple[str, str]:
    """Scheme and host as Twilio knows them, also behind a proxy that ends TLS."""
    scheme = request.headers.get("X-Forwarded-Proto", request.scheme)
    return scheme, request.headers.get("X-Forwarded-Host", request.host)
