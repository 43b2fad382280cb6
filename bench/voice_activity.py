"""Do voice-activity detectors take the voices for speech? `python -m bench.voice_activity MODEL`.

MODEL is Silero's `silero_vad.onnx` (inside the pipecat-ai wheel: pipecat/audio/vad/data). Needs
onnxruntime and webrtcvad besides what the tests need.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import onnxruntime
import webrtcvad

from bench.channels import Channel, by_lines, mulaw, noisy
from bench.lines import HELD_OUT, LINES
from speech.impair import add_noise, lose_frames
from speech.mouth import HUMMED_PAUSES, Mouth, Role
from speech.tones import Samples, to_samples
from speech.voice import VOICES

CHANCE_SEED = 7000
DRAWS = 4
"""How often each line is said, by other voices and with other chances: one draw hides a lot."""
LEADS_S = (0.3, 0.8, 1.2, 2.0, 5.0, 8.0)
SURE, LIKELY = 0.7, 0.5


class Silero:
    """The model with its recurrent state: one probability of speech for each window of 32 ms."""

    def __init__(self, session: onnxruntime.InferenceSession, rate_hz: int) -> None:
        self._session, self._rate_hz = session, np.array(rate_hz, np.int64)
        self.window_n = 512 * rate_hz // 16000
        self._context_n = self.window_n // 8
        self.reset()

    def reset(self) -> None:
        self._state = np.zeros((2, 1, 128), np.float32)
        self._context = np.zeros(self._context_n, np.float32)

    def probability(self, window: Samples) -> float:
        sound = np.concatenate([self._context, window.astype(np.float32) / 32768])
        self._context = sound[-self._context_n :]
        inputs = {"input": sound[None], "state": self._state, "sr": self._rate_hz}
        output, self._state = self._session.run(None, inputs)
        return float(output.item())


class TurnDetector:
    """Start and stop of speech by Pipecat's rules and default parameters.

    Confidence 0.7, start after 0.2 s, stop after 0.2 s, volume 0.6 (loudness of the last 400 ms,
    -110 to -10 dB as 0 to 1, smoothed; here by rms), and its resets of the model.
    """

    def __init__(self, silero: Silero, rate_hz: int, stop_s: float = 0.2) -> None:
        self._silero, self._window_s = silero, silero.window_n / rate_hz
        self._start_windows = round(0.2 / self._window_s)
        self._stop_windows = round(stop_s / self._window_s)
        self._recent: list[float] = []
        self._volume = 0.0
        self._speaking = False
        self._for = 0
        self._since_reset = self._low = 0

    def hear(self, window: Samples) -> tuple[float, bool]:
        """The probability of speech, and whether somebody is speaking now."""
        probability = self._silero.probability(window)
        self._reset_when_due(probability)
        self._recent = [*self._recent, float(np.mean((window / 32768) ** 2))][-13:]
        loudness_db = 10 * np.log10(np.mean(self._recent) + 1e-12)
        volume = float(np.clip((loudness_db + 110) / 100, 0, 1))
        self._volume += 0.2 * (volume - self._volume)
        voiced = probability >= SURE and self._volume >= 0.6
        self._for = self._for + 1 if voiced != self._speaking else 0
        if self._for >= (self._stop_windows if self._speaking else self._start_windows):
            self._speaking, self._for = not self._speaking, 0
        return probability, self._speaking

    def _reset_when_due(self, probability: float) -> None:
        self._since_reset += 1
        self._low = self._low + 1 if probability < 0.1 else 0
        quiet = not self._speaking and not self._for
        if self._since_reset * self._window_s >= 2 and self._low >= 5 and quiet:
            self._silero.reset()
            self._since_reset = self._low = 0


@dataclass
class Findings:
    """What was found over some utterances."""

    likely: list[float] = field(default_factory=list)
    sure: list[float] = field(default_factory=list)
    onset_ms: list[float] = field(default_factory=list)
    off_ms: list[float] = field(default_factory=list)
    start_s: list[float] = field(default_factory=list)
    stop_s: list[float] = field(default_factory=list)
    once: int = 0
    utterances: int = 0
    frames: list[float] = field(default_factory=list)

    def row(self) -> str:
        def both(values: Sequence[float], worst: Callable[[Sequence[float]], float]) -> str:
            return f"{np.mean(values):5.3f}/{worst(values):4.2f}" if values else "-"

        onset = f"{np.mean(self.onset_ms):4.0f}/{max(self.onset_ms):4.0f}" if self.onset_ms else "-"
        return (
            f"{both(self.likely, min):>11} {both(self.sure, min):>11} {onset:>10}"
            f" {np.mean(self.off_ms or [0]):6.0f} {self.once:4}/{self.utterances:<4}"
            f" {np.mean(self.start_s or [0]):5.2f} {np.mean(self.stop_s or [0]):5.2f}"
            f" {both(self.frames, min):>11}"
        )


def examine(
    findings: Findings, detector: TurnDetector, window_n: int, rate_hz: int, sound: Samples,
    from_s: float, to_s: float,
) -> None:  # fmt: skip
    """One utterance that is voiced from `from_s` to `to_s`."""
    windows = sound[: len(sound) // window_n * window_n].reshape(-1, window_n)
    heard = [detector.hear(window) for window in windows]
    ends_s = (np.arange(len(windows)) + 1) * window_n / rate_hz
    probability = np.array([each[0] for each in heard])
    inside = (ends_s - window_n / rate_hz >= from_s) & (ends_s <= to_s)
    findings.likely.append(float((probability[inside] > LIKELY).mean()))
    findings.sure.append(float((probability[inside] > SURE).mean()))
    sure_s = ends_s[(probability > SURE) & (ends_s > from_s)]
    if len(sure_s):
        findings.onset_ms.append(1000 * float(sure_s[0] - from_s))
        findings.off_ms.append(1000 * float(ends_s[probability > LIKELY][-1] - to_s))
    speaking = np.array([False, *(each[1] for each in heard)])
    starts_s = ends_s[speaking[1:] & ~speaking[:-1]]
    stops_s = ends_s[~speaking[1:] & speaking[:-1]]
    findings.utterances += 1
    findings.once += len(starts_s) == 1 and len(stops_s) == 1
    if len(starts_s) and len(stops_s):
        findings.start_s.append(float(starts_s[0] - from_s))
        findings.stop_s.append(float(stops_s[-1] - to_s))
    findings.frames.append(speech_frames(sound, rate_hz, from_s, to_s))


def speech_frames(sound: Samples, rate_hz: int, from_s: float, to_s: float) -> float:
    """The share of 30 ms frames that webrtcvad, at its strictest, takes for speech.

    It hears what comes before them too, as on a line: from that it learns what silence is there.
    """
    detector, frame_n = webrtcvad.Vad(3), rate_hz * 30 // 1000
    starts_n = np.arange(0, round(to_s * rate_hz) - frame_n, frame_n)
    frames = [detector.is_speech(sound[at : at + frame_n].tobytes(), rate_hz) for at in starts_n]
    return float(np.mean(np.array(frames)[starts_n >= from_s * rate_hz]))


def lead_in(number: int, rate_hz: int, chance: np.random.Generator) -> Samples:
    """0.3 to 8 s before a line: digital silence, or noise of one of four levels."""
    length = round(LEADS_S[(number + number // len(LINES)) % len(LEADS_S)] * rate_hz)
    rms = (0.0, 3e-5, 1e-4, 1e-3, 3e-3)[number // len(LEADS_S) % 5]
    return to_samples(chance.standard_normal(length) * rms * 32768)


def unchanged(sound: Samples, chance: np.random.Generator) -> Samples:
    return sound


@dataclass(frozen=True)
class Case:
    """One row: how lines are said and what happens to them."""

    name: str
    rate_hz: int
    channel: Channel = unchanged
    said_at_hz: int = 0
    lines: tuple[str, ...] = LINES
    voice: str = ""
    symbol_s: float = 0.06
    hummed: bool = False
    piecewise: bool = False


def speak(mouth: Mouth, case: Case, text: str, number: int) -> tuple[Samples, int]:
    """The sound of a line and its last voiced sample."""
    if case.piecewise:
        mouth.begin(number)
        sounds = [mouth.say(piece) for piece in text.replace(", ", ",\n").split("\n")]
        rest = mouth.finish()
        said = np.concatenate([*(each.samples for each in sounds), rest.samples])
        return said, len(said) - len(rest.samples) + rest.voiced_end
    pauses = HUMMED_PAUSES if case.hummed else {}
    utterance = mouth.speak(text, number, pauses=pauses)
    return utterance.samples, utterance.voiced_end


def run(case: Case, session: onnxruntime.InferenceSession) -> Findings:
    """Every line of a case, in each draw with a detector of its own."""
    findings = Findings()
    said_at_hz = case.said_at_hz or case.rate_hz
    for number, text in enumerate(case.lines * DRAWS):
        chance = np.random.default_rng(CHANCE_SEED + number)
        voice = case.voice or list(VOICES)[number % len(VOICES)]
        role = Role.AGENT if number % 4 == 3 else Role.CALLER
        mouth = Mouth(role, said_at_hz, voice, symbol_s=case.symbol_s)
        said, voiced_n = speak(mouth, case, text, number)
        lead = lead_in(number, said_at_hz, chance)
        sound = np.concatenate([lead, said, np.zeros(said_at_hz, np.int16)])
        silero = Silero(session, case.rate_hz)
        detector = TurnDetector(silero, case.rate_hz)
        from_s, to_s = len(lead) / said_at_hz, (len(lead) + voiced_n) / said_at_hz
        heard = case.channel(sound, chance)
        examine(findings, detector, silero.window_n, case.rate_hz, heard, from_s, to_s)
    return findings


def calls(session: onnxruntime.InferenceSession, rate_hz: int, snr_db: float | None) -> str:
    """Four calls of twelve turns, 1.5 to 6 s apart, through one detector each."""
    once = turns = 0
    for call in range(4):
        chance = np.random.default_rng(CHANCE_SEED + call)
        mouth = Mouth(Role.CALLER, rate_hz, list(VOICES)[call])
        silero = Silero(session, rate_hz)
        detector = TurnDetector(silero, rate_hz)
        for turn in range(12):
            text = (LINES + HELD_OUT)[(call * 12 + turn) % 48]
            gap = np.zeros(round(chance.uniform(1.5, 6) * rate_hz), np.int16)
            sound = np.concatenate([mouth.speak(text, turn).samples, gap])
            if snr_db is not None:
                sound = mulaw(add_noise(sound, snr_db, chance))
            findings = Findings()
            examine(findings, detector, silero.window_n, rate_hz, sound, 0, 1)
            turns, once = turns + 1, once + findings.once
    return f"{once}/{turns}"


def narrow(sound: Samples, chance: np.random.Generator) -> Samples:
    """µ-law at 8 kHz, then straight lines to 16 kHz."""
    return by_lines(mulaw(sound), 8000, 16000)


def louder(gain_db: float) -> Channel:
    return lambda sound, chance: to_samples(sound * 10 ** (gain_db / 20))


def losing(rate_hz: int) -> Channel:
    return lambda sound, chance: lose_frames(sound, rate_hz, 0.03, chance)


def cases() -> Iterable[Case]:
    """The rows of the table."""
    for rate_hz in (8000, 16000):
        yield Case("clean", rate_hz)
    yield Case("µ-law, linear 8>16", 16000, narrow, said_at_hz=8000)
    for snr_db in (20, 15, 10):
        yield Case(f"white {snr_db} dB", 16000, noisy(snr_db))
    for rate_hz in (8000, 16000):
        yield Case("3 % of frames zeroed", rate_hz, losing(rate_hz))
    for gain_db in (-12, 6):
        yield Case(f"gain {gain_db} dB", 16000, louder(gain_db))
    for rate_hz in (8000, 16000):
        for voice in VOICES:
            yield Case(f"voice {voice}", rate_hz, voice=voice)
    for symbol_s in (0.045, 0.05, 0.07, 0.08):
        yield Case(f"symbols of {1000 * symbol_s:.0f} ms", 16000, symbol_s=symbol_s)
    for rate_hz in (8000, 16000):
        yield Case("hummed pauses", rate_hz, hummed=True)
        yield Case("said in pieces", rate_hz, piecewise=True)
        yield Case("held-out lines", rate_hz, lines=HELD_OUT)


def main(model: str) -> None:
    """Print the table."""
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    print(
        f"{f'24 lines x {DRAWS}':22} {'Hz':>6} {'f>.5':>11} {'f>.7':>11} {'onset ms':>10}"
        f" {'off':>6} {'1+1':>7} {'start':>7} {'stop':>5} {'webrtc 3':>11}"
    )
    for case in cases():
        print(f"{case.name:22} {case.rate_hz:6} {run(case, session).row()}", flush=True)
    print("\ncalls of 12 turns: exactly one start and stop")
    for rate_hz in (8000, 16000):
        for name, snr_db in (("clean", None), ("white 30 dB, µ-law", 30.0)):
            print(f"{name:22} {rate_hz:6} {calls(session, rate_hz, snr_db)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
