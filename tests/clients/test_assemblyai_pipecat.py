"""Pipecat's own AssemblyAI service hears a caller's line as one finished transcript."""

from __future__ import annotations

import os
from typing import Any

import pytest

from speech.encoding import Encoding
from speech.mouth import Mouth, Role

from .mocks_process import Mocks, run

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
pytest.importorskip("pipecat", reason="make test-clients installs it")
stt = pytest.importorskip("pipecat.services.assemblyai.stt", exc_type=ImportError)
frames = pytest.importorskip("pipecat.frames.frames")
worker = pytest.importorskip("pipecat.pipeline.worker")
utils = pytest.importorskip("pipecat.tests.utils")
pytestmark = [
    pytest.mark.system,
    pytest.mark.clients,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the framework's own
]

LINE = "Hello, this is Ada Byron. I want to move my appointment, please."
RATE_HZ = 8000
FRAME_S = 0.02
FASTER = 2


def sound_of(text: str, rest_s: float) -> list[Any]:
    """Frames of 20 ms, as a telephone brings them, and the time between them."""
    samples = Mouth(Role.CALLER, RATE_HZ).speak(text, identity=4711).samples
    sound = Encoding.LINEAR16.encode(samples) + bytes(round(rest_s * RATE_HZ) * 2)
    frame_bytes = round(RATE_HZ * FRAME_S) * 2
    told: list[Any] = []
    for start in range(0, len(sound) - frame_bytes, frame_bytes):
        piece = sound[start : start + frame_bytes]
        told += [
            frames.InputAudioRawFrame(piece, RATE_HZ, 1),
            utils.SleepFrame(FRAME_S / FASTER),
        ]
    return told


async def drive(mocks: Mocks, sent: list[Any], **options: Any) -> tuple[Any, Any]:
    """Everything that the service pushed downstream and upstream."""
    service = stt.AssemblyAISTTService(
        api_key="none", api_endpoint_base_url=f"ws://{mocks.netloc}/v3/ws", **options
    )
    down, up = await utils.run_test(
        service,
        frames_to_send=sent,
        pipeline_params=worker.PipelineParams(audio_in_sample_rate=RATE_HZ),
        start_timeout=20,
    )
    return down, up


def of(told: Any, kind: Any) -> list[Any]:
    return [one for one in told if isinstance(one, kind)]


@pytest.mark.parametrize("forced", [True, False])
def test_a_line_is_one_finished_transcript(mocks: Mocks, forced: bool) -> None:
    told: list[Any] = []

    async def listen() -> None:
        # The pause of the framework's detector first, or that of AssemblyAI's own.
        sent = sound_of(LINE, rest_s=0.2 * FASTER)
        if forced:
            sent.append(frames.VADUserStoppedSpeakingFrame(stop_secs=0.2))
        sent.append(utils.SleepFrame(1.0))
        told.extend(await drive(mocks, sent, vad_force_turn_endpoint=forced))

    run(listen)
    down, up = told
    assert [one.text for one in of(down, frames.TranscriptionFrame)] == [LINE]
    interims = [one.text for one in of(down, frames.InterimTranscriptionFrame)]
    assert interims
    assert all(LINE.startswith(text) for text in interims)
    assert of([*down, *up], frames.ErrorFrame) == []
    proposed = of(down, frames.ProposedUserStoppedSpeakingFrame)
    assert len(proposed) == (0 if forced else 1)
    (work,) = mocks.work()
    assert (work.type, work.text_out, work.identity) == ("ok", LINE, 4711)


def test_a_session_too_many_is_an_error_of_the_service(mocks: Mocks) -> None:
    mocks.apply("concurrency", "stt/assemblyai", limit=0)
    told: list[Any] = []

    async def listen() -> None:
        told.extend(await drive(mocks, [utils.SleepFrame(2.0)]))

    run(listen)
    _, up = told
    assert of(up, frames.ErrorFrame)
