"""One context on a Cartesia socket: the inputs of one utterance, which may be cut short."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal

from kernel.actor import Emit, Instruction, Nudge
from kernel.clock import MILLISECOND_NS, SECOND_NS
from kernel.fault import Arrival

from ...synthesis import Chunk, Mouths, Synthesis
from ...wire import Text
from ...work import Begin, Cancel, Finish, Note, Rest
from ...world import World
from ._cartesia import Generation, chunk, done, flush_done, timestamps

# A context that gets no more text is gone so long after its last sound.
_EXPIRES_NS = SECOND_NS
_CHUNKS_OF_A_STEP = 32
# The end of a sentence, not the point in "7.30" whose rest is still to come.
_SENTENCES = re.compile(r".*(?:\D[.!?](?=\s|$)|[.!?](?=\s))", re.DOTALL)
_WHOLE_WORDS = re.compile(r".*\s", re.DOTALL)


class Context:
    """A piece of work of the client's own naming. It asks to be nudged under `("text", name)`,
    which `ripen` answers, and `("expire", name)`, when it may be forgotten.

    fields  what every input of it must repeat
    closed  no more inputs are to come
    waits   text waits for more of its sentence
    """

    def __init__(
        self,
        first: Generation,
        fields: Mapping[str, Any],
        mouths: Mouths,
        world: World,
        said_before_s: float = 0.0,
    ) -> None:
        self.name, self.fields, self.closed = first.context_id, fields, False
        self._first, self._mouths, self._world = first, mouths, world
        self._inputs: list[Generation] = []
        self._text_in = self._waiting = ""
        self._flush_id = 1
        self._first_ns = 0
        self._said_before_s = said_before_s
        self._synthesis: Synthesis | None = None
        self._speaks = False

    @property
    def said_s(self) -> float:
        """Seconds of sound, those before it expired included: word times run on from there."""
        return self._said_before_s + (self._synthesis.said_s if self._synthesis else 0.0)

    @property
    def waits(self) -> bool:
        return bool(self._waiting)

    def add(self, asked: Generation, now_ns: int) -> Iterator[Instruction]:
        """One more input; the first one asks for admission, and all wait until it is given."""
        if not self._text_in:
            yield Emit(Begin(self.name))
        self.closed = not asked.continue_
        self._inputs.append(asked)
        # What is spoken input by input is joined by spaces, what is buffered goes on as it comes.
        joint = "" if self._first.buffer_ms else " "
        self._text_in += f"{asked.transcript}{joint}"
        yield Emit(Note(self.name, {"text_in": " ".join(self._text_in.split())}))
        if self._synthesis is not None:
            yield from self._take_inputs(self._synthesis, now_ns)

    def admit(self, arrival: Arrival, now_ns: int) -> Iterator[Instruction]:
        """The voice begins; its first sound comes as late as this arrival draws it."""
        self._first_ns = self._world.first_ns(arrival)
        self._synthesis = Synthesis(
            self._mouths.borrow(self._first.output_format.sample_rate, self._first.speaker),
            self._world.utterance_identity(),
            self._first.output_format.encode,
            partial(self._world.between_ns, arrival),
        )
        self._speaks = True
        yield Emit(Note(self.name, {"identity": self._synthesis.identity}))
        yield from self._take_inputs(self._synthesis, now_ns)

    def ripen(self, now_ns: int) -> Iterator[Instruction]:
        """Text has waited long enough; only a word that may not be whole waits once more."""
        if self._synthesis is not None:
            yield from self._say(self._synthesis, self._take(_WHOLE_WORDS) or self._take(), now_ns)
            yield from self._wait(now_ns)

    def cancel(self, now_ns: int) -> Iterator[Instruction]:
        """What has not been sent is not sent."""
        yield from self._fall_silent()
        yield Emit(Cancel(self.name, self._told(now_ns)))

    def leave(self, now_ns: int) -> Iterator[Instruction]:
        """The client is gone."""
        if self._synthesis is None or not self.closed or self._synthesis.free_ns > now_ns:
            yield Emit(Note(self.name, self._told(now_ns)))

    def end(self, type: Literal["ok", "fail"], **data: Any) -> Iterator[Instruction]:
        """Over before its end, once what was said is out."""
        yield from self._fall_silent()
        yield Emit(Finish(self.name, type, {**self._told(), **data}))

    def _take_inputs(self, synthesis: Synthesis, now_ns: int) -> Iterator[Instruction]:
        inputs, self._inputs = self._inputs, []
        for asked in inputs:
            waited = self.waits
            self._waiting += asked.transcript
            whole = asked.flush or not asked.continue_ or not self._first.buffer_ms
            text = self._take(None if whole else _SENTENCES)
            yield from self._say(synthesis, text, now_ns)
            if text or not waited:
                yield from self._wait(now_ns)
            if asked.flush:
                event = flush_done(self.name, self._flush_id)
                yield Emit(Text(event, self.name), synthesis.free_ns)
                self._flush_id += 1
            if not asked.continue_:
                yield from self._close(synthesis)

    def _take(self, what: re.Pattern[str] | None = None) -> str:
        """Take out the waiting text as far as the pattern goes, or all of it."""
        found = what.match(self._waiting) if what else None
        end = found.end() if found else 0 if what else len(self._waiting)
        taken, self._waiting = self._waiting[:end], self._waiting[end:].lstrip()
        return taken

    def _wait(self, now_ns: int) -> Iterator[Instruction]:
        """From here on the text that waits is given its time."""
        buffer_ns = self._first.buffer_ms * MILLISECOND_NS
        yield Nudge(("text", self.name), now_ns + buffer_ns if self.waits else None)

    def _say(self, synthesis: Synthesis, text: str, now_ns: int) -> Iterator[Instruction]:
        spoken = yield from synthesis.saying(text, now_ns + self._first_ns)
        yield from self._chunks(spoken.chunks[:1])
        if spoken.words and self._first.add_timestamps:
            event = timestamps(self.name, spoken.words, self._flush_id, self._said_before_s)
            yield Emit(Text(event, self.name), spoken.chunks[0].due_ns)
        yield from self._chunks(spoken.chunks[1:])
        yield Nudge(("expire", self.name), max(now_ns, synthesis.free_ns) + _EXPIRES_NS)

    def _chunks(self, chunks: Sequence[Chunk]) -> Iterator[Instruction]:
        for index, sound in enumerate(chunks, 1):
            if index % _CHUNKS_OF_A_STEP == 0:
                yield Emit(Rest())
            yield Emit(Text(chunk(self.name, sound, self._flush_id), self.name), sound.due_ns)

    def _close(self, synthesis: Synthesis) -> Iterator[Instruction]:
        """END sounds; then the client is told, and the work is over."""
        yield from self._chunks(synthesis.finish())
        yield Emit(Text(done(self.name), self.name), synthesis.free_ns)
        yield Emit(Finish(self.name, "ok", self._told()), synthesis.free_ns)
        yield Nudge(("expire", self.name), synthesis.free_ns + _EXPIRES_NS)
        self._release()

    def _fall_silent(self) -> Iterator[Instruction]:
        yield Nudge(("text", self.name), None)
        yield Nudge(("expire", self.name), None)
        if self._synthesis is not None and self._speaks:
            self._synthesis.abandon()
            self._release()

    def _release(self) -> None:
        """Another context may have the mouth."""
        assert self._synthesis is not None
        self._speaks = False
        self._mouths.give_back(self._synthesis.mouth, self._first.speaker)

    def _told(self, until_ns: int | None = None) -> dict[str, str]:
        """What the journal says of it: all that was spoken, or what of it was sent by then."""
        if self._synthesis is None:
            return {"text_out": ""}
        spoken = self._synthesis.text if until_ns is None else self._synthesis.spoken(until_ns)
        return {"text_out": spoken}
