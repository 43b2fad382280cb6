"""How well and how cheaply an ear hears a mouth: `python -m bench.hearing [table ...]`."""

from __future__ import annotations

import os

# Before numpy is imported: one thread, as in the product.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import sys
import time
from collections.abc import Sequence

import numpy as np

from bench.channels import Chance, Channel, by_lines, channels, lossy, mulaw
from bench.comparison import Tally, WordTally
from bench.lines import HELD_OUT, LINES
from speech.breath import breathing_out
from speech.ear import IDLE, Ear
from speech.events import Started
from speech.heard import HeardUtterance
from speech.impair import Loss, add_noise
from speech.mouth import Mouth, Role, SoundCache
from speech.tones import Samples
from speech.transcript import Transcript
from speech.voice import VOICES

CACHE = SoundCache()


def utterance(text: str, seed: int, role: Role = Role.CALLER, rate_hz: int = 8000) -> Samples:
    """A line by one of the voices, the seed being its identity and its place in the clock."""
    mouth = Mouth(role, rate_hz, list(VOICES)[seed % len(VOICES)], cache=CACHE)
    for _ in range(seed % 4):
        mouth.speak("a")
    said = mouth.speak(text, seed)
    return breathing_out(said) if role is Role.CALLER else said.samples


def hear_all(sounds: Sequence[Samples], rate_hz: int, chance: Chance) -> list[list[HeardUtterance]]:
    """Each sound on a stream of its own, in chunks of 10 to 100 ms at random."""
    ear = Ear(rate_hz, capacity=len(sounds))
    transcripts = [Transcript() for _ in sounds]
    heard: list[list[HeardUtterance]] = [[] for _ in sounds]
    at = [0] * len(sounds)
    for _ in sounds:
        ear.open()
    while any(place < len(sound) for place, sound in zip(at, sounds, strict=True)):
        chunks = {}
        for stream, sound in enumerate(sounds):
            length = int(chance.integers(rate_hz // 100, rate_hz // 10))
            chunks[stream] = sound[at[stream] : at[stream] + length]
            at[stream] += length
        for symbol in ear.hear(chunks):
            events = transcripts[symbol.stream].add(symbol)
            if any(isinstance(event, Started) for event in events):
                heard[symbol.stream].append(transcripts[symbol.stream].utterance)
    return heard


def through(
    channel: Channel, rate_hz: int, lines: Sequence[str], seeds: int
) -> list[tuple[str, int, list[HeardUtterance]]]:
    """Every line with every seed through a channel: what was said, its identity, what was heard."""
    said, sounds = [], []
    for seed in range(seeds):
        for place, text in enumerate(lines):
            number = seed * len(lines) + place
            chance = np.random.default_rng((7, number))
            lead = np.zeros(int(chance.integers(4000)), np.int16)
            sound = np.concatenate([lead, utterance(text, number), np.zeros(1600, np.int16)])
            sounds.append(channel(sound, chance))
            said.append((text, number))
    heard = hear_all(sounds, rate_hz, np.random.default_rng(8))
    return [(text, number, each) for (text, number), each in zip(said, heard, strict=True)]


def channel_table() -> None:
    """Errors and doubts through each channel."""
    print(f"{'channel, 48 utterances':46}   CER %   bad %  flag %    crc     id  false")
    for name, rate_hz, channel in channels():
        tally = Tally()
        for text, number, heard in through(channel, rate_hz, LINES, 2):
            tally.add(text, heard, number)
        print(f"{name:46} {tally.row()}", flush=True)


def held_out_table() -> None:
    """Other lines, three seeds, µ-law with white noise at 15 dB, to 16 kHz by straight lines."""
    tally = Tally()

    def channel(samples: Samples, chance: Chance) -> Samples:
        return by_lines(mulaw(add_noise(samples, 15, chance)), 8000, 16000)

    for text, number, heard in through(channel, 16000, HELD_OUT, 3):
        tally.add(text, heard, number)
    print(f"held-out lines x 3, {tally.characters} characters: {tally.errors} wrong")


def detection_table() -> None:
    """Is a damaged word ever unflagged? Frames lost in bursts as long as a symbol."""
    print("8 % of frames lost in bursts of 60 ms    words damaged unflagged unflagged+verified")
    for how in (Loss.ZERO, Loss.DELETE):
        tally = WordTally()
        for text, _, heard in through(lossy(0.08, how, 3), 8000, LINES + HELD_OUT, 2):
            tally.add(text, heard)
        print(
            f"{how.value:40} {tally.words:5} {tally.damaged:7} {tally.unflagged:9}"
            f" {tally.unflagged_and_verified:9}"
        )


def timing_table() -> None:
    """How long after its end a symbol is known, and the silence after a cut."""
    symbol_lags, idle_lags, wrong_tails, beyond = [], [], 0, 0
    chance = np.random.default_rng(3)
    for text in LINES * 4:
        spoken = Mouth(Role.CALLER, 8000, cache=CACHE).speak(text)
        cut_n = int(chance.integers(2000, spoken.voiced_end))
        lead_n = int(chance.integers(160))
        sound = np.concatenate([np.zeros(lead_n), spoken.samples[:cut_n], np.zeros(2400)])
        ear, transcript = Ear(8000), Transcript()
        stream, heard = ear.open(), ""
        for hop in range(len(sound) // 80):
            now_n = (hop + 1) * 80 - lead_n
            for symbol in ear.hear({stream: sound[hop * 80 :][:80].astype(np.int16)}):
                if symbol.value == IDLE:
                    idle_lags.append((now_n - cut_n) / 8)
                transcript.add(symbol)
                if transcript.text != heard and len(transcript.text) <= len(text):
                    heard = transcript.text
                    end_n = spoken.ends_n[len(heard) - 1]
                    if end_n < cut_n - 320:
                        symbol_lags.append((now_n - end_n) / 8)
        played = int((spoken.ends_n <= cut_n).sum())
        wrong_tails += not text.startswith(heard)
        beyond += len(heard) > played + 1
    print("ms after the end             mean    p95    max")
    for name, lags in (("character known", symbol_lags), ("cut known", idle_lags)):
        mean, p95, worst = np.mean(lags), np.percentile(lags, 95), max(lags)
        print(f"{name:26} {mean:6.0f} {p95:6.0f} {worst:6.0f}")
    print(
        f"{len(LINES) * 4} cuts: {wrong_tails} wrong tails, {beyond} more than one beyond the cut"
    )


def talk(streams: int, rate_hz: int, seconds: int, talking: float) -> list[dict[int, bytes]]:
    """Ticks of 20 ms for many streams, a share of which talk all the time, the others silent."""
    chance = np.random.default_rng(5)
    length = seconds * rate_hz
    voices = []
    for number in range(min(streams, 48)):
        mouth = Mouth(Role.CALLER, rate_hz, cache=CACHE)
        lines = [mouth.speak(text).samples for text in chance.permutation(LINES)[:4]]
        voices.append(np.resize(np.roll(np.concatenate(lines), number * 997), length))
    silence = np.zeros(length, np.int16)
    sounds = [
        voices[stream % len(voices)] if stream < talking * streams else silence
        for stream in chance.permutation(streams)
    ]
    tick_n = rate_hz // 50
    return [
        {stream: sound[at : at + tick_n].tobytes() for stream, sound in enumerate(sounds)}
        for at in range(0, length, tick_n)
    ]


def hearing_s(
    ticks: Sequence[dict[int, bytes]], streams: int, rate_hz: int, with_text: bool
) -> float:
    """Processor seconds of one ear that hears all ticks."""
    ear = Ear(rate_hz, capacity=streams)
    transcripts = [Transcript() for _ in range(streams)]
    for _ in transcripts:
        ear.open()
    start = time.process_time()
    for tick in ticks:
        symbols = ear.hear(tick)
        if with_text:
            for symbol in symbols:
                transcripts[symbol.stream].add(symbol)
    return time.process_time() - start


def hearing_cost_table() -> None:
    """Processor time of ear and transcripts, sound coming as linear16 bytes."""
    print("hearing, 20 ms ticks        µs per stream-second      (without the text)")
    for streams, rate_hz, talking in (
        (1000, 8000, 1.0), (1000, 16000, 1.0), (1000, 8000, 0.3), (1000, 16000, 0.3),
        (300, 24000, 1.0), (300, 48000, 1.0), (100, 16000, 1.0), (10, 16000, 1.0), (1, 16000, 1.0),
    ):  # fmt: skip
        seconds = 2 if streams > 10 else 4
        ticks = talk(streams, rate_hz, seconds, talking)
        costs = [
            min(hearing_s(ticks, streams, rate_hz, with_text) for _ in range(5))
            for with_text in (True, False)
        ]
        costs = [1e6 * cost / streams / seconds for cost in costs]
        name = f"{streams} streams, {rate_hz // 1000} kHz, {talking:.0%} talking"
        print(f"{name:34} {costs[0]:8.0f} {costs[1]:22.0f}", flush=True)


def speaking_cost_table() -> None:
    """Processor time of a mouth: rendering a text, and saying it again with another identity."""
    print("speaking                  µs per second of sound: cold      warm")
    for rate_hz in (8000, 16000, 24000, 48000):
        cold = min(say_all(Mouth(Role.AGENT, rate_hz, cache=SoundCache(0))) for _ in range(3))
        mouth = Mouth(Role.AGENT, rate_hz, cache=SoundCache(512 << 20))
        say_all(mouth)
        warm = min(say_all(mouth) for _ in range(5))
        print(f"{rate_hz:6} Hz {cold:46.0f} {warm:9.1f}", flush=True)


def say_all(mouth: Mouth) -> float:
    """Microseconds for each second of sound."""
    start, seconds = time.process_time(), 0.0
    for number, text in enumerate(LINES):
        seconds += mouth.speak(text, number).duration_s
    return (time.process_time() - start) / seconds * 1e6


TABLES = {
    "channels": channel_table,
    "held_out": held_out_table,
    "detection": detection_table,
    "timing": timing_table,
    "hearing_cost": hearing_cost_table,
    "speaking_cost": speaking_cost_table,
}


def main(names: Sequence[str]) -> None:
    """Print the named tables, or all of them."""
    for name in names or TABLES:
        TABLES[name]()
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
