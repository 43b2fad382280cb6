"""Anthropic: messages, streamed or whole, the counting of their tokens, and the list of models.

Wire format: docs.anthropic.com/en/api/messages, /en/api/errors and /en/api/rate-limits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from kernel.actor import Emit, End, Instruction
from kernel.fault import Stage

from ...answering import Answering, Conversing, Listing, Prompted, journalled
from ...chat_completions import field_of
from ...provider import Route
from ...wire import NO_JSON, Body, Head, Request, Wire, id_of, json_reply
from ...work import Admitted, Limits, Note, Paced, Refused
from ._anthropic import (
    Event,
    MessagesRequest,
    Prompt,
    Reply,
    cut,
    named,
    objection,
    prompt_tokens,
    server_sent,
)
from ._anthropic_errors import error_value, limit_headers, refusal_of

_SSE = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
_RELEASED = "2026-02-17T00:00:00Z"
P = TypeVar("P", bound=Prompt)


def _request_id(*parts: object) -> str:
    return id_of("req_01", *parts)


class _Answering(Answering):
    """What all endpoints share: key and version are checked, every answer has the same headers."""

    def _turn_away(self, now_ns: int) -> Iterable[Instruction] | None:
        if not (self._request.header("x-api-key") or self._request.credential("Bearer")):
            return self._reject(401, "No API key was given: send it as x-api-key.", now_ns)
        if not self._request.header("anthropic-version"):
            return self._reject(400, "anthropic-version: header is required", now_ns)
        return None

    def _headers(self, limits: Limits, at_ns: int) -> dict[str, str]:
        request_id = _request_id(self._span or self._world.serial())
        return limit_headers(limits, request_id, self._world.wall_s(at_ns))

    def _reject(self, status: int, told: str, now_ns: int) -> Iterator[Instruction]:
        headers = self._headers(self._world.settings.limits(), now_ns)
        value = error_value(headers["request-id"], status, told)
        yield Emit(Note("", {"reason": value["error"]["type"]}))
        for wire in json_reply(status, value, headers):
            yield Emit(wire)
        yield End()


class Models(_Answering, Listing):
    """GET /v1/models and /v1/models/{id}."""

    _names = ("claude-sonnet-4-6", "claude-opus-4-6", "claude-haiku-4-5-20251001")

    def _model(self, name: str) -> dict[str, Any]:
        return {"type": "model", "id": name, "display_name": name.replace("-", " ").title(),
                "created_at": _RELEASED, "lifecycle": "active"}  # fmt: skip

    def _list(self, models: Sequence[dict[str, Any]]) -> dict[str, Any]:
        ends = {"first_id": self._names[0], "last_id": self._names[-1]}
        return {"data": models, "has_more": False, **ends}


class _Prompted(_Answering, Prompted):
    """What endpoints share that take a prompt."""

    def _read(self, kind: type[P]) -> P | str:
        """The prompt, or what is wrong with it."""
        try:
            found = msgspec.json.decode(self._request.body, type=kind)
        except msgspec.ValidationError as error:
            place = (field_of(error) or "").replace("[", ".").replace("]", "")
            told = str(error).partition(" - at ")[0]
            return f"{place}: {told}" if place else told
        except NO_JSON:
            return "The body of the request is not valid JSON."
        self._asked = found.asked
        self._tokens_in = prompt_tokens(self._asked)
        return objection(found.messages) or found


class TokenCount(_Prompted):
    """POST /v1/messages/count_tokens; its rate limit is not that of messages."""

    def _open(self, now_ns: int) -> Iterable[Instruction]:
        prompt = self._read(Prompt)
        if isinstance(prompt, str):
            return self._reject(400, prompt, now_ns)
        return [Emit(self._begin("side", counted=False))]

    def _answer(self, admitted: Admitted, now_ns: int) -> Iterator[Instruction]:
        return self._reply({"input_tokens": self._tokens_in}, admitted.limits, now_ns)


class Messages(_Prompted, Conversing):
    """POST /v1/messages."""

    _wanted: MessagesRequest

    def _open(self, now_ns: int) -> Iterable[Instruction]:
        wanted = self._read(MessagesRequest)
        if isinstance(wanted, str):
            return self._reject(400, wanted, now_ns)
        self._wanted = wanted
        self._thought = self._world.brain.answer(self._asked)
        # Without tokens to answer with it only fills the prompt cache.
        return [Emit(self._begin(self._thought.purpose if wanted.max_tokens else "prewarm"))]

    def _answer(self, admitted: Admitted, now_ns: int) -> Iterator[Instruction]:
        arrival = admitted.arrival
        answer, stop_reason = cut(named(self._think(arrival)), self._wanted.max_tokens)
        note, tokens_out = journalled(answer)
        yield Emit(note)
        name = id_of("msg_01", self._world.seed, arrival.identity, arrival.attempt)
        model = self._wanted.model
        reply = Reply(name, model, answer, stop_reason, self._tokens_in, tokens_out)
        head_ns = now_ns + self._world.first_ns(arrival)
        pieces = zip(reply.pieces(), self._due_ns(arrival, head_ns), strict=False)
        if not self._wanted.stream:
            *_, (_, last_ns) = pieces
            yield from self._reply(reply.whole(), admitted.limits, last_ns)
            return
        yield Emit(Head(200, {**_SSE, **self._headers(admitted.limits, head_ns)}), head_ns)
        yield Emit(Paced(self._stream(pieces)), head_ns)
        yield End()

    def _stream(self, pieces: Iterable[tuple[list[Event], int]]) -> Iterator[tuple[Wire, int]]:
        for piece, at_ns in pieces:
            self._spoken += [
                (at_ns, one["delta"].get("text", "")) for one in piece if "delta" in one
            ]
            yield Body(b"".join(map(server_sent, piece))), at_ns


class Anthropic:
    """The provider. Its plan's limits are in `Settings`, unless a fault imposes others."""

    name = "anthropic"
    stage: Stage = "llm"

    def __init__(self) -> None:
        self.routes = (
            Route("POST", "/v1/messages", Messages),
            Route("POST", "/v1/messages/count_tokens", TokenCount),
            Route("GET", "/v1/models", Models),
            Route("GET", "/v1/models/{id}", Models),
        )

    def recognises(self, request: Request) -> bool:
        return bool(request.header("anthropic-version") or request.header("x-api-key"))

    def refuse(self, refused: Refused, request: Request) -> Iterable[Wire]:
        """In the response; `in_band` as an event of the stream, which has status 200.

        Where the stream has begun, its head is out and the event alone remains to be sent. A
        client that did not ask for a stream is refused in the response all the same.
        """
        refusal, request_id = refused.refusal, _request_id(refused.arrival.span)
        status, value = refusal_of(refusal, request_id)
        headers = limit_headers(refused.limits, request_id, refused.wall_s)
        if refusal.where == "in_band" and _wants_stream(request):
            return Head(200, {**_SSE, **headers}), Body(server_sent(value))
        if refusal.retry_after_s is not None:
            headers["retry-after"] = str(math.ceil(refusal.retry_after_s))
        return json_reply(status, value, headers)

    def no_route(self, request: Request, status: int, told: str) -> tuple[Head, Body]:
        request_id = _request_id(request.connection, request.path)
        value = error_value(request_id, status, told)
        return json_reply(status, value, {"request-id": request_id})


class _Streaming(msgspec.Struct):
    stream: bool | None = None


def _wants_stream(request: Request) -> bool:
    try:
        return bool(msgspec.json.decode(request.body, type=_Streaming).stream)
    except NO_JSON:
        return False


PROVIDER = Anthropic()
