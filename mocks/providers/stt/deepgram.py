"""Deepgram's streaming speech-to-text, `WS /v1/listen` (Nova).

Source: developers.deepgram.com, reference/speech-to-text/listen-streaming, and captures of the
live service: interims come about once a second of audio, also in silence; the last final of an
utterance has `speech_final`; `Metadata` is the last message before a close.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kernel.actor import Emit, End, Instruction, Nudge, Nudged
from kernel.clock import MILLISECOND_NS, SECOND_NS
from kernel.fault import Stage
from speech.events import Cut, Ended, TextEvent

from ...dictation import Dictation, SpokenWord, Utterance
from ...hearing import TICK_NS
from ...provider import Route
from ...refusing import close_code, refused_upgrade, status_of
from ...wire import Binary, Close, Head, Request, Text, Wire, uuid_of
from ...work import Admitted, Begin, Finish, Heard, Listen, Note, Opened, Refused
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
    results,
    speech_started,
    utterance_end,
)

_INTERIM_S = 1.0
# Words that come sooner trigger an agent's barge-in before its own voice-activity detector does.
_FIRST_WORDS_S = 0.5
_BEHIND_S = 0.3
_TICK_NS = SECOND_NS
_SHORTEST_TICK_NS, _STALLED_TICK_NS = 40 * MILLISECOND_NS, 250 * MILLISECOND_NS
# How long an utterance without an end is held back for more of it.
_HOLD_NS = SECOND_NS
_TOO_QUIET_NS = 10 * SECOND_NS
_LAST_WORD_NS = 25 * MILLISECOND_NS


class Listening:
    """One stream: sound in, results out. Each utterance is a piece of work, `u1`, `u2`, …"""

    _asked: Parameters

    def __init__(self, request: Request, world: World) -> None:
        self._request, self._world = request, world
        self._id = uuid_of(world.seed, request.connection, request.query)
        self._said = Dictation()
        self._utterances = 0
        # Of the current utterance: when it began and was over, and how long its final takes.
        self._begun_ns = self._over_ns = self._first_ns = 0
        self._opened_ns = self._active_ns = self._audio_ns = 0
        self._audio_s = self._final_s = self._last_word_s = 0.0
        self._interim_s = _INTERIM_S
        self._closing = False

    def receive(self, message: Any, now_ns: int) -> Iterable[Instruction]:
        match message:
            case Heard(events, audio_s):
                return self._hear(events, audio_s, now_ns)
            case Nudged(key):
                return self._nudged(key, now_ns)
            case Text() | Binary() if self._closing:
                return []
            case Text(data):
                self._active_ns = now_ns
                return self._told(data, now_ns)
            case Binary(b""):
                return self._close_stream(now_ns)
            case Opened():
                return self._open()
            case Admitted(""):
                return self._accept(now_ns)
            case Admitted(work, arrival) if work == self._work:
                self._first_ns = self._world.first_ns(arrival)
                return [self._await_final()]
        return []

    @property
    def _work(self) -> str:
        return f"u{self._utterances}"

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
        self._opened_ns = self._active_ns = now_ns
        yield Emit(Head(101, headers))
        yield Emit(Listen(self._asked.rate_hz, self._asked.encoding))
        yield Nudge("tick", now_ns + _TICK_NS)

    def _told(self, data: str, now_ns: int) -> Iterable[Instruction]:
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
        match key:
            case "tick":
                return self._tick(now_ns)
            case "final":
                return self._final(now_ns)
            case "finalize" | "close" if self._thinks_until_ns > now_ns:
                return [Nudge(key, self._thinks_until_ns)]
            case "finalize":
                return self._finalize(now_ns)
            case "close":
                return self._close(Close(1000), now_ns)
        return [Emit(Text(utterance_end(self._last_word_s)))]

    def _hear(
        self, events: Iterable[TextEvent], audio_s: float, now_ns: int
    ) -> Iterator[Instruction]:
        if audio_s > self._audio_s:
            self._audio_s, self._audio_ns, self._active_ns = audio_s, now_ns, now_ns
        for event in events:
            before = self._said.current
            # Where somebody begins anew, what was held back must not run into it.
            if (unfinished := self._said.take(event)) is not None:
                yield from self._conclude(unfinished, now_ns, speech_final=True)
            current = self._said.current
            if current is not None and current is not before:
                yield from self._begin(current, now_ns)
            # An echo ends too, which is no end of what the caller said.
            if isinstance(event, Ended | Cut) and current and current.end_s == event.at_s:
                self._over_ns = max(self._begun_ns, self._when_ns(event.at_s))
        if events:
            yield self._await_final()

    def _begin(self, utterance: Utterance, now_ns: int) -> Iterator[Instruction]:
        self._utterances += 1
        self._begun_ns, self._first_ns = now_ns, 0
        yield Emit(Begin(self._work, refusable=False))
        yield Nudge("utterance_end", None)
        if self._asked.vad_events:
            yield Emit(Text(speech_started(utterance.start_s)))

    def _when_ns(self, audio_s: float) -> int:
        """When this moment of the sound came in."""
        return self._audio_ns - round((self._audio_s - audio_s) * SECOND_NS)

    @property
    def _thinks_until_ns(self) -> int:
        """When the transcript of what was said last can be had, if it is over."""
        current = self._said.current
        over = current is not None and current.end_s is not None
        return self._over_ns + self._first_ns if over else 0

    def _await_final(self) -> Instruction:
        """The final comes after endpointing and thinking, both from the end of the sound."""
        current = self._said.current
        if current is None or current.end_s is None:
            return Nudge("final", None)
        settle_ns = (self._asked.endpointing_ms or 0) * MILLISECOND_NS
        if not current.ended:
            settle_ns = max(settle_ns, _HOLD_NS)
        return Nudge("final", self._thinks_until_ns + settle_ns)

    def _tick(self, now_ns: int) -> Iterator[Instruction]:
        if now_ns - self._active_ns >= _TOO_QUIET_NS:
            yield from self._close(Close(1011, TOO_QUIET), now_ns)
            return
        wait_ns = _TICK_NS
        if self._asked.interim_results:
            if self._audio_s >= self._interim_s:
                self._interim_s = math.floor(self._audio_s / _INTERIM_S + 1) * _INTERIM_S
                yield self._interim()
            comes_ns = self._audio_ns + round((self._interim_s - self._audio_s) * SECOND_NS)
            late = comes_ns <= now_ns
            wait_ns = _STALLED_TICK_NS if late else max(comes_ns - now_ns, _SHORTEST_TICK_NS)
        yield Nudge("tick", now_ns + wait_ns)

    def _interim(self) -> Instruction:
        current = self._said.current
        words: Sequence[SpokenWord] = ()
        if current is not None and self._audio_s >= current.start_s + _FIRST_WORDS_S:
            words = current.untold(self._audio_s - _BEHIND_S)
        return Emit(Text(self._results(words), self._work if words else ""))

    def _final(self, now_ns: int) -> Iterator[Instruction]:
        if (utterance := self._said.release()) is not None:
            endpointing = self._asked.endpointing_ms is not None
            yield from self._conclude(utterance, now_ns, speech_final=endpointing)

    def _finalize(self, now_ns: int) -> Iterator[Instruction]:
        """All that was heard, now; an utterance that still sounds goes on after it."""
        current = self._said.current
        if current is not None and current.end_s is not None:
            self._said.release()
            yield from self._conclude(current, now_ns, speech_final=True, from_finalize=True)
            return
        words = current.tell() if current is not None else ()
        told = self._results(words, is_final=True, from_finalize=True)
        yield Emit(Text(told, self._work if words else ""))

    def _conclude(
        self, utterance: Utterance, now_ns: int, *, speech_final: bool, from_finalize: bool = False
    ) -> Iterator[Instruction]:
        """The last result of an utterance, and the end of the work on it."""
        told = self._results(
            utterance.tell(), is_final=True, speech_final=speech_final, from_finalize=from_finalize
        )
        data: dict[str, Any] = {"text_out": utterance.text}
        if utterance.identity is not None:
            data["identity"] = utterance.identity
        if utterance.end_s is not None:
            data["asked_at_ns"] = self._over_ns
        yield Nudge("final", None)
        yield Emit(Text(told, self._work))
        yield Emit(Finish(self._work, data=data))
        if utterance.words and self._asked.utterance_end_ms is not None:
            self._last_word_s = utterance.words[-1].end_s
            gap_ns = self._asked.utterance_end_ms * MILLISECOND_NS
            yield Nudge("utterance_end", max(now_ns, self._when_ns(self._last_word_s) + gap_ns))

    def _close(self, close: Close, now_ns: int) -> Iterator[Instruction]:
        if (utterance := self._said.release()) is not None:
            yield from self._conclude(utterance, now_ns, speech_final=False)
        self._closing = True
        created_s = self._world.wall_s(self._opened_ns)
        yield Emit(Text(metadata(self._id, self._audio_s, created_s)))
        yield Emit(close, now_ns + _LAST_WORD_NS)

    def _results(self, words: Iterable[SpokenWord], **flags: bool) -> str:
        start_s = self._final_s
        if flags.get("is_final"):
            self._final_s = self._audio_s
        return results(
            words,
            id=self._id,
            start_s=start_s,
            until_s=self._audio_s,
            punctuated=self._asked.punctuated,
            **flags,
        )


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


PROVIDER = Deepgram()
