"""Deepgram's streaming speech-to-text, `WS /v1/listen` (Nova).

Source: developers.deepgram.com, reference/speech-to-text/listen-streaming, and captures of the
live service: `Metadata` is the last message before a close.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kernel.actor import Emit, End, Instruction, Nudge, Nudged
from kernel.clock import MILLISECOND_NS, SECOND_NS
from kernel.fault import Stage

from ...hearing import TICK_NS
from ...provider import Route
from ...refusing import close_code, refused_upgrade, status_of
from ...wire import Binary, Body, Close, Head, Request, Text, Wire, uuid_of
from ...work import Admitted, Begin, Closed, Heard, Listen, Note, Opened, Refused
from ...world import World
from ._deepgram import (
    TOO_QUIET,
    UNREADABLE,
    BadRequest,
    Parameters,
    configured,
    error_message,
    error_reply,
    error_text,
    metadata,
    parsed,
)
from ._transcription import Transcription

_FIRST_TICK_NS = SECOND_NS
_TOO_QUIET_NS = 10 * SECOND_NS
_LAST_WORD_NS = 25 * MILLISECOND_NS


class Listening:
    """One stream: sound in, results out."""

    _asked: Parameters
    _transcription: Transcription

    def __init__(self, request: Request, world: World) -> None:
        self._request, self._world = request, world
        self._id = uuid_of(world.seed, request.connection, request.query)
        self._opened_ns = self._active_ns = 0
        self._accepted = self._closing = False

    def receive(self, message: Any, now_ns: int) -> Iterable[Instruction]:
        match message:
            case Heard(events, audio_s):
                if audio_s > self._transcription.audio_s:
                    self._active_ns = now_ns
                return self._transcription.hear(events, audio_s, now_ns)
            case Nudged(key):
                return self._nudged(key, now_ns)
            case Text(data) if not self._closing:
                return self._told(data, now_ns)
            case Binary(b"") if not self._closing:
                return self._close_stream(now_ns)
            case Opened():
                return self._open()
            case Admitted(""):
                return self._accept(now_ns)
            case Admitted(work, arrival):
                return self._transcription.admit(arrival, work)
            case Closed() if self._accepted:
                return self._transcription.left()
        return []

    def _open(self) -> Iterator[Instruction]:
        try:
            self._asked = Parameters.of(self._request)
        except BadRequest as problem:
            yield Emit(Note("", {"reason": str(problem)}))
            for wire in error_reply(problem.status, str(problem), self._id):
                yield Emit(wire)
            yield End()
        else:
            yield Emit(Begin())

    def _accept(self, now_ns: int) -> Iterator[Instruction]:
        headers = {"dg-request-id": self._id}
        if self._request.header("sec-websocket-protocol"):
            headers["Sec-WebSocket-Protocol"] = "token"
        self._accepted = True
        self._opened_ns = self._active_ns = now_ns
        self._transcription = Transcription(self._asked, self._id, self._world)
        yield Emit(Head(101, headers))
        yield Emit(Listen(self._asked.rate_hz, self._asked.encoding))
        yield Nudge("tick", now_ns + _FIRST_TICK_NS)

    def _told(self, data: str, now_ns: int) -> Iterable[Instruction]:
        # Words keep a stream open that has had sound, but none that never had any.
        if self._transcription.audio_s:
            self._active_ns = now_ns
        match parsed(data):
            case {"type": "KeepAlive"}:
                return []
            case {"type": "Finalize"}:
                # What has arrived is heard within a tick of the ear.
                return [Nudge("finalize", now_ns + TICK_NS)]
            case {"type": "CloseStream"}:
                return self._close_stream(now_ns)
            case {"type": "Configure"} as asked:
                return [Emit(Text(configured(self._id, asked)))]
        return [Emit(Text(error_message("SchemaError", UNREADABLE, data)))]

    def _close_stream(self, now_ns: int) -> list[Instruction]:
        self._closing = True
        return [Nudge("tick", None), Nudge("close", now_ns + TICK_NS)]

    def _nudged(self, key: Any, now_ns: int) -> Iterable[Instruction]:
        transcription = self._transcription
        match key:
            case "tick":
                return self._tick(now_ns)
            case "final":
                return transcription.final(now_ns)
            case "finalize" | "close" if transcription.thinks_until_ns > now_ns:
                return [Nudge(key, transcription.thinks_until_ns)]
            case "finalize":
                return transcription.finalize(now_ns)
            case "close":
                return self._close(Close(1000), now_ns)
        return [transcription.utterance_end()]

    def _tick(self, now_ns: int) -> Iterator[Instruction]:
        if now_ns - self._active_ns >= _TOO_QUIET_NS:
            yield from self._close(Close(1011, TOO_QUIET), now_ns)
            return
        yield from self._transcription.running()
        yield Nudge("tick", self._transcription.next_ns(now_ns))

    def _close(self, close: Close, now_ns: int) -> Iterator[Instruction]:
        yield from self._transcription.close(now_ns)
        self._closing = True
        created_s = self._world.wall_s(self._opened_ns)
        yield Emit(Text(metadata(self._id, self._transcription.audio_s, created_s)))
        yield Emit(close, now_ns + _LAST_WORD_NS)


class Deepgram:
    """Its plans limit concurrent streams: one too many is refused before the upgrade."""

    name = "deepgram"
    stage: Stage = "stt"
    routes = (Route("WS", "/v1/listen", Listening),)

    def recognises(self, request: Request) -> bool:
        return bool(request.credential("Token"))

    def refuse(self, refused: Refused, request: Request) -> Iterable[Wire]:
        refusal, id = refused.refusal, uuid_of(refused.arrival.span)
        status = status_of(refusal)
        text = error_text(status)
        return refused_upgrade(
            refusal,
            before=error_reply(status, text, id, refusal.retry_after_s),
            opened=Head(101, {"dg-request-id": id}),
            in_band=[Text(error_message("Refused", text, text))],
            close=Close(close_code(status), text),
        )

    def no_route(self, request: Request, status: int, told: str) -> tuple[Head, Body]:
        return error_reply(status, told, uuid_of(request.connection, request.path))


PROVIDER = Deepgram()
