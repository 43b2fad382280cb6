"""AssemblyAI's SDK hears what a caller says, turn by turn, and is refused on the open socket."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from kernel.clock import SystemClock
from speech.encoding import Encoding
from speech.mouth import Mouth, Role

from .mocks_process import Mocks, run

v3 = pytest.importorskip(
    "assemblyai.streaming.v3", reason="make test-clients installs the SDK", exc_type=ImportError
)
pytestmark = [
    pytest.mark.system,
    pytest.mark.clients,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the SDK's own dependencies
]

LINES = ("Hello, this is Ada Byron.", "I want to move my appointment, please.")
RATE_HZ = 16000
FRAME_BYTES, FRAME_S = RATE_HZ // 10, 0.05
FASTER = 2


class Session:
    """A session, and what its handlers were told, by the name of the event."""

    def __init__(self, mocks: Mocks, **options: Any) -> None:
        self.told: list[tuple[str, Any]] = []
        host = f"ws://{mocks.netloc}"
        asked = {"api_key": "none", "connect_timeout": 10, **options}
        self.client = v3.AsyncStreamingClient(v3.StreamingClientOptions(api_host=host, **asked))
        for event in v3.StreamingEvents:
            self.client.on(event, self._listener(event.name))

    def _listener(self, name: str) -> Any:
        async def hear(client: Any, event: Any) -> None:
            self.told.append((name, event))

        return hear

    def of(self, name: str) -> list[Any]:
        return [event for told, event in self.told if told == name]

    @property
    def ends(self) -> list[Any]:
        return [turn for turn in self.of("Turn") if turn.end_of_turn]

    async def until(self, name: str) -> None:
        while not self.of(name):
            await SystemClock().sleep(0.02)

    async def speak(self, text: str, identity: int, rest_s: float = 1.2) -> None:
        samples = Mouth(Role.CALLER, RATE_HZ).speak(text, identity).samples
        sound = Encoding.LINEAR16.encode(samples) + bytes(round(rest_s * RATE_HZ) * 2)
        for start in range(0, len(sound) - FRAME_BYTES, FRAME_BYTES):
            await self.client.stream(sound[start : start + FRAME_BYTES])
            await SystemClock().sleep(FRAME_S / FASTER)


@asynccontextmanager
async def session_of(
    mocks: Mocks, options: dict[str, Any] | None = None, **asked: Any
) -> AsyncIterator[Session]:
    session = Session(mocks, **(options or {}))
    await session.client.connect(v3.StreamingParameters(sample_rate=RATE_HZ, **asked))
    try:
        yield session
    finally:
        await session.client.disconnect(terminate=True)


def test_lines_are_understood_to_the_letter_turn_by_turn(mocks: Mocks) -> None:
    told: list[Session] = []

    async def listen() -> None:
        async with session_of(mocks, format_turns=True) as session:
            told.append(session)
            for number, line in enumerate(LINES, 4711):
                await session.speak(line, number)

    run(listen)
    (session,) = told
    assert session.of("Error") == []
    assert session.told[0][0] == "Begin"
    formatted = [turn for turn in session.ends if turn.turn_is_formatted]
    assert [(turn.turn_order, turn.transcript) for turn in formatted] == [*enumerate(LINES)]
    assert [[word.text for word in turn.words] for turn in formatted] == [
        line.split() for line in LINES
    ]
    assert all(word.word_is_final for turn in formatted for word in turn.words)
    assert any(not turn.end_of_turn for turn in session.of("Turn"))
    (termination,) = session.of("Termination")
    assert termination.audio_duration_seconds >= 5
    assert [(work.type, work.text_out, work.identity) for work in mocks.work()] == [
        ("ok", LINES[0], 4711),
        ("ok", LINES[1], 4712),
    ]


def test_a_pro_model_is_forced_to_end_a_turn(mocks: Mocks) -> None:
    told: list[Session] = []

    async def listen() -> None:
        model = v3.SpeechModel.universal_3_6_pro
        slow = {"min_turn_silence": 9000, "max_turn_silence": 9000}
        async with session_of(mocks, speech_model=model, **slow) as session:
            told.append(session)
            await session.client.keep_alive()
            await session.client.set_params(v3.StreamingSessionParameters(prompt="a clinic"))
            await session.speak(LINES[0], 1, rest_s=0.3)
            await session.client.force_endpoint()
            while not session.ends:
                await SystemClock().sleep(0.02)

    run(listen)
    (session,) = told
    assert [turn.transcript for turn in session.ends] == [LINES[0]]
    assert [name for name, _ in session.told][:2] == ["Begin", "SpeechStarted"]
    assert session.of("Error") == []


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [("concurrency", {"limit": 0}, 3009), ("rate_limit", {"requests": "1/m", "burst": 1}, 1008)],
)
def test_a_session_too_many_is_refused(
    mocks: Mocks, kind: str, fields: dict[str, Any], code: int
) -> None:
    mocks.apply(kind, "stt/assemblyai", **fields)

    async def listen() -> None:
        if kind == "rate_limit":
            async with session_of(mocks) as session:
                await session.until("Begin")
        async with session_of(mocks) as session:
            await session.until("Error")
            assert [error.code for error in session.of("Error")] == [code]
            assert session.of("Begin") == []

    run(listen)


def test_frames_that_are_too_short_are_refused(mocks: Mocks) -> None:
    async def listen() -> None:
        async with session_of(mocks) as session:
            for _ in range(2):
                await session.client.stream(bytes(640))
            await session.until("Error")
            (error,) = session.of("Error")
            assert error.code == 3007
            assert "20 ms. Expected between 50 and 1000 ms" in str(error)

    run(listen)


def test_without_a_key_nobody_is_heard(mocks: Mocks) -> None:
    async def listen() -> None:
        async with session_of(mocks, {"api_key": ""}) as session:
            await session.until("Error")
            assert session.of("Error")[0].code == 1008

    run(listen)


def test_a_token_opens_one_session(mocks: Mocks) -> None:
    asked = urllib.request.Request(
        f"http://{mocks.netloc}/v3/token?expires_in_seconds=60", headers={"Authorization": "none"}
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        token = {"token": json.load(answer)["token"]}

    async def listen() -> None:
        async with session_of(mocks, token) as session:
            await session.until("Begin")
        async with session_of(mocks, token) as session:
            await session.until("Error")
            assert session.of("Error")[0].code == 1008

    run(listen)


def test_a_stall_is_silence(mocks: Mocks) -> None:
    mocks.apply("stall", "stt", after=0)

    async def listen() -> None:
        async with session_of(mocks) as session:
            await session.speak("Anybody there?", 7, rest_s=1.5)
            assert session.told == []
            mocks.heal()
            await asyncio.wait_for(session.until("Turn"), 10)

    run(listen)
