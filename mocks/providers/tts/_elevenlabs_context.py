"""One context on an ElevenLabs socket: text comes in, is spoken in utterances, and closes."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from kernel.actor import Emit, Instruction, Nudge
from kernel.clock import SECOND_NS
from kernel.fault import Arrival
from speech.mouth import SpokenText

from ...synthesis import Chunk, Mouths, Synthesis
from ...wire import Text
from ...work import Begin, Finish, Note
from ...world import World
from ._elevenlabs import (
    Character,
    Form,
    GenerationConfig,
    aligned,
    audio_frame,
    final_frame,
)

# An utterance that gets no more text is over so long after its last sound.
_RESTS_NS = SECOND_NS
# What may trigger a generation before the schedule says so.
_LEAST_TRIGGERED = 50
# Up to the last space or the end of a sentence, not the point in "7.30" whose rest is to come.
_PHRASES = re.compile(r".*(?:\s|\D[.!?]$)", re.DOTALL)
_SENTENCE = re.compile(r"\s*\S+\s.*[.!?]\s*", re.DOTALL)
_WHOLE_WORDS = re.compile(r".*\s", re.DOTALL)


class Manner(NamedTuple):
    """How the contexts of a socket are spoken. With `auto` text does not wait for a schedule."""

    form: Form
    voice: str
    auto: bool


class Input(NamedTuple):
    """What a message adds to a context."""

    text: str = ""
    flush: bool = False
    trigger: bool = False
    closes: bool = False

    @property
    def is_sentence(self) -> bool:
        """Several words and their end, even if that is a number's: nothing is missing from it."""
        return _SENTENCE.fullmatch(self.text) is not None

    @property
    def ends(self) -> bool:
        """No text is to follow in this utterance: the client flushes without having said more."""
        return self.closes or (self.flush and not self.text.strip())


