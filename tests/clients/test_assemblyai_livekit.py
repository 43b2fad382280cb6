"""LiveKit's AssemblyAI plugin hears a caller's line, and early enough to think ahead."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kernel.clock import SystemClock
from speech.encoding import Encoding
from speech.mouth import Mouth, Role

from .mocks_process import Mocks, run

aiohttp = pytest.importorskip("aiohttp")
agents = pytest.importorskip("livekit.agents", reason="make test-clients installs it")
plugin = pytest.importorskip("livekit.plugins.assemblyai", exc_type=ImportError)
rtc = pytest.importorskip("livekit.rtc")
pytestmark = [
    pytest.mark.system,
    pytest.mark.clients,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the framework's own
]

LINE = "Hello, this is Ada Byron. I want to move my appointment, please."
RATE_HZ = 16000
FRAME_S = 0.02
FASTER = 2


async def speak(stream: Any, rest_s: float) -> None:
    samples = Mouth(Role.CALLER, RATE_HZ).speak(LINE, identity=4711).samples
    sound = Encoding.LINEAR16.encode(samples) + bytes(round(rest_s * RATE_HZ) * 2)
    frame_n = round(RATE_HZ * FRAME_S)
    for start in range(0, len(sound) - frame_n * 2, frame_n * 2):
        piece = sound[start : start + frame_n * 2]
        stream.push_frame(rtc.AudioFrame(piece, RATE_HZ, 1, frame_n))
        await SystemClock().sleep(FRAME_S / FASTER)


def text_of(event: Any) -> str:
    return "".join(one.text for one in event.alternatives)


@pytest.mark.parametrize("model", ["universal-3-6-pro", "universal-streaming-english"])
def test_a_line_is_a_final_transcript(mocks: Mocks, model: str) -> None:
    told: list[Any] = []

    async def listen() -> None:
        async with aiohttp.ClientSession() as http:
            heard = plugin.STT(
                api_key="none",
                base_url=f"ws://{mocks.netloc}",
                http_session=http,
                model=model,
                format_turns=True,
            )
            async with heard.stream() as stream:
                speaking = asyncio.create_task(speak(stream, rest_s=1.5))
                async for event in stream:
                    told.append(event)
                    if event.type == agents.stt.SpeechEventType.END_OF_SPEECH:
                        break
                await speaking
                stream.end_input()
                told.extend([event async for event in stream])

    run(listen)
    kinds = agents.stt.SpeechEventType
    texts = {kind: [text_of(one) for one in told if one.type == kind] for kind in kinds}
    assert texts[kinds.FINAL_TRANSCRIPT] == [LINE]
    assert texts[kinds.PREFLIGHT_TRANSCRIPT] == [LINE]
    assert texts[kinds.INTERIM_TRANSCRIPT]
    (work,) = mocks.work()
    assert (work.type, work.text_out, work.identity) == ("ok", LINE, 4711)
