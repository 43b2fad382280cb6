"""Turn-taking as stock Pipecat and stock LiveKit do it, over a whole recorded line.

Needs the environment that `make test-clients` builds. Both get the line as their bots in agents/
do, µ-law in frames of 20 ms, as fast as they can take it; seconds are those of the line.
"""

from __future__ import annotations

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("LOGURU_AUTOINIT", "0")  # Pipecat logs every model that it loads

import asyncio
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter

from livekit import rtc
from livekit.agents import AgentSession, vad
from livekit.agents.inference.eot.base import MIN_SILENCE_DURATION_MS
from livekit.agents.language import LanguageCode
from pipecat.audio.turn.base_turn_analyzer import EndOfTurnState
from pipecat.audio.turn.smart_turn import base_smart_turn
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.utils import create_stream_resampler, ulaw_to_pcm
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADState

from speech.encoding import Encoding

LINE_HZ, FRAME_BYTES, FRAME_S = 8000, 160, 0.02


@dataclass
class Heard:
    """What a framework made of a line.

    starts_s, stops_s  its voice-activity detector takes somebody to speak, and to have stopped
    asked              its turn detector's probability that the turn is over, whenever it is asked
    turns_s            it takes the turn to be over, and would answer
    """

    starts_s: list[float] = field(default_factory=list)
    stops_s: list[float] = field(default_factory=list)
    asked: list[tuple[float, float]] = field(default_factory=list)
    turns_s: list[float] = field(default_factory=list)


def frames_of(line: bytes) -> Iterator[tuple[float, bytes]]:
    """Every frame of a line, with the end of its 20 ms."""
    for number, at in enumerate(range(0, len(line), FRAME_BYTES), 1):
        yield number * FRAME_S, line[at : at + FRAME_BYTES]


class LineClock:
    """Stands for smart-turn's module `time`: it measures what it has buffered by the clock, and a
    line that is fed faster than it was spoken must look as long as it is."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def perf_counter(self) -> float:
        return perf_counter()


class Pipecat:
    """SileroVADAnalyzer and LocalSmartTurnAnalyzerV3 with the parameters that they have by default.

    A turn is over when smart-turn, asked after Silero has heard the speech stop, calls it complete,
    or after its 3 s of silence. The transcript that a bot waits for besides is left out.
    """

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.threshold = 0.5

    async def hear(self, line: bytes) -> Heard:
        heard, clock = Heard(), LineClock()
        silero, smart_turn = SileroVADAnalyzer(), LocalSmartTurnAnalyzerV3()
        silero.set_sample_rate(self.rate_hz)
        smart_turn.set_sample_rate(self.rate_hz)
        smart_turn.update_vad_start_secs(silero.params.start_secs)
        resampler = create_stream_resampler()
        speaking = False
        base_smart_turn.time = clock
        for clock.now_s, frame in frames_of(line):
            sound = await ulaw_to_pcm(frame, LINE_HZ, self.rate_hz, resampler)
            state = await silero.analyze_audio(sound)
            if not speaking and state is VADState.SPEAKING:
                speaking = True
                heard.starts_s.append(clock.now_s)
            stopped = speaking and state is VADState.QUIET
            speaking = speaking and not stopped
            over = smart_turn.append_audio(sound, speaking)
            if stopped:
                heard.stops_s.append(clock.now_s)
                over, found = await smart_turn.analyze_end_of_turn()
                heard.asked.append((clock.now_s, found.probability))
            if over is EndOfTurnState.COMPLETE:
                heard.turns_s.append(clock.now_s)
        await silero.cleanup()
        await smart_turn.cleanup()
        return heard


class LiveKit:
    """VAD, turn detector and endpointing delays of an AgentSession that is told nothing of them."""

    async def hear(self, line: bytes) -> Heard:
        session = AgentSession()
        self.threshold = await session.turn_detection.unlikely_threshold(LanguageCode("en-US"))
        recognition = _Recognition(session, self.threshold, line)
        stream = session.vad.stream()
        for _, frame in frames_of(line):
            stream.push_frame(livekit_frame(frame))
        stream.end_input()
        async for event in stream:
            await recognition.take(event)
        await stream.aclose()
        await recognition.close()
        return recognition.heard


class _Recognition:
    """What LiveKit's AudioRecognition does about events of the VAD, in the time of the line.

    It asks the turn detector once in each silence, and answers after `min_delay` of it if the
    probability reaches the threshold of the language, else after `max_delay`. The transcript that
    a session waits for besides is left out.
    """

    def __init__(self, session: AgentSession, threshold: float, line: bytes) -> None:
        self.heard = Heard()
        self._threshold, self._delays = threshold, session.options.endpointing
        self._detector = session.turn_detection.stream()
        self._frames = list(frames_of(line))
        self._fed = 0
        self._due_s = math.inf
        self._probability: float | None = None

    async def take(self, event: vad.VADEvent) -> None:
        now_s = event.timestamp
        if self._due_s <= now_s:
            await self._answer()
        match event.type:
            case vad.VADEventType.START_OF_SPEECH:
                self.heard.starts_s.append(now_s)
                self._due_s, self._probability = math.inf, None
            case vad.VADEventType.INFERENCE_DONE if event.speaking:
                await self._follow(event)
            case vad.VADEventType.END_OF_SPEECH:
                self.heard.stops_s.append(now_s)
                over = self._probability is None or self._probability >= self._threshold
                delay_s = self._delays["min_delay" if over else "max_delay"]
                self._due_s = max(now_s, now_s - event.silence_duration + delay_s)

    async def close(self) -> None:
        await self._detector.aclose()

    async def _follow(self, event: vad.VADEvent) -> None:
        if event.raw_accumulated_speech:
            self._probability = None
        silent_ms = event.raw_accumulated_silence * 1000
        if silent_ms >= MIN_SILENCE_DURATION_MS and self._probability is None:
            await self._feed(event.timestamp)
            prediction = await self._detector.predict()
            self._probability = prediction.end_of_turn_probability
            self.heard.asked.append((event.timestamp, self._probability))

    async def _answer(self) -> None:
        await self._feed(self._due_s)
        self._detector.flush(reason="turn committed")
        self.heard.turns_s.append(self._due_s)
        self._due_s = math.inf

    async def _feed(self, until_s: float) -> None:
        """Let the turn detector hear the line until then."""
        while self._fed < len(self._frames) and self._frames[self._fed][0] < until_s + FRAME_S:
            self._detector.push_audio(livekit_frame(self._frames[self._fed][1]))
            self._fed += 1
        await asyncio.sleep(0.001)  # a task of its own takes it in


def livekit_frame(octets: bytes) -> rtc.AudioFrame:
    samples = Encoding.MULAW.decode(octets)
    return rtc.AudioFrame(samples.tobytes(), LINE_HZ, 1, len(samples))
