"""Deepgram's streaming speech-to-text, `WS /v1/listen` (Nova).

Source: developers.deepgram.com, reference/speech-to-text/listen-streaming, and captures of the
live service: interims come about once a second of audio, also in silence; the last final of an
utterance has `speech_final`; `Metadata` is the last message before a clean close.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from kernel.actor import Emit, End, Instruction, Nudge, Nudged
from kernel.clock import MILLISECOND_NS, SECOND_NS
from kernel.fault import Arrival, Stage
from speech.events import Started, TextEvent

from ...dictation import Dictation, SpokenWord, Utterance
from ...provider import Route
from ...wire import Binary, Close, Head, Request, Text, Wire, json_text
from ...work import Admitted, Begin, Finish, Heard, Listen, Note, Opened, Refused
from ...world import World
from ._deepgram import (
    BadRequest,
    Parameters,
    error_text,
    metadata,
    refused_upgrade,
    request_id,
    results,
)

_TICK_NS = 250 * MILLISECOND_NS
_INTERIM_S = 1.0
# Words that come sooner trigger an agent's barge-in before its own voice-activity detector does.
_FIRST_INTERIM_S = 0.5
_BEHIND_S = 0.3
_FINALIZE_NS = 20 * MILLISECOND_NS
# How long an utterance without an end is held back for more of it.
_HOLD_NS = SECOND_NS
_TOO_QUIET_NS = 10 * SECOND_NS
_TOO_QUIET = (
    "Deepgram did not receive audio data or a text message within the timeout window. "
    "See https://dpgr.am/net0001"
)
_STATUSES = {"quota": 402, "too_large": 413, "malformed": 400, "overloaded": 503, "too_slow": 408}


class Listening:
    """One stream: sound in, results out. Each utterance is a piece of work, `u1`, `u2`, …"""

    def __init__(self, request: Request, world: World) -> None:
        self._request, self._world = request, world
        self._id = request_id(world.seed, request.connection, request.query)
        self._asked: Parameters
        self._said = Dictation()
        self._utterances = 0
        self._arrival: Arrival | None = None
        self._audio_s = self._final_s = self._interim_s = self._last_word_s = 0.0
        self._active_ns = 0

    def receive(self, message: Any, now_ns: int) -> Iterator[Instruction]:
        match message:
            case Heard(events, audio_s):
                if audio_s > self._audio_s:
                    self._audio_s, self._active_ns = audio_s, now_ns
                yield from self._hear(events, now_ns)
            case Nudged(key):
                yield from self._nudged(str(key), now_ns)
            case Text(data):
                self._active_ns = now_ns
                yield from self._told(data, now_ns)
            case Binary(b""):
                yield from self._close_stream(now_ns)
            case Opened():
                yield from self._open()
            case Admitted(""):
                yield from self._accept(now_ns)
            case Admitted(_, arrival):
                self._arrival = arrival

    def _open(self) -> Iterator[Instruction]:
        try:
            self._asked = Parameters.of(self._request)
        except BadRequest as problem:
            yield Emit(Note("", {"reason": str(problem)}))
            for wire in refused_upgrade(problem.status, str(problem), self._id):
                yield Emit(wire)
            yield End()
        else:
            yield Emit(Begin())

    def _accept(self, now_ns: int) -> Iterator[Instruction]:
        headers = {"dg-request-id": self._id}
        if self._request.header("sec-websocket-protocol"):
            headers["Sec-WebSocket-Protocol"] = "token"
        self._active_ns = now_ns
        yield Emit(Head(101, headers))
        yield Emit(Listen(self._asked.rate_hz, self._asked.encoding))
        yield Nudge("tick", now_ns + _TICK_NS)

    def _nudged(self, key: str, now_ns: int) -> Iterator[Instruction]:
        if key == "tick":
            yield from self._tick(now_ns)
        elif key == "final":
            yield from self._final(now_ns, speech_final=self._asked.endpointing_ms is not None)
        else:
            end = {"type": "UtteranceEnd", "channel": [0, 1]}
            yield Emit(Text(json_text({**end, "last_word_end": round(self._last_word_s, 3)})))

    def _hear(self, events: Iterable[TextEvent], now_ns: int) -> Iterator[Instruction]:
        for event in events:
            # Where somebody begins anew, what was held back must not run into it.
            for unfinished in self._said.take(event):
                yield from self._finish(unfinished, now_ns, speech_final=True)
            if isinstance(event, Started) and not event.echo:
                yield from self._begin(event.at_s)
        current = self._said.current
        if current is None or current.end_s is None:
            yield Nudge("final", None)
        else:
            yield Nudge("final", self._when(current.end_s, now_ns) + self._patience_ns(current))

    def _begin(self, at_s: float) -> Iterator[Instruction]:
        self._utterances += 1
        self._arrival = None
        yield Emit(Begin(f"u{self._utterances}", refusable=False))
        yield Nudge("utterance_end", None)
        if self._asked.vad_events:
            started = {"type": "SpeechStarted", "channel": [0, 1], "timestamp": round(at_s, 3)}
            yield Emit(Text(json_text(started)))

    def _when(self, audio_s: float, now_ns: int) -> int:
        """When this moment of the sound came in."""
        return now_ns - round((self._audio_s - audio_s) * SECOND_NS)

    def _patience_ns(self, utterance: Utterance) -> int:
        """From the end of the sound to its final: endpointing, then thinking."""
        settle_ns = (self._asked.endpointing_ms or 0) * MILLISECOND_NS
        if not utterance.verified:
            settle_ns = max(settle_ns, _HOLD_NS)
        return settle_ns + (self._world.first_ns(self._arrival) if self._arrival else 0)

    def _tick(self, now_ns: int) -> Iterator[Instruction]:
        if now_ns - self._active_ns >= _TOO_QUIET_NS:
            yield Emit(Text(metadata(self._id, self._audio_s)))
            yield Emit(Close(1011, _TOO_QUIET), now_ns + 25 * MILLISECOND_NS)
            return
        yield Nudge("tick", now_ns + _TICK_NS)
        if self._asked.interim_results:
            yield from self._interim()

    def _interim(self) -> Iterator[Instruction]:
        current = self._said.current
        due_s = self._interim_s + _INTERIM_S
        if current is not None and current.start_s >= self._interim_s:
            due_s = min(due_s, current.start_s + _FIRST_INTERIM_S)
        if self._audio_s < due_s:
            return
        self._interim_s = self._audio_s
        words: list[SpokenWord] = []
        if current is not None and self._audio_s >= current.start_s + _FIRST_INTERIM_S:
            words = current.whole_words(self._audio_s - _BEHIND_S)
        yield Emit(Text(self._results(words), f"u{self._utterances}" if words else ""))

    def _final(
        self, now_ns: int, *, speech_final: bool, from_finalize: bool = False
    ) -> Iterator[Instruction]:
        utterance = self._said.release()
        if utterance is not None:
            yield from self._finish(
                utterance, now_ns, speech_final=speech_final, from_finalize=from_finalize
            )
        elif from_finalize:
            empty = self._results([], is_final=True, from_finalize=True)
            yield Emit(Text(empty), now_ns + _FINALIZE_NS)

    def _finish(
        self, utterance: Utterance, now_ns: int, *, speech_final: bool, from_finalize: bool = False
    ) -> Iterator[Instruction]:
        """The last result of an utterance, and the end of the work on it."""
        work = f"u{self._utterances}"
        due_ns = now_ns + (_FINALIZE_NS if from_finalize else 0)
        told = self._results(
            utterance.words, is_final=True, speech_final=speech_final, from_finalize=from_finalize
        )
        yield Nudge("final", None)
        yield Emit(Text(told, work), due_ns)
        yield Emit(Finish(work, data=self._journal(utterance, now_ns)), due_ns)
        if utterance.words:
            self._last_word_s = utterance.words[-1].end_s
        if self._asked.utterance_end_ms is not None:
            gap_ns = self._asked.utterance_end_ms * MILLISECOND_NS
            yield Nudge(
                "utterance_end", max(now_ns, self._when(self._last_word_s, now_ns) + gap_ns)
            )

    def _journal(self, utterance: Utterance, now_ns: int) -> dict[str, Any]:
        data: dict[str, Any] = {"text_out": utterance.text}
        if utterance.identity is not None:
            data["identity"] = utterance.identity
        if utterance.end_s is not None:
            data["asked_at_ns"] = self._when(utterance.end_s, now_ns)
        return data

    def _results(
        self,
        words: Iterable[SpokenWord],
        *,
        is_final: bool = False,
        speech_final: bool = False,
        from_finalize: bool = False,
    ) -> str:
        start_s = self._final_s
        if is_final:
            self._final_s = self._audio_s
        return results(
            words, id=self._id, start_s=start_s, until_s=self._audio_s,
            punctuated=self._asked.punctuated, is_final=is_final, speech_final=speech_final,
            from_finalize=from_finalize,
        )  # fmt: skip

    def _told(self, data: str, now_ns: int) -> Iterator[Instruction]:
        match _parsed(data):
            case {"type": "KeepAlive"}:
                return
            case {"type": "Finalize"}:
                yield from self._final(now_ns, speech_final=True, from_finalize=True)
            case {"type": "CloseStream"}:
                yield from self._close_stream(now_ns)
            case {"type": "Configure", **asked}:
                success = {"type": "ConfigureSuccess", "request_id": self._id}
                terms = asked.get("keyterms", [])
                yield Emit(Text(json_text({**success, "keyterms": terms})))
            case _:
                error = {"type": "Error", "variant": "SchemaError", "message": data[:1000]}
                why = {"description": "could not parse client message"}
                yield Emit(Text(json_text({**error, **why})))

    def _close_stream(self, now_ns: int) -> Iterator[Instruction]:
        yield from self._final(now_ns, speech_final=False)
        yield Nudge("tick", None)
        yield Emit(Text(metadata(self._id, self._audio_s)), now_ns + _FINALIZE_NS)
        yield Emit(Close(1000), now_ns + _FINALIZE_NS)


def _parsed(data: str) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None


class Deepgram:
    """Its plans limit concurrent streams: one too many is refused before the upgrade."""

    name = "deepgram"
    stage: Stage = "stt"
    routes = (Route("WS", "/v1/listen", Listening),)

    def recognises(self, request: Request) -> bool:
        return bool(request.credential("Token"))

    def refuse(self, refused: Refused, request: Request) -> Iterable[Wire]:
        refusal = refused.refusal
        status = refusal.status or _STATUSES.get(refusal.reason, 429)
        text, id = error_text(status), request_id(refused.arrival.span)
        if refusal.where in (None, "before"):
            return refused_upgrade(status, text, id, refusal.retry_after_s)
        opened = Head(101, {"dg-request-id": id})
        if refusal.where == "after":
            return [opened, Close(1008 if status < 500 else 1011, text)]
        error = {"type": "Error", "variant": "Refused", "description": text, "message": text}
        return [opened, Text(json_text(error)), Close(1011, text)]


PROVIDER = Deepgram()
