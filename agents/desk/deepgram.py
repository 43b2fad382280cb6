"""Deepgram live transcription (`WS /v1/listen`): the caller's audio in, transcripts out.

Source: developers.deepgram.com/reference/speech-to-text/listen-streaming.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp

from .provider import CLOSE_S, Provider, Retries, connect, failures_of
from .retry import ProviderError
from .settings import Settings
from .tasks import meanwhile

QUERY = {
    "model": "nova-3",
    "encoding": "mulaw",
    "sample_rate": "8000",
    "channels": "1",
    "interim_results": "true",
    "punctuate": "true",
    "endpointing": "300",
}
KEEP_ALIVE_S = 5.0
OUTAGE_S = 6.0  # an agent that has been deaf for longer says so and hangs up
BUFFERED_FRAMES = 250  # 5 s of speech survive an outage


@dataclass(frozen=True, slots=True)
class Transcript:
    """One result. `speech_final` means that the caller has stopped speaking."""

    text: str
    is_final: bool
    speech_final: bool


def parse(message: str) -> Transcript | None:
    """The transcript in a message of Deepgram's; None for any other message."""
    results = json.loads(message)
    if results.get("type") != "Results":
        return None
    text = results["channel"]["alternatives"][0]["transcript"].strip()
    return Transcript(text, bool(results["is_final"]), bool(results["speech_final"]))


@dataclass(slots=True)
class Utterance:
    """What the caller has said since the last end of turn, pieced together from results."""

    _finals: list[str] = field(default_factory=list)
    _interim: str = ""

    @property
    def pending(self) -> bool:
        """Words were heard, and no end of speech yet."""
        return bool(self._finals or self._interim)

    def add(self, transcript: Transcript) -> str:
        """Take a result in; returns the whole utterance if that ends it, else an empty string."""
        if transcript.is_final:
            self._interim = ""
            if transcript.text:
                self._finals.append(transcript.text)
        else:
            self._interim = transcript.text
        return self.take() if transcript.speech_final else ""

    def take(self) -> str:
        """The whole utterance as far as it was heard; the next one starts empty."""
        text = " ".join([*self._finals, self._interim]).strip()
        self._finals, self._interim = [], ""
        return text


class Ear:
    """The transcription of one call, over as many connections as that takes."""

    def __init__(
        self, session: aiohttp.ClientSession, provider: Provider, settings: Settings
    ) -> None:
        self.connected = False
        self._session, self._provider = session, provider
        self._url = f"{settings.deepgram_base_url}/v1/listen"
        self._headers = {"Authorization": f"Token {settings.deepgram_api_key}"}
        self._frames: deque[bytes] = deque(maxlen=BUFFERED_FRAMES)
        self._more = asyncio.Event()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._useful = False  # this connection has transcribed something

    def hear(self, frame: bytes) -> None:
        """Take audio in; it waits, up to 5 s of it, while there is no connection."""
        self._frames.append(frame)
        self._more.set()

    async def listen(self, take: Callable[[Transcript], None]) -> None:
        """Transcribe until cancelled. Raises ProviderDown when an outage lasts too long."""
        now = asyncio.get_running_loop().time
        outage: Retries | None = None
        async with self._provider.stream(now() + OUTAGE_S):
            while True:
                begun, self._useful = now(), False
                try:
                    with failures_of("deepgram"):
                        await self._connection(take)
                except ProviderError as error:
                    if outage is None or self._useful or now() - begun > OUTAGE_S:
                        outage = self._provider.retries(now() + OUTAGE_S)
                    await outage.pause(error)

    async def reconnect(self) -> None:
        """Give up a connection on which nothing comes back."""
        if self._socket is not None:
            await self._socket.close()

    async def _connection(self, take: Callable[[Transcript], None]) -> None:
        socket = await connect(self._session, self._url, self._headers, QUERY)
        self._socket, self.connected = socket, True
        try:
            async with meanwhile(self._send_audio(socket)), meanwhile(_keep_alive(socket)):
                await self._read(socket, take)
        finally:
            self.connected = False
            with suppress(ConnectionError, TimeoutError):
                async with asyncio.timeout(CLOSE_S):
                    await socket.send_str('{"type":"CloseStream"}')
            await socket.close()
        raise ProviderError("deepgram", None, f"socket closed with {socket.close_code}")

    async def _read(
        self, socket: aiohttp.ClientWebSocketResponse, take: Callable[[Transcript], None]
    ) -> None:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT and (transcript := parse(message.data)):
                if not self._useful:
                    self._useful = True
                    self._provider.succeeded()
                take(transcript)

    async def _send_audio(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        with suppress(ConnectionError):  # the reader sees the end of the connection too
            while True:
                await self._more.wait()
                self._more.clear()
                while self._frames:
                    await socket.send_bytes(self._frames.popleft())


async def _keep_alive(socket: aiohttp.ClientWebSocketResponse) -> None:
    with suppress(ConnectionError):
        while True:
            await asyncio.sleep(KEEP_ALIVE_S)
            await socket.send_str('{"type":"KeepAlive"}')
