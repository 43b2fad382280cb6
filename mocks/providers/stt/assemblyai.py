"""AssemblyAI's streaming speech-to-text: `WS /v3/ws`, and `GET /v3/token`.

Source: assemblyai.com/docs/streaming, its pages on message sequence, turn detection, rate limits,
temporary tokens and common session errors. Undocumented, and chosen here: the code of a session
that ends by `inactivity_timeout`, how much faster than real time sound may come, and that the last
frame may be shorter than 50 ms, because Pipecat and LiveKit flush such a rest before they leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kernel.actor import Emit, Instruction, Nudge, Nudged
from kernel.clock import SECOND_NS
from kernel.fault import Stage
from speech.events import Cut, Ended, TextEvent

from ...dictation import Dictation, SpokenWord, Utterance
from ...hearing import TICK_NS
from ...provider import Route
from ...wire import Binary, Body, Close, Head, Request, Text, Wire, json_reply
from ...work import Admitted, Begin, Closed, Finish, Heard, Listen, Note, Opened, Refused, Sound
from ...world import World
from ._assemblyai import (
    CANCELLED,
    EXPIRED,
    INVALID,
    WRONG_SIZE,
    Failure,
    begin,
    failure_of,
    parsed,
    refused_reply,
    speech_started,
    termination,
)
from ._assemblyai_session import Parameters
from ._assemblyai_token import Token, session_s
from ._assemblyai_turns import DONE, Turns, end_of_turn_confidence

_SHORTEST_MS, _LONGEST_MS = 50, 1000
_AHEAD_S = 10.0


class Listening:
    """One session: sound in, turns out. Each utterance is a piece of work, `u1`, `u2`, …"""

    _asked: Parameters

    def __init__(self, request: Request, world: World) -> None:
        self._request, self._world = request, world
        self._said, self._turns = Dictation(), Turns()
        self._utterances = 0
        # Of the current utterance: when it began and was over, and how long its transcript takes.
        self._begun_ns = self._over_ns = self._first_ns = 0
        self._opened_ns = self._audio_ns = 0
        self._session_s = self._received = 0
        self._short_ms: float | None = None
        self._open = self._over = False

    def receive(self, message: Any, now_ns: int) -> Iterable[Instruction]:
        if self._over:
            return []
        try:
            return list(self._answer(message, now_ns))
        except Failure as failure:
            return list(self._fail(failure))

    def _answer(self, message: Any, now_ns: int) -> Iterable[Instruction]:
        match message:
            case Binary(data):
                return self._listen(data, now_ns)
            case Heard(events):
                return self._hear(events, now_ns)
            case Nudged(key):
                return self._nudged(key, now_ns)
            case Text(data):
                return self._told(data, now_ns)
            case Opened():
                self._session_s = session_s(self._request, self._world, now_ns)
                self._asked = Parameters.of(self._request)
                return [Emit(Begin())]
            case Admitted(""):
                return self._accept(now_ns)
            case Admitted(work, arrival) if work == self._work:
                self._first_ns = self._world.first_ns(arrival)
                return self._await_end()
            case Closed() if (current := self._said.current) is not None:
                # The journal alone learns what was understood by then.
                return [Emit(Note(self._work, current.known))]
        return []

    @property
    def _work(self) -> str:
        return f"u{self._utterances}"

    @property
    def _audio_s(self) -> float:
        """Length of the sound received."""
        return self._received / (self._asked.sample_rate * self._asked.sound.sample_bytes)

    def _fail(self, failure: Failure) -> Iterator[Instruction]:
        self._over = True
        yield Emit(Note("", {"reason": str(failure)}))
        if not self._open:
            # A session that may not begin opens all the same: the refusal comes after the upgrade.
            yield Emit(Head(101))
            yield Emit(Finish("", "fail"))
        for wire in failure.wires:
            yield Emit(wire)

    def _accept(self, now_ns: int) -> Iterator[Instruction]:
        self._open = True
        self._opened_ns = self._audio_ns = now_ns
        names = (self._world.seed, self._world.serial())
        expires_s = self._world.wall_s(now_ns) + self._session_s
        yield Emit(Head(101))
        yield Emit(Text(begin(*names, expires_s=expires_s, asked=self._asked)))
        yield Emit(Listen(self._asked.sample_rate, self._asked.sound, sifted=True))
        yield Nudge("expiry", now_ns + self._session_s * SECOND_NS)
        yield from self._active(now_ns)

    def _active(self, now_ns: int) -> Iterator[Instruction]:
        idle_s = self._asked.inactivity_timeout
        if idle_s is not None:
            yield Nudge("inactivity", now_ns + idle_s * SECOND_NS)

    def _listen(self, data: bytes, now_ns: int) -> Iterator[Instruction]:
        if self._short_ms is not None:
            raise _violation(self._short_ms)
        before_s = self._audio_s
        self._received += len(data)
        self._audio_ns = now_ns
        frame_ms = round((self._audio_s - before_s) * 1000, 3)
        if frame_ms > _LONGEST_MS:
            raise _violation(frame_ms)
        if frame_ms < _SHORTEST_MS:
            self._short_ms = frame_ms
        open_s = (now_ns - self._opened_ns) / SECOND_NS
        if self._audio_s > open_s + _AHEAD_S:
            told = f"Received {self._audio_s:.1f} sec. audio in {open_s:.1f} sec"
            raise Failure(WRONG_SIZE, f"Audio Transmission Rate Exceeded: {told}")
        yield Emit(Sound(data))
        yield from self._active(now_ns)
        yield from self._partial()

    def _told(self, data: str, now_ns: int) -> Iterator[Instruction]:
        match message := parsed(data):
            case {"type": "ForceEndpoint"}:
                # What has arrived is heard within a tick of the ear.
                yield Nudge("force", now_ns + TICK_NS)
            case {"type": "Terminate"}:
                yield Nudge("terminate", now_ns + TICK_NS)
            case {"type": "UpdateConfiguration"}:
                self._asked = self._asked.changed(message)
                yield from self._await_end()
            case {"type": str(kind)} if kind != "KeepAlive":
                raise Failure(INVALID, f"Invalid Message Type: {kind[:40]}")
        yield from self._active(now_ns)

    def _nudged(self, key: Any, now_ns: int) -> Iterable[Instruction]:
        match key:
            case "force" | "terminate" if self._thinks_until_ns > now_ns:
                return [Nudge(key, self._thinks_until_ns)]
            case "force":
                return self._force()
            case "terminate":
                return self._terminate(now_ns)
            case "pause":
                return self._pause()
            case "end":
                return self._end()
            case "inactivity":
                raise Failure(CANCELLED, "Session Cancelled: Inactivity timeout exceeded")
        raise Failure(EXPIRED, "Session Expired: Maximum session duration exceeded")

    def _hear(self, events: Iterable[TextEvent], now_ns: int) -> Iterator[Instruction]:
        for event in events:
            before = self._said.current
            # Where somebody begins anew, what was held back must not run into it.
            if (unfinished := self._said.take(event)) is not None:
                yield from self._conclude(unfinished)
            current = self._said.current
            if current is not None and current is not before:
                yield from self._begin(current, now_ns)
            # An echo ends too, which is no end of what the caller said.
            if isinstance(event, Ended | Cut) and current and current.end_s == event.at_s:
                late_s = self._audio_s - event.at_s
                self._over_ns = max(self._begun_ns, self._audio_ns - round(late_s * SECOND_NS))
        if events:
            yield from self._await_end()
            yield from self._partial()

    def _begin(self, utterance: Utterance, now_ns: int) -> Iterator[Instruction]:
        self._utterances += 1
        self._begun_ns, self._first_ns = now_ns, 0
        self._turns.begin(utterance.start_s, self._asked)
        yield Emit(Begin(self._work, counted=False, refusable=False))
        if self._asked.pro:
            yield Emit(Text(speech_started(utterance.start_s)))

    @property
    def _thinks_until_ns(self) -> int:
        """When the transcript of what was said last can be had, if it is over."""
        current = self._said.current
        over = current is not None and current.end_s is not None
        return self._over_ns + self._first_ns if over else 0

    def _await_end(self) -> Iterator[Instruction]:
        """A turn ends after silence and thinking, both from the end of the sound."""
        current, pause_ns, end_ns = self._said.current, None, None
        if current is None or current.end_s is None:
            self._turns.paused = False
        else:
            silence_ns = self._asked.silence_ns(end_of_turn_confidence(current))
            end_ns = self._thinks_until_ns + silence_ns
            if silence_ns > self._asked.pause_ns and not self._turns.paused:
                pause_ns = self._thinks_until_ns + self._asked.pause_ns
        yield Nudge("pause", pause_ns)
        yield Nudge("end", end_ns)

    def _partial(self) -> Iterator[Instruction]:
        if (current := self._said.current) is not None:
            yield from self._say(self._turns.partial(current, self._audio_s, self._asked))

    def _pause(self) -> Iterator[Instruction]:
        if (current := self._said.current) is not None:
            yield from self._say(self._turns.pause(current, self._audio_s, self._asked))

    def _end(self) -> Iterator[Instruction]:
        if (utterance := self._said.release()) is not None:
            yield from self._conclude(utterance)

    def _force(self) -> Iterator[Instruction]:
        """End the turn now; of an utterance that still sounds, what is whole of it."""
        current = self._said.current
        if current is None or current.end_s is not None:
            yield from self._end()
        elif words := current.tell():
            yield from self._end_turn(words, DONE)
            self._turns.begin(self._audio_s, self._asked)

    def _conclude(self, utterance: Utterance) -> Iterator[Instruction]:
        """The end of an utterance, of its turn, and of the work on it."""
        data = utterance.known
        if utterance.end_s is not None:
            data["asked_at_ns"] = self._over_ns
        yield Nudge("pause", None)
        yield Nudge("end", None)
        if words := utterance.tell():
            yield from self._end_turn(words, end_of_turn_confidence(utterance))
        yield Emit(Finish(self._work, data=data))

    def _end_turn(self, words: Sequence[SpokenWord], confidence: float) -> Iterator[Instruction]:
        return self._say(self._turns.end(words, confidence, self._asked))

    def _say(self, messages: Iterable[str]) -> Iterator[Instruction]:
        return (Emit(Text(message, self._work)) for message in messages)

    def _terminate(self, now_ns: int) -> Iterator[Instruction]:
        # On the same way out as the last turn, which is not overtaken even where it is late.
        work = self._work if self._said.current is not None else ""
        yield from self._end()
        self._over = True
        lasted_s = (now_ns - self._opened_ns) / SECOND_NS
        yield Emit(Text(termination(self._audio_s, lasted_s), work))
        yield Emit(Close(1000, work=work))


def _violation(frame_ms: float) -> Failure:
    told = f"{frame_ms:g} ms. Expected between {_SHORTEST_MS} and {_LONGEST_MS} ms"
    return Failure(WRONG_SIZE, f"Input duration violation: {told}")


class AssemblyAI:
    """Its plans limit new sessions per minute; a session too many opens, and is closed again."""

    name = "assemblyai"
    stage: Stage = "stt"
    routes = (Route("WS", "/v3/ws", Listening), Route("GET", "/v3/token", Token))

    def recognises(self, request: Request) -> bool:
        """Its keys come without a scheme."""
        key = request.header("authorization")
        return bool(request.argument("token") or (key and " " not in key))

    def refuse(self, refused: Refused, request: Request) -> Iterable[Wire]:
        refusal = refused.refusal
        if refusal.where == "before" or not request.upgrades:
            return refused_reply(refusal)
        error, close = failure_of(refusal).wires
        return [Head(101), close] if refusal.where == "after" else [Head(101), error, close]

    def no_route(self, request: Request, status: int, told: str) -> tuple[Head, Body]:
        return json_reply(status, {"error": told})


PROVIDER = AssemblyAI()
