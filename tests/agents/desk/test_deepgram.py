"""Results, utterances, and the ear on scripted sockets."""

from __future__ import annotations

import asyncio
import json
import random
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import ClientConnectionError, WSMsgType

from desk.deepgram import OUTAGE_S, QUERY, Ear, Transcript, Utterance, parse
from desk.provider import Provider
from desk.retry import ProviderDown, RetryPolicy
from desk.settings import Settings
from desk.tasks import meanwhile
from tests.agents.jumping import now, run


def result(text: str, *, final: bool = True, end: bool = False) -> Transcript:
    return Transcript(text, final, end)


def test_reads_results() -> None:
    message = {
        "type": "Results",
        "is_final": True,
        "speech_final": False,
        "channel": {"alternatives": [{"transcript": " book a table ", "confidence": 0.97}]},
    }
    assert parse(json.dumps(message)) == Transcript("book a table", True, False)


def test_passes_over_everything_else() -> None:
    assert parse('{"type":"Metadata","request_id":"6f1c"}') is None
    assert parse('{"type":"UtteranceEnd","channel":[0,1],"last_word_end":16.58}') is None


def test_finals_add_up_to_an_utterance() -> None:
    utterance = Utterance()
    assert utterance.add(result("I need to", final=False)) == ""
    assert utterance.pending
    assert utterance.add(result("I need to move")) == ""
    assert utterance.add(result("my", final=False)) == ""
    assert utterance.add(result("my appointment.", end=True)) == "I need to move my appointment."
    assert not utterance.pending


def test_an_empty_end_of_speech_ends_what_was_said() -> None:
    utterance = Utterance()
    utterance.add(result("Tuesday."))
    assert utterance.add(result("", end=True)) == "Tuesday."
    assert utterance.add(result("", end=True)) == ""


def test_words_without_an_end_are_not_lost() -> None:
    utterance = Utterance()
    utterance.add(result("I need"))
    utterance.add(result("to move", final=False))
    assert utterance.take() == "I need to move"
    assert not utterance.pending


class Socket:
    """One connection to Deepgram, closed by the other side after `lasts_s`."""

    close_code = 1011

    def __init__(self, lasts_s: float, *texts: str) -> None:
        self._lasts_s, self._texts = lasts_s, list(texts)
        self.audio: list[bytes] = []
        self.control: list[tuple[float, str]] = []

    async def send_bytes(self, frame: bytes) -> None:
        self.audio.append(frame)

    async def send_str(self, text: str) -> None:
        self.control.append((now(), json.loads(text)["type"]))

    async def close(self) -> None: ...

    def __aiter__(self) -> Socket:
        return self

    async def __anext__(self) -> SimpleNamespace:
        if not self._texts:
            await asyncio.sleep(self._lasts_s)
            raise StopAsyncIteration
        channel = {"alternatives": [{"transcript": self._texts.pop(0)}]}
        results = {"type": "Results", "is_final": True, "speech_final": True, "channel": channel}
        return SimpleNamespace(type=WSMsgType.TEXT, data=json.dumps(results))


class Session:
    """Hands out its sockets one after the other; None is a refused connection."""

    def __init__(self, *sockets: Socket | None) -> None:
        self._sockets = list(sockets)
        self.connected_at: list[float] = []

    async def ws_connect(self, url: str, **options: Any) -> Socket:
        assert url == "http://stt/v1/listen"
        assert options["params"] == QUERY
        self.connected_at.append(now())
        if (socket := self._sockets.pop(0)) is None:
            raise ClientConnectionError
        return socket


def ear_on(session: Session) -> Ear:
    provider = Provider("deepgram", 1, RetryPolicy(attempts=5))
    return Ear(session, provider, Settings(deepgram_base_url="http://stt"))  # type: ignore[arg-type]


def test_speaks_up_every_five_seconds_and_says_goodbye() -> None:
    async def main() -> None:
        socket = Socket(60)
        async with meanwhile(ear_on(Session(socket)).listen(lambda transcript: None)):
            await asyncio.sleep(12)
        assert socket.control == [(5, "KeepAlive"), (10, "KeepAlive"), (12, "CloseStream")]

    run(main())


def test_audio_waits_for_the_next_connection() -> None:
    async def main() -> None:
        random.seed(1)  # the jitter of both attempts is more than the millisecond below
        heard: list[Transcript] = []
        lost, next_ = Socket(1), Socket(60, "Hello.")
        session = Session(lost, None, next_)
        ear = ear_on(session)
        ear.hear(b"one")
        async with meanwhile(ear.listen(heard.append)):
            await asyncio.sleep(0.5)
            assert ear.connected
            assert lost.audio == [b"one"]
            await asyncio.sleep(0.501)
            assert not ear.connected
            ear.hear(b"two")
            await asyncio.sleep(5)
        assert next_.audio == [b"two"]
        assert heard == [Transcript("Hello.", True, True)]

    run(main())


def test_an_outage_ends_in_time() -> None:
    async def main() -> None:
        with pytest.raises(ProviderDown):
            await ear_on(Session(*[None] * 9)).listen(lambda transcript: None)
        assert now() <= OUTAGE_S

    run(main())


def test_connections_that_close_at_once_are_an_outage_too() -> None:
    async def main() -> None:
        session = Session(*[Socket(0) for _ in range(9)])
        with pytest.raises(ProviderDown):
            await ear_on(session).listen(lambda transcript: None)
        assert len(session.connected_at) <= 5

    run(main())


def test_a_connection_that_was_useful_starts_a_new_outage() -> None:
    async def main() -> None:
        session = Session(*[Socket(1, "Yes.") for _ in range(7)], *[None] * 9)
        with pytest.raises(ProviderDown):
            await ear_on(session).listen(lambda transcript: None)
        assert len(session.connected_at) > 7

    run(main())
