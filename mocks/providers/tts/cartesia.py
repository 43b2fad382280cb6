"""Cartesia's speech synthesis: `WS /tts/websocket` with its contexts, and `POST /tts/bytes`.

Source: docs.cartesia.ai, api-reference/tts and use-the-api/api-errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from kernel.actor import Emit, End, Instruction, Nudge, Nudged
from kernel.clock import SECOND_NS
from kernel.fault import Arrival, Stage

from ...provider import Route
from ...refusing import close_code, refused_upgrade, status_of
from ...synthesis import Mouths
from ...voicing import Voicing
from ...wire import NO_JSON, Binary, Body, Close, Head, Request, Text, Wire, uuid_of
from ...work import Admitted, Begin, Closed, Note, Opened, Refused
from ...world import World
from ._cartesia import (
    Generation,
    Problem,
    authorised,
    done,
    error_event,
    error_reply,
    generation,
    lasting,
    problem,
)
from ._context import Context

_IDLE_NS = 300 * SECOND_NS
_EXPIRED_KEPT = 1000


class Speaking:
    """One socket. What the provider counts is its contexts."""

    def __init__(self, request: Request, world: World) -> None:
        self._request, self._world = request, world
        self._id = uuid_of(world.seed, request.connection)
        self._mouths = Mouths()
        self._contexts: dict[str, Context] = {}
        self._expired_s: dict[str, float] = {}

    def receive(self, message: Any, now_ns: int) -> Iterable[Instruction]:
        match message:
            case Text(data):
                return [Nudge("idle", now_ns + _IDLE_NS), *self._told(data, now_ns)]
            case Nudged(key):
                return self._nudged(key, now_ns)
            case Admitted(""):
                head = Emit(Head(101, {"X-Request-ID": self._id}))
                return [head, Nudge("idle", now_ns + _IDLE_NS)]
            case Admitted(name, arrival):
                return self._contexts[name].admit(arrival, now_ns)
            case Refused(name):
                self._contexts.pop(name, None)
            case Binary():
                return self._decline("Send text frames that hold JSON.")
            case Closed():
                return [one for context in self._contexts.values() for one in context.leave(now_ns)]
            case Opened():
                return self._open()
        return []

    def _open(self) -> Iterable[Instruction]:
        if authorised(self._request):
            return [Emit(Begin(counted=False))]
        return _rejected(problem(401), self._request, self._id)

    def _nudged(self, key: Any, now_ns: int) -> Iterable[Instruction]:
        match key:
            case ("text", name):
                return self._contexts[name].ripen(now_ns)
            case ("expire", name):
                return self._expire(self._contexts[name])
        if self._contexts:
            return [Nudge("idle", now_ns + _IDLE_NS)]
        return [Emit(Close(1000, "connection idle timeout"))]

    def _told(self, data: str, now_ns: int) -> Iterable[Instruction]:
        fields = _parsed(data)
        name = fields.get("context_id")
        if not isinstance(name, str) or not name:
            return self._decline("context_id is missing or is no text.")
        if fields.get("cancel") is True:
            cancelled = self._contexts.pop(name, None)
            return cancelled.cancel(now_ns) if cancelled else []
        try:
            asked = generation(fields)
        except ValueError as error:
            return self._decline(str(error), name)
        if asked.output_format.container != "raw":
            return self._decline("output_format.container must be raw.", name)
        return self._input(asked, lasting(fields), now_ns)

    def _input(
        self, asked: Generation, fields: Mapping[str, Any], now_ns: int
    ) -> Iterable[Instruction]:
        name = asked.context_id
        context = self._contexts.get(name)
        ended = context is not None and context.closed
        if asked.transcript.strip():
            if ended:
                return self._decline(f"The context {name[:80]} has ended.", name)
            if context is None:
                # The service goes on with a context that has expired, late as it is.
                said_s = self._expired_s.pop(name, 0.0)
                context = Context(asked, fields, self._mouths, self._world, said_s)
                self._contexts[name] = context
            elif fields != context.fields:
                return self._changed(context)
        elif context is None:
            # Nothing was said in it and nothing will be: it is done without having begun.
            return [] if asked.continue_ else [Emit(Text(done(name)))]
        elif ended:
            return []
        return context.add(asked, now_ns)

    def _changed(self, context: Context) -> Iterator[Instruction]:
        told = "Only transcript and continue may change from one input of a context to the next."
        yield self._error(Problem.bad(told), context.name, context.name)
        yield from context.end("fail", status=400, reason="malformed")
        del self._contexts[context.name]

    def _expire(self, context: Context) -> Iterator[Instruction]:
        if context.closed:
            del self._contexts[context.name]
        elif not context.waits:
            yield from context.end("ok", reason="expired")
            del self._contexts[context.name]
            self._expired_s[context.name] = context.said_s
            if len(self._expired_s) > _EXPIRED_KEPT:
                del self._expired_s[next(iter(self._expired_s))]

    def _decline(self, told: str, name: str = "") -> Iterable[Instruction]:
        """What nothing can be begun with. The socket stays; the journal says so as it ends."""
        return [Emit(Note("", {"declined": told})), self._error(Problem.bad(told), name)]

    def _error(self, problem: Problem, name: str = "", work: str = "") -> Instruction:
        return Emit(Text(error_event(problem, self._request, self._id, name), work))


class Bytes(Voicing):
    """`POST /tts/bytes`: one utterance, raw or as a WAV file."""

    _asked: Generation

    def __init__(self, request: Request, world: World) -> None:
        super().__init__(request, world)
        self._id = uuid_of(world.seed, request.connection, request.body)

    def _open(self) -> Iterable[Instruction]:
        if not authorised(self._request):
            return _rejected(problem(401), self._request, self._id)
        try:
            self._asked = generation(_parsed(self._request.body))
        except ValueError as error:
            return _rejected(Problem.bad(str(error)), self._request, self._id)
        if not self._asked.transcript.strip():
            return _rejected(Problem.bad("transcript is empty."), self._request, self._id)
        return [Emit(Begin(data={"text_in": self._asked.transcript.strip()}))]

    def _speak(self, arrival: Arrival, now_ns: int) -> Iterator[Instruction]:
        asked, form = self._asked, self._asked.output_format
        mouth = Mouths().borrow(form.sample_rate, asked.speaker)
        _, chunks, _ = yield from self._voice(asked.transcript, mouth, form.encode, arrival, now_ns)
        headers = {"Content-Type": form.media_type, "X-Request-ID": self._id}
        yield Emit(Head(200, headers), chunks[0].due_ns)
        if header := form.header(sum(len(chunk.data) for chunk in chunks)):
            yield Emit(Body(header), chunks[0].due_ns)
        for chunk in chunks:
            yield Emit(Body(chunk.data), chunk.due_ns)
        yield End()


def _parsed(data: str | bytes) -> dict[str, Any]:
    """The fields of a message, none if it is no JSON object."""
    try:
        fields = msgspec.json.decode(data)
    except NO_JSON:
        return {}
    return fields if isinstance(fields, dict) else {}


def _rejected(problem: Problem, request: Request, id: str) -> Iterator[Instruction]:
    yield Emit(Note("", {"reason": problem.message}))
    for wire in error_reply(problem, request, id):
        yield Emit(wire)
    yield End()


class Cartesia:
    """Its plans limit how many contexts and requests speak at a time. On an open socket it says so
    in-band, of the context that is one too many; the socket stays."""

    name = "cartesia"
    stage: Stage = "tts"
    routes = (
        Route("WS", "/tts/websocket", Speaking, contexts=True),
        Route("POST", "/tts/bytes", Bytes),
    )

    def recognises(self, request: Request) -> bool:
        return bool(request.header("cartesia-version") or request.argument("cartesia_version"))

    def refuse(self, refused: Refused, request: Request) -> Iterable[Wire]:
        refusal, arrival = refused.refusal, refused.arrival
        why, id = problem(status_of(refusal)), uuid_of(arrival.span)
        if arrival.what == "context":
            return [Text(error_event(why, request, id, refused.work), refused.work)]
        reply = error_reply(why, request, id, refusal.retry_after_s)
        if arrival.what == "request":
            return reply
        return refused_upgrade(
            refusal,
            before=reply,
            opened=Head(101, {"X-Request-ID": id}),
            in_band=[Text(error_event(why, request, id))],
            close=Close(close_code(why.status), why.title),
        )

    def no_route(self, request: Request, status: int, told: str) -> tuple[Head, Body]:
        title = "Not found" if status == 404 else "Method not allowed"
        id = uuid_of(request.connection, request.path)
        return error_reply(Problem(status, title, told), request, id)


PROVIDER = Cartesia()
