"""OpenAI chat completions (`POST /v1/chat/completions`): text and tool calls as they stream in.

Source: platform.openai.com/docs/api-reference/chat-streaming.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from .provider import CONNECT_S, Provider, failures_of
from .retry import ProviderError, retry_after_s
from .sentences import Sentences
from .settings import Settings

FIRST_TOKEN_S = 8.0
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=FIRST_TOKEN_S)

Message = dict[str, Any]


class ServerSentEvents:
    """Bytes in, `data:` payloads out (WHATWG HTML, Server-sent events)."""

    def __init__(self) -> None:
        self._bytes = b""

    def feed(self, received: bytes) -> list[str]:
        """The payloads of the lines that are complete with these bytes."""
        *lines, self._bytes = (self._bytes + received).split(b"\n")
        return [
            line[len(b"data:") :].strip().decode() for line in lines if line.startswith(b"data:")
        ]


@dataclass(slots=True)
class Reply:
    """An answer as it grows: its text, and its tool calls in the form the history needs."""

    text: str = ""
    tool_calls: list[Message] = field(default_factory=list)
    finished: bool = False

    def add(self, payload: str) -> str:
        """Take one chunk in; returns the text in it. Raises ProviderError for an error object."""
        chunk = json.loads(payload)
        if error := chunk.get("error"):
            raise ProviderError("openai", None, str(error.get("message", error)))
        piece = ""
        for choice in chunk["choices"]:  # the chunk with the usage has none
            self.finished = self.finished or bool(choice.get("finish_reason"))
            delta = choice["delta"]
            piece += delta.get("content") or ""
            for part in delta.get("tool_calls") or ():
                self._add_tool_call(part)
        self.text += piece
        return piece

    def _add_tool_call(self, part: Message) -> None:
        while len(self.tool_calls) <= part["index"]:
            empty = {"name": "", "arguments": ""}
            self.tool_calls.append({"id": "", "type": "function", "function": empty})
        call = self.tool_calls[part["index"]]
        call["id"] += part.get("id") or ""
        for name, fragment in part.get("function", {}).items():
            call["function"][name] += fragment or ""


class Mind:
    """The language model of one call."""

    timeout = TIMEOUT

    def __init__(
        self,
        session: aiohttp.ClientSession,
        provider: Provider,
        settings: Settings,
        tools: list[Message],
    ) -> None:
        self._session, self._provider = session, provider
        self._url = f"{settings.openai_base_url}/chat/completions"
        self._headers = {"Authorization": f"Bearer {settings.openai_api_key}"}
        self._request = {
            "model": settings.openai_model,
            "stream": True,
            "stream_options": {"include_usage": True},
            "tools": tools,
        }

    async def reply(
        self, messages: list[Message], say: Callable[[str], None], deadline: float
    ) -> Reply:
        """The answer to a conversation; its sentences go to `say` as they come.

        An answer that breaks off is asked for again, and what was said of it is not said twice.
        Raises ProviderDown if it has not begun by the deadline (loop time).
        """
        said: list[str] = []
        retries = self._provider.retries(deadline)
        async with self._provider.stream(deadline):
            while True:
                before = tuple(said)
                try:
                    with failures_of("openai"):
                        reply = await self._attempt(messages, said, say, deadline)
                    self._provider.succeeded()
                    return reply
                except ProviderError as error:
                    if len(said) > len(before):
                        deadline = asyncio.get_running_loop().time() + FIRST_TOKEN_S
                        retries = self._provider.retries(deadline)
                    await retries.pause(error)

    async def _attempt(
        self,
        messages: list[Message],
        said: list[str],
        say: Callable[[str], None],
        deadline: float,
    ) -> Reply:
        reply, sentences, known = Reply(), Sentences(), tuple(said)

        def pass_on(complete: list[str]) -> None:
            for sentence in complete:
                if sentence not in known:
                    said.append(sentence)
                    say(sentence)

        async with (
            asyncio.timeout_at(deadline) as patience,
            self._session.post(
                self._url,
                json={**self._request, "messages": messages},
                headers=self._headers,
                timeout=self.timeout,
            ) as response,
        ):
            if response.status != 200:
                wait_s = retry_after_s(response.headers)
                raise ProviderError("openai", response.status, await response.text(), wait_s)
            async for payload in _payloads(response):
                pass_on(sentences.feed(reply.add(payload)))
                if reply.text or reply.tool_calls:
                    patience.reschedule(None)  # it has begun
        if not reply.finished:
            raise ProviderError("openai", None, "the stream ended before the answer did")
        pass_on(sentences.rest())
        return reply


async def _payloads(response: aiohttp.ClientResponse) -> AsyncIterator[str]:
    events = ServerSentEvents()
    async for received in response.content.iter_any():
        for payload in events.feed(received):
            if payload == "[DONE]":
                # Reading to the end lets the connection be used again.
                with suppress(TimeoutError, aiohttp.ClientError):
                    async with asyncio.timeout(0.1):
                        await response.read()
                return
            yield payload
