"""The voice on a scripted socket."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import WSMsgType

from desk.cartesia import FIRST_AUDIO_S, PIECE_BYTES, Voice
from desk.provider import Provider
from desk.retry import ProviderDown, RetryPolicy
from desk.settings import Settings
from desk.speech import Speech
from tests.agents.jumping import now, run

Event = dict[str, Any]


class Socket:
    """Cartesia: `react` says what comes back for a message."""

    close_code = 1000

    def __init__(self, react: Callable[[Event], list[Event | None]]) -> None:
        self.sent: list[Event] = []
        self._react = react
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()

    async def send_str(self, text: str) -> None:
        self.sent.append(json.loads(text))
        for event in self._react(self.sent[-1]):
            self._events.put_nowait(event)

    async def close(self) -> None: ...

    def __aiter__(self) -> Socket:
        return self

    async def __anext__(self) -> SimpleNamespace:
        if (event := await self._events.get()) is None:
            raise StopAsyncIteration
        return SimpleNamespace(type=WSMsgType.TEXT, data=json.dumps(event))


class Session:
    def __init__(self, *reactions: Callable[[Event], list[Event | None]]) -> None:
        self.sockets = [Socket(react) for react in reactions]
        self.connected = 0

    async def ws_connect(self, url: str, **options: Any) -> Socket:
        assert url == "http://tts/tts/websocket"
        self.connected += 1
        return self.sockets[self.connected - 1]


def audio(context: str, size: int = 160) -> Event:
    return {
        "type": "chunk",
        "context_id": context,
        "data": base64.b64encode(b"a" * size).decode(),
    }


def times(context: str, *words: tuple[str, float]) -> Event:
    word_timestamps = {
        "words": [word for word, _ in words],
        "start": [0.0] * len(words),
        "end": [end for _, end in words],
    }
    return {"type": "timestamps", "context_id": context, "word_timestamps": word_timestamps}


def works(message: Event) -> list[Event | None]:
    context = message["context_id"]
    if message.get("cancel"):
        return []
    if not message["continue"]:
        return [{"type": "done", "context_id": context, "done": True}]
    words = message["transcript"].split()
    ends = ((word, 0.02 * (at + 1)) for at, word in enumerate(words))
    return [audio(context, 160 * len(words)), times(context, *ends)]


def refuses(message: Event) -> list[Event | None]:
    if message.get("cancel"):
        return []
    error = {"type": "error", "status_code": 429, "title": "Too many concurrent requests"}
    return [{**error, "context_id": message["context_id"], "done": True}]


def stalls(message: Event) -> list[Event | None]:
    return []


def breaks_after_a_word(message: Event) -> list[Event | None]:
    if message.get("cancel"):
        return []
    context = message["context_id"]
    return [audio(context), times(context, ("One", 0.02), ("two", 0.04)), None]


def speak(session: Session, speech: Speech, within_s: float = 20) -> bytes:
    heard = bytearray()

    async def play(piece: bytes) -> int:
        assert len(piece) <= PIECE_BYTES
        heard.extend(piece)
        return len(heard) - len(piece)

    async def main() -> None:
        provider = Provider("cartesia", 1, RetryPolicy())
        settings = Settings(cartesia_base_url="http://tts")
        voice = Voice(session, provider, settings, "CA1")  # type: ignore[arg-type]
        try:
            await voice.speak(speech, play, now() + within_s)
        finally:
            await voice.close()

    run(main())
    return bytes(heard)


def test_a_turn_is_one_context() -> None:
    session = Session(works)
    speech = Speech("One two.")
    assert speak(session, speech) == b"a" * 320
    first, last = session.sockets[0].sent
    assert (first["transcript"], first["continue"]) == ("One two. ", True)
    assert (last["transcript"], last["continue"]) == ("", False)
    assert first["context_id"] == last["context_id"]
    format_ = {"container": "raw", "encoding": "pcm_mulaw", "sample_rate": 8000}
    assert first["output_format"] == last["output_format"] == format_
    assert speech.record(160) == "One"


def test_long_audio_is_played_in_pieces() -> None:
    def long(message: Event) -> list[Event | None]:
        return [audio(message["context_id"], 5000), *works({**message, "continue": False})]

    assert speak(Session(long), Speech("One.")) == b"a" * 5000 * 1


def test_a_refused_context_is_tried_again_in_another() -> None:
    replies = iter([refuses, stalls])

    def first_refuses(message: Event) -> list[Event | None]:
        return next(replies, works)(message)

    session = Session(first_refuses)
    speak(session, Speech("One two."))
    assert session.connected == 1
    assert len({message["context_id"] for message in session.sockets[0].sent}) == 2


def test_a_broken_socket_costs_only_the_word_in_the_air() -> None:
    session = Session(breaks_after_a_word, works)
    speech = Speech("One two three.")
    speak(session, speech)
    assert session.sockets[1].sent[0]["transcript"] == "two three. "
    assert speech.record(99999) == "One two three."


def test_silence_is_a_failure_and_is_cancelled() -> None:
    session = Session(stalls)
    with pytest.raises(ProviderDown):
        speak(session, Speech("One."), within_s=FIRST_AUDIO_S)
    assert session.sockets[0].sent[-1]["cancel"]


def test_a_context_without_audio_is_a_failure() -> None:
    def says_nothing(message: Event) -> list[Event | None]:
        return [] if message.get("continue") else works(message)

    with pytest.raises(ProviderDown, match="without audio"):
        speak(Session(says_nothing), Speech("One."))


def test_a_permanent_refusal_is_final() -> None:
    def denies(message: Event) -> list[Event | None]:
        return [{**refuses(message)[0], "status_code": 402}] if "transcript" in message else []  # type: ignore[dict-item]

    with pytest.raises(ProviderDown, match="402"):
        speak(Session(denies), Speech("One."))


def test_nothing_to_say_needs_no_connection() -> None:
    silent = Speech()
    silent.finish()
    session = Session()
    assert speak(session, silent) == b""
    assert session.connected == 0
