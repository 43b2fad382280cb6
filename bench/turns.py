"""How stock Pipecat and LiveKit agents hear the callers' turns: `python -m bench.turns`.

What the callers of all scenarios that ship say, in every voice, as their telephone sends it: one
line per call, with silence while the agent answers. Needs the environment of `make test-clients`.
"""

from __future__ import annotations

import argparse
import asyncio
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from bench.turn_detectors import Heard, LiveKit, Pipecat
from fastbusy import shelf
from fastbusy.preparing import Options, prepare
from harness.callers.messages import Say
from harness.media.phone import Phone
from harness.media.playout import SILENCE
from harness.planning.plan import PlannedCall
from harness.protocols.media_streams import RATE_HZ
from kernel.clock import SECOND_NS
from kernel.roll import roll
from speech.breath import BREATH_S
from speech.encoding import Encoding
from speech.impair import lose_frames
from speech.mouth import VOICES
from speech.tones import Samples, to_samples

ANSWER_S = (3.2, 5.2)
"""How long the agent answers; longer than the longest wait of either framework."""
SEED = 1


class Said(NamedTuple):
    """A caller's words, from their first voiced sample to the last, in seconds of its line."""

    text: str
    from_s: float
    until_s: float


class Line(NamedTuple):
    """All that one caller sends, in µ-law, and its words therein."""

    voice: str
    sound: bytes
    said: tuple[Said, ...]


class _NoAgent:
    """A link to nobody: what is sent stays in the telephone."""

    def begin(self, from_ns: int) -> None: ...

    def send(self, frame: bytes) -> bool:
        return True

    def take(self, until_ns: int) -> bytes:
        return SILENCE


def lines(draws: int, voices: Sequence[str] = tuple(VOICES)) -> Iterator[Line]:
    """The first `draws` callers of every dialogue that ships, each in every voice."""
    for call in callers(draws):
        for voice in voices:
            yield line(call, voice)


def callers(draws: int) -> Iterator[PlannedCall]:
    """Callers with different facts; a dialogue that several scenarios share counts once."""
    found: dict[tuple[str, ...], int] = {}
    for path in sorted(shelf.SCENARIOS.glob("*.yaml")):
        plan = prepare(Options(str(path), "reference"), {}).plan
        for call in plan.calls:
            words = tuple(each.text for each in plan.dialogues[call.dialogue].caller)
            found[words] = found.get(words, 0) + 1
            if found[words] <= draws:
                yield call


def line(call: PlannedCall, voice: str) -> Line:
    """What a caller's telephone sends while it says its lines and its answers."""
    link: Any = _NoAgent()
    nobody: Any = None
    phone = Phone(call.number, voice, link, nobody, nobody, nobody)
    phone.begin(0, 0)
    said = []
    for index, text in enumerate((*call.lines, *call.answers.values()), 1):
        shortest_s, longest_s = ANSWER_S
        answer_s = shortest_s + (longest_s - shortest_s) * roll(SEED, "answer", call.span, index)
        _turn(phone, until_ns=phone.due_ns + round((answer_s + call.persona.pause_s) * SECOND_NS))
        began = phone.say(Say(text, index))
        said.append(Said(text, began.from_at_ns / SECOND_NS, began.until_at_ns / SECOND_NS))
        _turn(phone, until_ns=began.until_at_ns)
    _turn(phone, until_ns=phone.due_ns + round(ANSWER_S[1] * SECOND_NS))
    return Line(voice, bytes(phone.said), tuple(said))


def _turn(phone: Phone, until_ns: int) -> None:
    while phone.due_ns <= until_ns:
        phone.turn(0)


Channel = Callable[[Samples, np.random.Generator, Sequence[Said]], Samples]


def as_sent(sound: Samples, chance: np.random.Generator, said: Sequence[Said]) -> Samples:
    return sound


def losing(share: float) -> Channel:
    return lambda sound, chance, said: lose_frames(sound, RATE_HZ, share, chance)


def noisy(level_dbfs: float) -> Channel:
    """White noise all the time."""
    rms = 32768 * 10 ** (level_dbfs / 20)
    return lambda sound, chance, said: to_samples(sound + rms * chance.standard_normal(len(sound)))


def breathless(sound: Samples, chance: np.random.Generator, said: Sequence[Said]) -> Samples:
    """Perfect silence behind every utterance, in place of the breath."""
    silent = sound.copy()
    for each in said:
        behind_n = round(each.until_s * RATE_HZ)
        silent[behind_n : behind_n + round(BREATH_S * RATE_HZ)] = 0
    return silent


