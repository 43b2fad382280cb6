"""Cartesia speech synthesis (`WS /tts/websocket`): sentences in, µ-law audio out.

Source: docs.cartesia.ai/api-reference/tts/websocket.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiohttp

from .provider import Provider, connect, failures_of
from .retry import ProviderError
from .settings import Settings
from .speech import Speech, Take
from .tasks import meanwhile

VERSION = "2026-03-01"
FIRST_AUDIO_S = 5.0  # silence after a sentence, or in the middle of one, that counts as failure
PIECE_BYTES = 1600  # 200 ms

Play = Callable[[bytes], Awaitable[int]]
"""Takes audio and returns the position of its first byte on the line."""


class Voice:
    """The voice of one call: one socket to Cartesia, and one context on it for each turn."""

    def __init__(
        self, session: aiohttp.ClientSession, provider: Provider, settings: Settings, name: str
    ) -> None:
        self._session, self._provider = session, provider
        self._url = f"{settings.cartesia_base_url}/tts/websocket"
        self._headers = {"X-API-Key": settings.cartesia_api_key, "Cartesia-Version": VERSION}
        self._request = {
            "model_id": settings.cartesia_model,
            "voice": {"mode": "id", "id": settings.cartesia_voice},
            "output_format": {"container": "raw", "encoding": "pcm_mulaw", "sample_rate": 8000},
            "language": "en",
            "add_timestamps": True,
            "max_buffer_delay_ms": 0,
        }
        self._names = (f"{name}-{number}" for number in itertools.count(1))
        self._contexts: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._connecting = asyncio.Lock()
        self._reader: asyncio.Task[None] | None = None

    async def connect(self) -> aiohttp.ClientWebSocketResponse:
        """The socket, opened now unless it is open already. Raises ProviderError."""
        async with self._connecting:
            if self._socket is None:
                with failures_of("cartesia"):
                    self._socket = await connect(self._session, self._url, self._headers, {})
                self._reader = asyncio.create_task(self._read(self._socket))
            return self._socket

    async def close(self) -> None:
        """Close the socket, and with it whatever is still being synthesised."""
        if self._reader is not None:
            self._reader.cancel()
        if self._socket is not None:
            await self._socket.close()

    async def speak(self, speech: Speech, play: Play, deadline: float) -> None:
        """Synthesise a speech while it is being written, and play it.

        A failed synthesis goes on with the first word that was not heard to the end. Raises
        ProviderDown when the deadline (loop time) or the attempts run out without a single word.
        """
        if not await speech.begun():
            return
        retries = self._provider.retries(deadline)
        async with self._provider.stream(deadline):
            while True:
                take = Take()
                try:
                    await self._synthesise(speech, take, play)
                    self._provider.succeeded()
                    return
                except ProviderError as error:
                    if take.synthesised():
                        now = asyncio.get_running_loop().time()
                        retries = self._provider.retries(now + FIRST_AUDIO_S)
                    await retries.pause(error)

    async def _synthesise(self, speech: Speech, take: Take, play: Play) -> None:
        socket = await self.connect()
        name = next(self._names)
        events = self._contexts[name] = asyncio.Queue()
        done = False
        try:
            with failures_of("cartesia"):
                async with meanwhile(self._send(socket, name, speech.sentences())):
                    speech.takes.append(take)
                    await _receive(events, take, play)
                    done = True
        finally:
            del self._contexts[name]
            if not done:
                with suppress(ConnectionError):
                    await socket.send_str(json.dumps({"context_id": name, "cancel": True}))

    async def _send(
        self, socket: aiohttp.ClientWebSocketResponse, name: str, sentences: AsyncIterator[str]
    ) -> None:
        async def send(transcript: str, *, more: bool) -> None:
            message = {"context_id": name, **self._request}
            await socket.send_str(
                json.dumps({**message, "transcript": transcript, "continue": more})
            )
            sent = {"type": "sent", "words": len(transcript.split()), "last": not more}
            self._contexts[name].put_nowait(sent)

        with suppress(ConnectionError):  # the reader sees the end of the connection too
            async for sentence in sentences:
                await send(f"{sentence} ", more=True)
            await send("", more=False)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                event = json.loads(message.data)
                if events := self._contexts.get(event.get("context_id")):
                    events.put_nowait(event)
        self._socket = None
        for events in self._contexts.values():
            events.put_nowait({"type": "closed", "code": socket.close_code})


async def _receive(events: asyncio.Queue[dict[str, Any]], take: Take, play: Play) -> None:
    """Play a context until it is done; silence is a failure only while words are outstanding."""
    sent, last = 0, False
    while True:
        waiting = last or len(take.synthesised()) < sent
        async with asyncio.timeout(FIRST_AUDIO_S if waiting else None):
            event = await events.get()
        match event["type"]:
            case "sent":
                sent, last = sent + event["words"], event["last"]
            case "timestamps":
                times = event["word_timestamps"]
                take.words += zip(times["words"], times["end"], strict=True)
            case "chunk":
                audio = base64.b64decode(event["data"])
                for at in range(0, len(audio), PIECE_BYTES):
                    piece = audio[at : at + PIECE_BYTES]
                    take.chunks.append((await play(piece), len(piece)))
            case "done" if take.chunks:
                return
            case "done":
                raise ProviderError("cartesia", None, "a context without audio")
            case "error":
                raise ProviderError("cartesia", event["status_code"], event.get("title", ""))
            case "closed":
                raise ProviderError("cartesia", None, f"socket closed with {event['code']}")
