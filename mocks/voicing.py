"""What TTS providers share that voice one text for one HTTP request."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from functools import partial
from typing import Any, NamedTuple

from kernel.actor import Emit, Instruction
from kernel.fault import Arrival
from speech.mouth import Mouth
from speech.tones import Samples

from .synthesis import Chunk, Spoken, Synthesis
from .wire import Request
from .work import Admitted, Closed, Note, Opened
from .world import World


class Voiced(NamedTuple):
    """A whole text as sound, its END included, and when all of it has gone out."""

    spoken: Spoken
    chunks: list[Chunk]
    free_ns: int


class Voicing:
    """An endpoint: the text is looked at, admitted, voiced."""

    def __init__(self, request: Request, world: World) -> None:
        self._request, self._world = request, world
        self._synthesis: Synthesis | None = None

    def receive(self, message: Any, now_ns: int) -> Iterable[Instruction]:
        match message:
            case Opened():
                return self._open()
            case Admitted(_, arrival):
                return self._speak(arrival, now_ns)
            case Closed() if self._synthesis is not None:
                return [Emit(Note("", {"text_out": self._synthesis.spoken(now_ns)}))]
        return []

    def _open(self) -> Iterable[Instruction]:
        raise NotImplementedError

    def _speak(self, arrival: Arrival, now_ns: int) -> Iterable[Instruction]:
        raise NotImplementedError

    def _voice(
        self,
        text: str,
        mouth: Mouth,
        encode: Callable[[Samples], bytes],
        arrival: Arrival,
        now_ns: int,
    ) -> Generator[Instruction, None, Voiced]:
        """`voiced = yield from self._voice(…)`: with rests, and told to the journal."""
        self._synthesis = synthesis = Synthesis(
            mouth,
            self._world.utterance_identity(),
            encode,
            partial(self._world.between_ns, arrival),
        )
        spoken = yield from synthesis.saying(text, now_ns + self._world.first_ns(arrival))
        chunks = [*spoken.chunks, *synthesis.finish()]
        yield Emit(Note("", {"identity": synthesis.identity, "text_out": synthesis.text}))
        return Voiced(spoken, chunks, synthesis.free_ns)
