"""Cartesia's SDK gets sound that an ear understands, and learns in-band of a refusal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from speech.encoding import Encoding
from speech.recording import hear_samples

from .mocks_process import Mocks, run

cartesia = pytest.importorskip("cartesia", reason="make test-clients installs the SDK")
pytestmark = [pytest.mark.system, pytest.mark.clients]

SENTENCES = ("Your table for two is booked. ", "Anything else?")
VOICE = "694f9389-aac1-45b6-b726-9d9369183238"
FORM = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16000}


@asynccontextmanager
async def client_of(mocks: Mocks) -> AsyncIterator[Any]:
    http, ws = f"http://{mocks.netloc}", f"ws://{mocks.netloc}"
    async with cartesia.AsyncCartesia(
        api_key="none", base_url=http, websocket_base_url=ws
    ) as client:
        yield client


def context_of(connection: Any, **fields: Any) -> Any:
    return connection.context(model_id="sonic-3", voice=VOICE, output_format=FORM, **fields)


def heard(sound: bytes) -> list[tuple[str, int | None]]:
    samples = Encoding.LINEAR16.decode(sound)
    return [(one.text, one.identity) for one in hear_samples(samples, FORM["sample_rate"])]


def test_sentences_are_one_utterance(mocks: Mocks) -> None:
    events: list[Any] = []

    async def speak() -> None:
        async with (
            client_of(mocks) as client,
            client.tts.websocket_connect() as connection,
        ):
            context = context_of(connection, add_timestamps=True)
            for sentence in SENTENCES:
                await context.push(sentence)
            await context.no_more_inputs()
            events.extend([event async for event in context.receive()])

    run(speak)
    (work,) = mocks.work()
    text = "".join(SENTENCES)
    sound = b"".join(event.audio for event in events if event.type == "chunk")
    assert heard(sound) == [(text, work.identity)]
    assert (work.type, work.text_in, work.text_out) == ("ok", text, text)
    words = [word for event in events if event.type == "timestamps"
             for word in event.word_timestamps.words]  # fmt: skip
    assert words == text.split()
    assert events[-1].type == "done"


def test_a_cancelled_context_is_not_spoken_to_its_end(mocks: Mocks) -> None:
    async def speak() -> None:
        async with (
            client_of(mocks) as client,
            client.tts.websocket_connect() as connection,
        ):
            context = context_of(connection)
            await context.push("This is much too long to be spoken to its end. " * 5)
            async for _ in context.receive():
                break
            await context.cancel()
            after = context_of(connection)
            await after.send(transcript="Sorry?", voice=VOICE, continue_=False)
            sound = [event.audio async for event in after.receive() if event.type == "chunk"]
            assert [text for text, _ in heard(b"".join(sound))] == ["Sorry?"]

    run(speak)
    cancelled, spoken = mocks.work()
    assert (cancelled.type, cancelled.cancelled, spoken.type) == ("info", True, "ok")
    assert len(cancelled.text_out) < len(cancelled.text_in)


def test_a_context_too_many_is_refused_in_band(mocks: Mocks) -> None:
    mocks.apply("concurrency", "tts", limit=0)

    async def speak() -> None:
        async with (
            client_of(mocks) as client,
            client.tts.websocket_connect() as connection,
        ):
            refused = context_of(connection)
            await refused.send(transcript="Hello.", voice=VOICE, continue_=False)
            (error,) = [event async for event in refused.receive()]
            assert (error.type, error.status_code) == ("error", 429)
            assert error.error_code == "concurrency_limited"
            mocks.heal()
            served = context_of(connection)
            await served.send(transcript="Hello.", voice=VOICE, continue_=False)
            assert [event.type async for event in served.receive()][-1] == "done"

    run(speak)
    assert [work.type for work in mocks.work()] == ["fail", "ok"]


def test_bytes_are_spoken_too(mocks: Mocks) -> None:
    async def speak() -> None:
        async with client_of(mocks) as client:
            response = await client.tts.generate(
                model_id="sonic-3", transcript="Hello there.", voice=VOICE, output_format=FORM
            )
            assert [text for text, _ in heard(await response.read())] == ["Hello there."]

    run(speak)


def test_a_request_too_many_is_tried_again(mocks: Mocks) -> None:
    mocks.apply("concurrency", "tts", limit=0)

    async def speak() -> None:
        async with client_of(mocks) as client:
            with pytest.raises(cartesia.RateLimitError):
                await client.tts.generate(
                    model_id="sonic-3", transcript="Hello.", voice=VOICE, output_format=FORM
                )

    run(speak)
    assert [work.status for work in mocks.work()] == [429] * 3