CHANNELS: dict[str, Channel] = {
    "as sent": as_sent,
    "without the breath": breathless,
    "3 % of frames lost": losing(0.03),
    "line noise -60 dBFS": noisy(-60),
    "line noise -50 dBFS": noisy(-50),
}


def through(channel: Channel, spoken: Line, number: int) -> bytes:
    """The sound of a line behind a channel."""
    chance = np.random.default_rng((SEED, number))
    return Encoding.MULAW.encode(channel(Encoding.MULAW.decode(spoken.sound), chance, spoken.said))


@dataclass
class Tally:
    """What became of some utterances at one detector.

    delays_s  from the last voiced sample until the turn was over, where there was one turn
    """

    one: int = 0
    split: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    delays_s: list[float] = field(default_factory=list)

    def count(self, where: str, said: Said, ends_s: Sequence[float], begun: int = 1) -> None:
        """An utterance during which speech began `begun` times and was over at `ends_s`."""
        if begun == len(ends_s) == 1:
            self.one += 1
            self.delays_s.append(ends_s[0] - said.until_s)
        else:
            (self.split if ends_s else self.missed).append(where)

    def row(self) -> str:
        delays = "-"
        if self.delays_s:
            delays = "{:.2f} {:.2f} {:.2f}".format(*np.percentile(self.delays_s, (5, 50, 95)))
        return f"{self.one:5} {len(self.split):5} {len(self.missed):6}   {delays}"


def within(times_s: Sequence[float], from_s: float, until_s: float) -> list[float]:
    return [time_s for time_s in times_s if from_s <= time_s < until_s]


@dataclass
class Result:
    """A framework's ears: its voice-activity detector, its turns, and the probabilities."""

    threshold: float = 0.0
    speech: Tally = field(default_factory=Tally)
    turns: Tally = field(default_factory=Tally)
    asked: list[float] = field(default_factory=list)

    def add(self, spoken: Line, heard: Heard) -> None:
        begins_s = [0.0, *(each.from_s for each in spoken.said[1:]), math.inf]
        for said, window_s in zip(spoken.said, pairwise(begins_s), strict=True):
            where = f"{spoken.voice}: {said.text}"
            begun = len(within(heard.starts_s, *window_s))
            self.speech.count(where, said, within(heard.stops_s, *window_s), begun)
            self.turns.count(where, said, within(heard.turns_s, *window_s))
        self.asked += [probability for _, probability in heard.asked]

    def rows(self, name: str) -> Iterator[str]:
        yield f"{name + ', voice activity':32} {self.speech.row()}"
        shares = np.percentile(self.asked or [0], (0, 5, 50, 95, 100))
        sure = np.mean(np.array(self.asked) >= self.threshold) if self.asked else 0
        chances = " ".join(f"{share:.2f}" for share in shares)
        yield f"{name + ', turns':32} {self.turns.row()}   {chances}   {100 * sure:.0f} %"


Made = Callable[[], Pipecat | LiveKit]
DETECTORS: dict[str, Made] = {
    "Pipecat, 8 kHz": lambda: Pipecat(8000),
    "Pipecat, 16 kHz": lambda: Pipecat(16000),
    "LiveKit": LiveKit,
}


async def measure(
    channel: Channel, spoken: Sequence[Line], detectors: Mapping[str, Made] = DETECTORS
) -> dict[str, Result]:
    """Every line through the channel to every detector."""
    results = {}
    for name, made in detectors.items():
        result, detector = Result(), made()
        for number, each in enumerate(spoken):
            result.add(each, await detector.hear(through(channel, each, number)))
        result.threshold = detector.threshold
        results[name] = result
    return results


async def main(draws: int, only: str) -> None:
    """Print the tables of the channels whose names hold `only`."""
    spoken = list(lines(draws))
    utterances = sum(len(each.said) for each in spoken)
    print(f"{utterances} utterances in {len(spoken)} calls, {len(VOICES)} voices")
    for name, channel in CHANNELS.items():
        if only not in name:
            continue
        print(
            f"\n{name:34} one split missed   after end 5/50/95 %"
            "   probability 0/5/50/95/100 %   over threshold"
        )
        for detector, result in (await measure(channel, spoken)).items():
            print("\n".join(result.rows(detector)), flush=True)
            for kind, where in (("split", result.turns.split), ("missed", result.turns.missed)):
                for each in where[:5]:
                    print(f"    {kind}: {each}")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--draws", type=int, default=2, help="callers of each dialogue")
    options.add_argument("--only", default="", metavar="WORDS", help="channels named so")
    arguments = options.parse_args()
    asyncio.run(main(arguments.draws, arguments.only))
