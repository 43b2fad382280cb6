"""Deepgram's SDK hears what a caller says, and learns of a refusal before the upgrade."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from kernel.clock import SystemClock
from speech.encoding import Encoding
from speech.mouth import Mouth, Role

from .mocks_process import Mocks, run

deepgram = pytest.importorskip("deepgram", reason="make test-clients installs the SDK")
environment = pytest.importorskip("deepgram.environment")
errors = pytest.importorskip("deepgram.core.api_error")
pytestmark = [
    pytest.mark.system,
    pytest.mark.clients,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the SDK's own dependencies
]

LINE = "Hello, this is Ada Byron. I want to move my appointment, please."
FRAME_BYTES, FRAME_S = 160, 0.02
FASTER = 4


@asynccontextmanager
async def listening(mocks: Mocks, **asked: Any) -> AsyncIterator[Any]:
    http, ws = f"http://{mocks.netloc}", f"ws://{mocks.netloc}"
    where = environment.DeepgramClientEnvironment(
        base=http, production=ws, agent=ws, agent_rest=http
    )
    client = deepgram.AsyncDeepgramClient(api_key="none", environment=where)
    form = {"model": "nova-3", "encoding": "mulaw", "sample_rate": "8000", "punctuate": "true"}
    async with client.listen.v1.connect(**form, **asked) as stream:
        yield stream


async def speak(stream: Any, text: str, identity: int) -> None:
    samples = Mouth(Role.CALLER, 8000).speak(text, identity).samples
    sound = Encoding.MULAW.encode(samples) + b"\xff" * 8000
    for start in range(0, len(sound), FRAME_BYTES):
        await stream.send_media(sound[start : start + FRAME_BYTES])
        await SystemClock().sleep(FRAME_S / FASTER)


async def messages_until(stream: Any, kind: str) -> list[Any]:
    found = []
    async for message in stream:
        found.append(message)
        if message.type == kind:
            break
    return found


def transcript(result: Any) -> str:
    text: str = result.channel.alternatives[0].transcript
    return text


def test_a_line_is_understood_to_the_letter(mocks: Mocks) -> None:
    heard: list[Any] = []

    async def listen() -> None:
        async with listening(mocks, interim_results="true", vad_events="true") as stream:
            await stream.send_keep_alive()
            listener = asyncio.create_task(messages_until(stream, "Metadata"))
            await speak(stream, LINE, identity=4711)
            await stream.send_finalize()
            await stream.send_close_stream()
            heard.extend(await listener)

    run(listen)
    results = [one for one in heard if one.type == "Results"]
    finals = [one for one in results if one.is_final]
    assert [transcript(one) for one in finals if transcript(one)] == [LINE]
    assert finals[-1].from_finalize
    assert any(not one.is_final for one in results)
    assert all(LINE.startswith(transcript(one)) for one in results)
    assert [one.type for one in heard].count("SpeechStarted") == 1
    words = next(one for one in finals if transcript(one)).channel.alternatives[0].words
    assert [word.punctuated_word for word in words] == LINE.split()
    (work,) = mocks.work()
    assert (work.type, work.text_out, work.identity) == ("ok", LINE, 4711)


def test_a_stream_too_many_is_refused(mocks: Mocks) -> None:
    mocks.apply("concurrency", "stt", limit=0)

    async def listen() -> None:
        async with listening(mocks):
            pass

    with pytest.raises(errors.ApiError) as raised:
        run(listen)
    assert raised.value.status_code == 429
