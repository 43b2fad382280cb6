"""Pipecat's own ElevenLabs services speak through the mock, to the word and in time."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Sequence
from typing import Any

import pytest

from speech.encoding import Encoding
from speech.recording import hear_samples

from .mocks_process import Mocks, run

pytest.importorskip("pipecat", reason="make test-clients installs the framework")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import aiohttp
    from pipecat.frames.frames import (
        ErrorFrame,
        InterruptionFrame,
        LLMFullResponseEndFrame,
        LLMFullResponseStartFrame,
        LLMTextFrame,
        TTSAudioRawFrame,
        TTSStoppedFrame,
        TTSTextFrame,
    )
    from pipecat.pipeline.worker import PipelineParams
    from pipecat.services.elevenlabs.tts import ElevenLabsHttpTTSService, ElevenLabsTTSService
    from pipecat.tests.utils import SleepFrame, run_test

pytestmark = [
    pytest.mark.system,
    pytest.mark.clients,
    pytest.mark.filterwarnings("ignore"),  # the framework's own
]

WORDS = ("Your ", "table ", "is ", "booked. ", "Anything ", "else?")
RATE_HZ = 8000


def turn(*words: str) -> list[Any]:
    texts = [LLMTextFrame(text) for text in words]
    return [LLMFullResponseStartFrame(), *texts, LLMFullResponseEndFrame()]


async def spoken(service: Any, frames: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """All frames that the service pushes down the pipeline, and up."""
    params = PipelineParams(audio_out_sample_rate=RATE_HZ)
    down, up = await run_test(service, frames_to_send=frames, pipeline_params=params)
    return list(down), list(up)


def of(kind: type, frames: Sequence[Any]) -> list[Any]:
    return [frame for frame in frames if isinstance(frame, kind)]


def heard(frames: Sequence[Any]) -> list[tuple[str, int | None]]:
    sound = b"".join(frame.audio for frame in of(TTSAudioRawFrame, frames))
    samples = Encoding.LINEAR16.decode(sound)
    return [(one.text, one.identity) for one in hear_samples(samples, RATE_HZ)]


def socket_service(mocks: Mocks) -> Any:
    settings = ElevenLabsTTSService.Settings(voice="ann")
    return ElevenLabsTTSService(api_key="none", url=f"ws://{mocks.netloc}", settings=settings)


def test_a_turn_is_one_context_and_one_utterance(mocks: Mocks) -> None:
    found: list[Any] = []

    async def speak() -> None:
        frames = [*turn(*WORDS), SleepFrame(3), *turn("Good", "bye.")]
        down, up = await spoken(socket_service(mocks), [*frames, SleepFrame(2)])
        assert of(ErrorFrame, up) == []
        found.extend(down)

    run(speak)
    first, second = mocks.work()
    assert heard(found) == [("".join(WORDS), first.identity), ("Goodbye.", second.identity)]
    assert (first.type, first.text_in, first.text_out) == ("ok", *["".join(WORDS)] * 2)
    assert len(of(TTSStoppedFrame, found)) == 2
    told = " ".join(frame.text for frame in of(TTSTextFrame, found))
    assert told == f"{''.join(WORDS)} Goodbye."


def test_an_interrupted_turn_frees_the_voice_for_the_next(mocks: Mocks) -> None:
    found: list[Any] = []

    async def speak() -> None:
        service = socket_service(mocks)
        frames: list[Any] = []
        for _ in range(7):
            frames += [*turn("This is far too long to be heard to its end. "), SleepFrame(0.4),
                       InterruptionFrame(), SleepFrame(0.6)]  # fmt: skip
        down, up = await spoken(service, [*frames, *turn("Sorry?"), SleepFrame(2)])
        assert of(ErrorFrame, up) == []
        found.extend(down)

    run(speak)
    assert heard(found)[-1][0] == "Sorry?"
    assert len(mocks.work()) == 8


def test_a_refused_turn_is_an_error_and_the_next_one_is_spoken(mocks: Mocks) -> None:
    found: list[Any] = []

    async def speak() -> None:
        mocks.apply("concurrency", "tts", limit=0)
        asyncio.get_running_loop().call_later(2, mocks.heal)
        frames = [*turn("Hello there."), SleepFrame(4), *turn("Still there?"), SleepFrame(3)]
        down, up = await spoken(socket_service(mocks), frames)
        found.extend([*down, *up])

    run(speak)
    assert any("no audio" in frame.error for frame in of(ErrorFrame, found))
    assert [text for text, _ in heard(found)] == ["Still there?"]
    assert [work.type for work in mocks.work()] == ["fail", "ok"]


def test_sentences_over_http_are_spoken_with_their_words(mocks: Mocks) -> None:
    found: list[Any] = []

    async def speak() -> None:
        async with aiohttp.ClientSession() as session:
            service = ElevenLabsHttpTTSService(
                api_key="none",
                base_url=f"http://{mocks.netloc}",
                aiohttp_session=session,
                settings=ElevenLabsHttpTTSService.Settings(voice="ann"),
            )
            down, up = await spoken(service, [*turn(*WORDS), SleepFrame(3)])
        assert of(ErrorFrame, up) == []
        found.extend(down)

    run(speak)
    assert [text for text, _ in heard(found)] == ["Your table is booked.", "Anything else?"]
    assert " ".join(frame.text for frame in of(TTSTextFrame, found)) == "".join(WORDS)
