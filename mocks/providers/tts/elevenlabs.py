"""ElevenLabs' speech synthesis: sockets with one context or several, and requests over HTTP.

Source: elevenlabs.io/docs, api-reference/text-to-speech and websockets; errors as the service is
seen to send them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from kernel.actor import Emit, End, Instruction, Nudge, Nudged
from kernel.clock import SECOND_NS
from kernel.fault import Stage

from ...provider import Route
from ...synthesis import Mouths
from ...wire import Binary, Body, Close, Head, Request, Text, Wire, id_of, json_reply
from ...work import Admitted, Begin, Closed, Note, Opened, Refused
from ...world import World
from ._elevenlabs import Message, authorised, form_of, message_of, timeout_s
from ._elevenlabs_context import Context, Input, Manner
from ._elevenlabs_errors import (
    LATE_SETTINGS,
    NO_KEY_ON_SOCKET,
    TOO_MANY_CONTEXTS,
    UNREADABLE,
    UNSUPPORTED_FORMAT,
    Problem,
    close_reason,
    error_frame,
    error_reply,
    problem,
    timeout_problem,
)
from ._elevenlabs_http import Models, Speech, Voices

_log = logging.getLogger(__name__)

_MAX_CONTEXTS = 5


class Speaking:
    """One socket. What the provider counts is the utterances that it makes on it.

    A context keeps its place among those that a socket may have until its last sound is out.
    """

    def __init__(self, request: Request, world: World) -> None:
        self._request, self._world = request, world
        self._id = id_of("", world.seed, request.connection, request.path)
        self._timeout_s = timeout_s(request)
        self._authorised = authorised(request)
        self._mouths = Mouths()
        self._manner: Manner
        self._contexts: dict[int, Context] = {}
        self._named: dict[str, Context] = {}
        self._opened = 0
        self._closing = False

    def receive(self, message: Any, now_ns: int) -> Iterable[Instruction]:
        match message:
            case Text(data):
                return self._told(data, now_ns)
            case Nudged(key):
                return self._nudged(key, now_ns)
            case Admitted(""):
                return [Emit(Head(101, {"request-id": self._id})), self._awake(now_ns)]
            case Admitted(work, arrival):
                return self._of(work).admit(arrival, now_ns)
            case Refused(work) if work:
                return self._refused(self._of(work), now_ns)
            case Binary():
                return self._fail(UNREADABLE, now_ns)
            case Closed():
                return self._leave(now_ns)
            case Opened():
                return self._open()
        return []

    def _open(self) -> Iterator[Instruction]:
        try:
            form = form_of(self._request)
        except ValueError as error:
            _log.warning("%s", error)
            yield Emit(Note("", {"reason": str(error)}))
            for wire in error_reply(UNSUPPORTED_FORMAT.saying(str(error)), self._id):
                yield Emit(wire)
            yield End()
            return
        auto = self._request.argument("auto_mode").lower() == "true"
        self._manner = Manner(form, self._request.params.get("voice_id", ""), auto)
        yield Emit(Begin(counted=False))

    def _told(self, data: str, now_ns: int) -> Iterator[Instruction]:
        try:
            said, has_key = message_of(data)
        except ValueError:
            yield from self._fail(UNREADABLE, now_ns)
            return
        self._authorised |= has_key
        if not self._authorised:
            yield from self._fail(NO_KEY_ON_SOCKET, now_ns)
            return
        if not self._closing:
            yield self._awake(now_ns)
            yield from self._heed(said, now_ns)

    def _heed(self, said: Message, now_ns: int) -> Iterator[Instruction]:
        """Several contexts by name; without one a message is of the one that has none."""
        name = said.context_id or ""
        if said.close_socket:
            yield from self._drain(now_ns)
        elif said.close_context:
            # A name that nobody has used is closed by agents that had nothing to say.
            if context := self._named.pop(name, None):
                yield from self._close(context, now_ns)
        elif not name and not said.text and not said.flush:
            return  # keeps the socket alive
        elif name not in self._named and len(self._contexts) >= _MAX_CONTEXTS:
            yield from self._fail(TOO_MANY_CONTEXTS, now_ns)
        else:
            yield Nudge(("silent", name), now_ns + self._timeout_ns)
            yield from self._say(name, said, now_ns)

    def _say(self, name: str, said: Message, now_ns: int) -> Iterator[Instruction]:
        context = self._named.get(name)
        if context is None:
            context = self._new(name)
            context.configure(said.voice_settings, said.generation_config)
        elif said.voice_settings not in (None, context.settings):
            yield from self._fail(LATE_SETTINGS, now_ns)
            return
        flush, trigger = bool(said.flush), bool(said.try_trigger_generation)
        yield from context.add(Input(said.text or "", flush, trigger), now_ns)

    def _new(self, name: str) -> Context:
        self._opened += 1
        shown = self._shown(name)
        context = Context(self._opened, shown, self._manner, self._mouths, self._world)
        self._contexts[context.ordinal] = self._named[name] = context
        return context

    def _shown(self, name: str) -> str | None:
        """The name that frames of a context carry."""
        return name

    def _close(self, context: Context, now_ns: int) -> Iterator[Instruction]:
        yield Nudge(("silent", context.name or ""), None)
        yield from context.add(Input(closes=True), now_ns)

    def _drain(self, now_ns: int) -> Iterator[Instruction]:
        """All that was said is still spoken; then the socket closes."""
        self._closing = True
        yield Nudge("idle", None)
        while self._named:
            yield from self._close(self._named.popitem()[1], now_ns)
        if not self._contexts:
            yield Emit(Close(1000))

    def _nudged(self, key: Any, now_ns: int) -> Iterable[Instruction]:
        match key:
            case ("rest", int() as ordinal):
                return self._contexts[ordinal].rest()
            case ("gone", int() as ordinal):
                gone = self._contexts.pop(ordinal)
                over = self._closing and not self._contexts
                # Behind the context's last sound, however late a fault makes it.
                return [Emit(Close(1000, work=gone.work))] if over else []
            case ("silent", str() as name):
                return self._close(self._named.pop(name), now_ns)
        return self._fail(timeout_problem(self._timeout_s), now_ns)

    def _refused(self, context: Context, now_ns: int) -> Iterable[Instruction]:
        """The provider has said so, and closes the socket in most cases."""
        del self._contexts[context.ordinal]
        self._named = {name: one for name, one in self._named.items() if one is not context}
        return [Nudge(("silent", context.name or ""), None), *self._leave(now_ns)]

    def _fail(self, problem: Problem, now_ns: int) -> Iterator[Instruction]:
        yield from self._leave(now_ns)
        yield Emit(Text(error_frame(problem)))
        yield Emit(Close(problem.close_code, close_reason(problem)))

    def _leave(self, now_ns: int) -> Iterable[Instruction]:
        return [one for context in self._contexts.values() for one in context.leave(now_ns)]

    def _of(self, work: str) -> Context:
        return self._contexts[int(work.partition(".")[0])]

    @property
    def _timeout_ns(self) -> int:
        return round(self._timeout_s * SECOND_NS)

    def _awake(self, now_ns: int) -> Instruction:
        return Nudge("idle", now_ns + self._timeout_ns)


class Single(Speaking):
    """A socket that is one context: empty text ends it, and its last sound the socket."""

    def _heed(self, said: Message, now_ns: int) -> Iterator[Instruction]:
        if said.text == "" and not said.flush:
            yield from self._drain(now_ns)
        else:
            yield from self._say("", said, now_ns)

    def _drain(self, now_ns: int) -> Iterator[Instruction]:
        if not self._named:
            self._new("")
        yield from super()._drain(now_ns)

    def _shown(self, name: str) -> None:
        return None


_SPEECH = "/v1/text-to-speech/{voice_id}"


class ElevenLabs:
    """Its plans limit how many utterances are made at a time. A socket opens whatever the plan
    says, and is closed when it asks for one too many."""

    name = "elevenlabs"
    stage: Stage = "tts"
    routes = (
        Route("WS", f"{_SPEECH}/multi-stream-input", Speaking, contexts=True),
        Route("WS", f"{_SPEECH}/stream-input", Single, contexts=True),
        Route("POST", _SPEECH, partial(Speech, streams=False)),
        Route("POST", f"{_SPEECH}/stream", Speech),
        Route("POST", f"{_SPEECH}/with-timestamps", partial(Speech, streams=False, times=True)),
        Route("POST", f"{_SPEECH}/stream/with-timestamps", partial(Speech, times=True)),
        Route("GET", "/v1/voices", Voices),
        Route("GET", "/v1/models", Models),
    )

    def recognises(self, request: Request) -> bool:
        return bool(request.header("xi-api-key"))

    def refuse(self, refused: Refused, request: Request) -> Iterable[Wire]:
        refusal, arrival = refused.refusal, refused.arrival
        why, id = problem(refusal), id_of("", arrival.span)
        closed = Close(why.close_code, close_reason(why), refused.work)
        if arrival.what == "request" or refusal.where == "before":
            return error_reply(why, id, refusal)
        opened = [Head(101, {"request-id": id})] if arrival.what == "socket" else []
        if refusal.where == "in_band":
            return [*opened, Text(error_frame(why), refused.work), closed]
        return [*opened, closed]

    def no_route(self, request: Request, status: int, told: str) -> tuple[Head, Body]:
        """As the web framework says it, which knows no codes of errors."""
        return json_reply(status, {"detail": told})


PROVIDER = ElevenLabs()