class Context:
    """Text of the client's own naming; `ordinal` tells apart those that had the same name.

    Each utterance is a piece of work, begun by its first text. It asks to be nudged under
    `("rest", ordinal)`, which `rest` answers, and `("gone", ordinal)`, when its last word is out.

    settings  the voice's; they are those of the first message
    free_ns   when all sound so far is out
    """

    def __init__(
        self, ordinal: int, name: str | None, manner: Manner, mouths: Mouths, world: World
    ) -> None:
        self.ordinal, self.name = ordinal, name
        self.settings: dict[str, Any] | None = None
        self.free_ns = 0
        self._manner, self._mouths, self._world = manner, mouths, world
        self._schedule = deque(GenerationConfig().chunk_length_schedule)
        self._inputs: deque[Input] = deque()
        self._waiting = ""
        self._said: list[str] = []
        self._utterances = 0
        self._speaking = False
        self._synthesis: Synthesis | None = None
        self._first_ns = 0
        self._before_s = 0.0
        self._aligned_ms = 0
        self._joint = False

    @property
    def work(self) -> str:
        """The name of the latest utterance; for a context without any it is the socket's."""
        return f"{self.ordinal}.{self._utterances}" if self._utterances else ""

    def configure(self, settings: dict[str, Any] | None, config: GenerationConfig | None) -> None:
        """What the first message says."""
        self.settings = settings
        if config is not None:
            self._schedule = deque(config.chunk_length_schedule)

    def add(self, asked: Input, now_ns: int) -> Iterator[Instruction]:
        """More text, a flush, or the end; it waits until the utterance is admitted."""
        self._inputs.append(asked)
        yield from self._go_on(now_ns)

    def admit(self, arrival: Arrival, now_ns: int) -> Iterator[Instruction]:
        """The voice begins; its first sound comes as late as this arrival draws it."""
        self._first_ns = self._world.first_ns(arrival)
        form = self._manner.form
        self._synthesis = Synthesis(
            self._mouths.borrow(form.rate_hz, self._manner.voice),
            self._world.utterance_identity(),
            form.encoding.encode,
            partial(self._world.between_ns, arrival),
        )
        yield Emit(Note(self.work, {"identity": self._synthesis.identity}))
        yield from self._go_on(now_ns)

    def rest(self) -> Iterator[Instruction]:
        """No more text has come: the utterance is over, and what comes later is another one."""
        if self._speaking and self._synthesis is not None and not self._waiting.strip():
            self._synthesis.abandon()
            yield from self._over(self._synthesis, reason="expired")

    def leave(self, now_ns: int) -> Iterator[Instruction]:
        """The socket is gone: what was sent of the latest utterance is what was said."""
        if self._synthesis is not None and (self._speaking or self.free_ns > now_ns):
            yield Emit(Note(self.work, {"text_out": self._synthesis.spoken(now_ns)}))

    def _go_on(self, now_ns: int) -> Iterator[Instruction]:
        while self._inputs:
            asked = self._inputs[0]
            if not self._speaking and asked.text.strip():
                self._utterances += 1
                self._speaking, self._synthesis, self._said = True, None, []
                yield Emit(Begin(self.work, data={"text_in": asked.text.strip()}))
            if self._speaking and self._synthesis is None:
                return
            self._inputs.popleft()
            if self._speaking and self._synthesis is not None:
                yield from self._take_in(self._synthesis, asked, now_ns)
            if asked.closes:
                self.free_ns = max(self.free_ns, now_ns)
                yield Emit(Text(final_frame(self.name), self.work), self.free_ns)
                yield Nudge(("gone", self.ordinal), self.free_ns)

    def _take_in(self, synthesis: Synthesis, asked: Input, now_ns: int) -> Iterator[Instruction]:
        self._waiting += asked.text
        taken = self._take(asked)
        told = " ".join([*self._said, taken.strip(), self._waiting.strip()])
        yield Emit(Note(self.work, {"text_in": " ".join(told.split())}))
        if taken.strip():
            self._said.append(taken.strip())
            yield from self._say(synthesis, taken, now_ns)
        if asked.ends:
            yield from self._frames(synthesis.finish(), [])
            yield from self._over(synthesis)

    def _take(self, asked: Input) -> str:
        """Take out what of the waiting text it is time to speak."""
        length = len(self._waiting)
        if asked.flush or asked.ends or (self._manner.auto and asked.is_sentence):
            end = length
        elif self._manner.auto:
            found = _PHRASES.match(self._waiting)
            end = found.end() if found else 0
        elif length >= self._schedule[0] or (asked.trigger and length >= _LEAST_TRIGGERED):
            found = _WHOLE_WORDS.match(self._waiting)
            end = found.end() if found else 0
            if end and len(self._schedule) > 1:
                self._schedule.popleft()
        else:
            end = 0
        taken, self._waiting = self._waiting[:end], self._waiting[end:]
        return taken

    def _say(self, synthesis: Synthesis, text: str, now_ns: int) -> Iterator[Instruction]:
        sounded_s = self._before_s + synthesis.said_s
        spoken = yield from synthesis.saying(text, max(now_ns + self._first_ns, self.free_ns))
        characters = spelled(spoken.characters, self._before_s)
        if characters and self._joint:
            # What the mouth says piece by piece is joined by a space each.
            characters.insert(0, Character(" ", self._aligned_ms, characters[0].start_ms))
        if characters and text[-1].isspace():
            characters.append(Character(" ", characters[-1].end_ms, characters[-1].end_ms))
        self._joint = not text[-1].isspace()
        yield from self._frames(spoken.chunks, characters, sounded_s)
        yield Nudge(("rest", self.ordinal), max(now_ns, synthesis.free_ns) + _RESTS_NS)

    def _frames(
        self, chunks: Sequence[Chunk], characters: list[Character], sounded_s: float = 0.0
    ) -> Iterator[Instruction]:
        """Each chunk of sound with the characters that begin in it."""
        told = 0
        for chunk in chunks:
            sounded_s += self._manner.form.seconds(chunk.data)
            end = told
            while end < len(characters) and (
                chunk is chunks[-1] or characters[end].start_ms < 1000 * sounded_s
            ):
                end += 1
            mine = characters[told:end]
            frame = audio_frame(chunk.data, aligned(mine, self._aligned_ms), self.name)
            yield Emit(Text(frame, self.work), chunk.due_ns)
            if mine:
                told, self._aligned_ms = end, mine[-1].end_ms

    def _over(self, synthesis: Synthesis, **data: Any) -> Iterator[Instruction]:
        """The utterance is over once its sound is out; another one may have the mouth."""
        self._speaking = False
        self.free_ns = max(self.free_ns, synthesis.free_ns)
        self._before_s += synthesis.said_s
        self._mouths.give_back(synthesis.mouth, self._manner.voice)
        finish = Finish(self.work, "ok", {"text_out": synthesis.text, **data})
        yield Emit(finish, synthesis.free_ns)
        yield Nudge(("rest", self.ordinal), None)


def spelled(characters: Sequence[SpokenText], after_s: float = 0.0) -> list[Character]:
    """Spoken characters in milliseconds; each of them lasts until the next one."""
    starts_ms = [round(1000 * (after_s + one.start_s)) for one in characters]
    ends_ms = [*starts_ms[1:], round(1000 * (after_s + characters[-1].end_s))] if characters else []
    texts = [one.text for one in characters]
    return list(map(Character, texts, starts_ms, ends_ms))
