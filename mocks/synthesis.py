"""What a text-to-speech provider says: text in, chunks of sound with their due times out.

Pure, and the same for every provider. Sound is made and sent faster than it plays.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import NamedTuple

from kernel.actor import Emit, Instruction
from kernel.clock import SECOND_NS
from kernel.roll import pick
from speech.mouth import VOICES, Mouth, Role, Sound, SpokenText
from speech.steps import Steps, at_once
from speech.tones import Samples

from .work import Rest

CHUNK_S = 0.15
SPEED = 4.5
"""Seconds of sound that are sent in a second."""
_CHUNKS_OF_A_STEP = 64


class Chunk(NamedTuple):
    """Encoded sound, when it goes out, and how long it took to make."""

    data: bytes
    due_ns: int
    took_ns: int


class Spoken(NamedTuple):
    """The sound of one piece of text. Times count their seconds from the utterance's start."""

    chunks: list[Chunk]
    words: list[SpokenText]
    characters: list[SpokenText]


class Synthesis:
    """One utterance, piece by piece, from START to END.

    `gap_ns` is how long the provider dawdles before chunk number `index`.
    """

    def __init__(
        self,
        mouth: Mouth,
        identity: int,
        encode: Callable[[Samples], bytes],
        gap_ns: Callable[[int], int] = lambda index: 0,
    ) -> None:
        self.mouth, self.identity = mouth, identity
        self._encode, self._gap_ns = encode, gap_ns
        self._sounds: list[Sound] = []
        self._sent: list[tuple[int, int]] = []
        self.free_ns = 0
        """When all sound so far is out."""
        mouth.begin(identity)

    @property
    def text(self) -> str:
        """All that was said, as an ear reads it."""
        return " ".join(sound.text for sound in self._sounds)

    @property
    def said_s(self) -> float:
        """Seconds of sound so far."""
        return self._sent[-1][1] / self.mouth.rate_hz if self._sent else 0.0

    def say(self, text: str, ready_ns: int) -> Spoken:
        """The next piece of text, which cannot sound before `ready_ns`; white space is no text.

        All at once: an actor takes `saying`, so that a long text does not hold up the others.
        """
        return at_once(self._saying(text, ready_ns))

    def saying(self, text: str, ready_ns: int) -> Generator[Instruction, None, Spoken]:
        """`say` with rests: `spoken = yield from synthesis.saying(text, ready_ns)`."""
        steps = self._saying(text, ready_ns)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                spoken: Spoken = done.value
                return spoken
            yield Emit(Rest())

    def _saying(self, text: str, ready_ns: int) -> Steps[Spoken]:
        sound = yield from self.mouth.saying(text)
        if not sound.text:
            return Spoken([], [], [])
        self._sounds.append(sound)
        chunks = []
        for chunk in self._chunks(sound, ready_ns):
            chunks.append(chunk)
            if len(chunks) % _CHUNKS_OF_A_STEP == 0:
                yield
        return Spoken(chunks, sound.words, sound.characters)

    def finish(self) -> list[Chunk]:
        """What follows the last piece: END and the silence after it, nothing if nothing was said.

        The mouth is free for another utterance.
        """
        closing = self.mouth.finish()
        return list(self._chunks(closing, self.free_ns)) if self._sounds else []

    def abandon(self) -> None:
        """Say no more; no END will sound, and the mouth is free for another utterance."""
        self.mouth.cancel()

    def spoken(self, now_ns: int) -> str:
        """The text whose sound is out."""
        sent_n = max((end_n for due_ns, end_n in self._sent if due_ns <= now_ns), default=0)
        told = [
            sound.text[: int((sound.ends_n + sound.start_n <= sent_n).sum())]
            for sound in self._sounds
        ]
        return " ".join(filter(None, told))

    def _chunks(self, sound: Sound, ready_ns: int) -> Iterator[Chunk]:
        length_n = round(CHUNK_S * sound.rate_hz)
        self.free_ns = max(self.free_ns, ready_ns)
        for start_n in range(0, len(sound.samples), length_n):
            samples = sound.samples[start_n : start_n + length_n]
            due_ns = self.free_ns + self._gap_ns(len(self._sent))
            took_ns = round(len(samples) / sound.rate_hz / SPEED * SECOND_NS)
            self.free_ns = due_ns + took_ns
            self._sent.append((due_ns, sound.start_n + start_n + len(samples)))
            yield Chunk(self._encode(samples), due_ns, took_ns)


class Mouths:
    """The voices of one connection. A mouth speaks one utterance at a time, and its clock runs on
    from one to the next."""

    def __init__(self) -> None:
        self._idle: dict[tuple[int, str], list[Mouth]] = {}

    def borrow(self, rate_hz: int, voice: str) -> Mouth:
        """A mouth that is not speaking. `voice` is the provider's name for it, whatever that is."""
        idle = self._idle.get((rate_hz, voice))
        named = pick(tuple(VOICES.values()), 0, voice)
        return idle.pop() if idle else Mouth(Role.AGENT, rate_hz, named)

    def give_back(self, mouth: Mouth, voice: str) -> None:
        """The utterance is over."""
        self._idle.setdefault((mouth.rate_hz, voice), []).append(mouth)
