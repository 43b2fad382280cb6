"""One recorded call as somebody hears it who knows nothing of the run: turns, silences, its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from .sound import Stretch, audible, joined, read_stereo
from .words import Said, hear

# A caller may breathe between its sentences.
_SENTENCES_APART_S = 1.0
_OVERLAP_S = 0.2
_AT_THE_END_S = 0.15
_DECODER_S = 0.3
_GAVE_UP_S = 4.0
_HOLE_S = 0.5


@dataclass(frozen=True, slots=True)
class Silence:
    """The caller is owed an answer and hears nothing; `announced` if it was asked to wait."""

    from_s: float
    until_s: float
    announced: bool = False

    @property
    def seconds(self) -> float:
        return self.until_s - self.from_s


@dataclass(frozen=True, slots=True)
class Turn:
    """The caller has spoken; `answer_s` is when the agent began to say something of content."""

    from_s: float
    until_s: float
    answer_s: float | None
    silences: tuple[Silence, ...]
    owed: bool = True

    @property
    def waited_s(self) -> float | None:
        return None if self.answer_s is None else self.answer_s - self.until_s


@dataclass(frozen=True, slots=True)
class Overlap:
    """Both talk; `by_agent` if it was the agent that began while the caller talked."""

    from_s: float
    until_s: float
    by_agent: bool

    @property
    def seconds(self) -> float:
        return self.until_s - self.from_s


@dataclass(frozen=True)
class Listened:
    """A recording: who is audible when, and who says what."""

    length_s: float
    caller: Sequence[Stretch]
    agent: Sequence[Stretch]
    said: Sequence[Said]

    def words(self, who: str) -> str:
        return " ".join(each.text for each in self.said if each.who == who)

    def meaning(self, stretch: Stretch) -> list[Said]:
        """What the agent says in a stretch of its sound."""
        return [
            each
            for each in self.said
            if each.who == "agent"
            and each.from_s < stretch.until_s + _DECODER_S / 2
            and stretch.from_s - _DECODER_S / 2 < each.until_s
        ]

    def heard(self, words: str) -> bool:
        return words.casefold() in self.words("agent").casefold()

    @property
    def turns(self) -> list[Turn]:
        spoken = self._caller_turns()
        ends = [*(stretch.from_s for stretch in spoken[1:]), self.length_s]
        last = self.caller_said_goodbye
        return [
            self._turn(stretch, end_s, owed=not (last and place == len(spoken) - 1))
            for place, (stretch, end_s) in enumerate(zip(spoken, ends, strict=True))
        ]

    def _caller_turns(self) -> list[Stretch]:
        """Sentences without the agent in between are one turn; "mhm" into the agent's is none."""
        found: list[Stretch] = []
        for stretch in joined(self.caller, _SENTENCES_APART_S):
            inside = any(
                each.from_s < stretch.from_s and stretch.until_s < each.until_s
                for each in self.agent
            )
            if not (inside and stretch.seconds < 1):
                found.append(stretch)
        return found

    def _turn(self, spoken: Stretch, end_s: float, *, owed: bool) -> Turn:
        silences: list[Silence] = []
        quiet_s, announced, answer_s = spoken.until_s, False, None
        for sound in self.agent:
            if sound.until_s <= spoken.until_s or sound.from_s >= end_s:
                continue
            if sound.from_s > quiet_s:
                silences.append(Silence(quiet_s, sound.from_s, announced))
            quiet_s = max(quiet_s, sound.until_s)
            meanings = self.meaning(sound)
            content = [each for each in meanings if each.has_content]
            if content and answer_s is None:
                answer_s = max(sound.from_s, content[0].from_s)
            if content and content[-1].whole:
                break
            announced = announced or any(each.asks_to_wait for each in meanings)
        else:
            if end_s > quiet_s:
                silences.append(Silence(quiet_s, end_s, announced))
        return Turn(spoken.from_s, spoken.until_s, answer_s, tuple(silences), owed)

    @property
    def silences(self) -> Iterator[Silence]:
        """Those in which an answer is owed."""
        for turn in self.turns:
            if turn.owed:
                yield from turn.silences

    @property
    def overlaps(self) -> Iterator[Overlap]:
        for caller in self.caller:
            for agent in self.agent:
                from_s = max(caller.from_s, agent.from_s)
                until_s = min(caller.until_s, agent.until_s)
                if until_s - from_s > _OVERLAP_S:
                    yield Overlap(from_s, until_s, by_agent=agent.from_s > caller.from_s)

    @property
    def gaps(self) -> Iterator[Silence]:
        """Holes in the middle of what the agent says."""
        for before, after in pairwise(self.agent):
            hole = Silence(before.until_s, after.from_s)
            inside = any(
                each.who == "agent"
                and each.from_s < hole.from_s - _DECODER_S
                and hole.until_s + _DECODER_S < each.until_s
                for each in self.said
            )
            if inside and hole.seconds > _HOLE_S:
                yield hole

    @property
    def caller_said_goodbye(self) -> bool:
        said = [each for each in self.said if each.who == "caller"]
        return bool(said) and said[-1].takes_leave

    @property
    def cut_in_speech(self) -> bool:
        """The recording ends in the middle of what the agent says."""
        if not self.agent or self.agent[-1].until_s < self.length_s - _AT_THE_END_S:
            return False
        meanings = self.meaning(self.agent[-1])
        return not meanings or not meanings[-1].whole

    @property
    def fate(self) -> str:
        """What a listener says became of the call, in the verdict's terms."""
        agent = [each for each in self.said if each.who == "agent"]
        if self.caller_said_goodbye:
            return "served"
        if not self.agent and not self.caller:
            return "refused_abruptly"
        if agent and agent[-1].refuses:
            return "refused_politely"
        last = self.turns[-1].silences[-1:] if self.turns else []
        waiting = [silence for silence in last if silence.until_s >= self.length_s - 0.5]
        if any(silence.seconds >= _GAVE_UP_S for silence in waiting):
            return "abandoned"
        return "dropped"


def listen(path: Path) -> Listened:
    """Both channels of a recording: the caller's is left, the agent's right."""
    rate_hz, samples = read_stereo(path)
    caller, agent = (audible(channel, rate_hz) for channel in samples.T)
    return Listened(len(samples) / rate_hz, caller, agent, hear(path))
