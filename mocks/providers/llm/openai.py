"""OpenAI: chat completions, streamed or whole, and the list of models.

Wire format: platform.openai.com/docs/api-reference/chat and /docs/guides/rate-limits. Tokens are
counted as a quarter of the characters, rounded up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from kernel.actor import Emit, End, Instruction
from kernel.fault import Stage

from ...answering import Answering, Conversing, Listing, journalled
from ...brain import Answer
from ...chat_completions import ChatRequest, Frame, deltas, field_of, server_sent, usage
from ...provider import Route
from ...wire import NO_JSON, Body, Head, Request, Wire, id_of
from ...work import Admitted, Limits, Note, Paced, Refused
from ._openai import error_reply, headers_of, refusal_reply
from ._openai_history import objection

_SSE = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
_RELEASED_S = 1_744_316_542


class _Answering(Answering):
    """What all endpoints share: the key is checked, and every answer has the same headers."""

    def _turn_away(self, now_ns: int) -> Iterable[Instruction] | None:
        if self._request.credential("Bearer"):
            return None
        told = "No API key was given: send Authorization: Bearer followed by your key."
        return self._reject(401, told, now_ns, code="invalid_api_key")

    def _headers(self, limits: Limits, at_ns: int) -> dict[str, str]:
        request_id = id_of("req_", self._world.seed, self._world.serial())
        return headers_of(limits, request_id, at_ns - self._asked_ns)

    def _reject(
        self, status: int, message: str, now_ns: int, *, param: str | None = None,
        code: str | None = None,
    ) -> Iterator[Instruction]:  # fmt: skip
        headers = self._headers(self._world.settings.limits(), now_ns)
        yield Emit(Note("", {"reason": code or "invalid_request"}))
        for wire in error_reply(status, message, param=param, code=code, headers=headers):
            yield Emit(wire)
        yield End()


class Models(_Answering, Listing):
    """GET /v1/models and /v1/models/{id}."""

    _names = ("gpt-4.1", "gpt-4.1-mini", "gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-5-mini")

    def _model(self, name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": _RELEASED_S, "owned_by": "system"}

    def _list(self, models: Sequence[dict[str, Any]]) -> dict[str, Any]:
        return {"object": "list", "data": models}


class Completion(_Answering, Conversing):
    """POST /v1/chat/completions."""

    _chat: ChatRequest

    def _open(self, now_ns: int) -> Iterable[Instruction]:
        try:
            chat = msgspec.json.decode(self._request.body, type=ChatRequest)
        except msgspec.ValidationError as error:
            return self._reject(400, str(error), now_ns, param=field_of(error))
        except NO_JSON:
            return self._reject(400, "The body of the request is not valid JSON.", now_ns)
        if not chat.messages:
            told = "'messages' is empty: at least one message is needed."
            return self._reject(400, told, now_ns, param="messages", code="empty_array")
        if found := objection(chat.messages):
            return self._reject(400, found.told, now_ns, param=found.param)
        self._chat, self._asked = chat, chat.asked
        self._thought = self._world.brain.answer(self._asked)
        self._tokens_in = chat.tokens
        return [Emit(self._begin(self._thought.purpose))]

    def _answer(self, admitted: Admitted, now_ns: int) -> Iterator[Instruction]:
        arrival = admitted.arrival
        answer = self._think(arrival)
        note, tokens_out = journalled(answer)
        yield Emit(note)
        head_ns = now_ns + self._world.first_ns(arrival)
        name = id_of("chatcmpl-", self._world.seed, arrival.identity, arrival.attempt)
        frame = Frame(name, self._world.wall_s(now_ns), self._chat.model)
        used = usage(self._tokens_in, tokens_out)
        due_ns = self._due_ns(arrival, head_ns)
        if not self._chat.stream:
            *_, (_, last_ns) = zip(deltas(answer), due_ns, strict=False)
            yield from self._reply(frame.whole(answer, used), admitted.limits, last_ns)
            return
        yield Emit(Head(200, {**_SSE, **self._headers(admitted.limits, head_ns)}), head_ns)
        yield Emit(Paced(self._chunks(answer, frame, used, due_ns)), head_ns)
        yield End()

    def _chunks(
        self, answer: Answer, frame: Frame, used: Mapping[str, Any], due_ns: Iterator[int]
    ) -> Iterator[tuple[Wire, int]]:
        usage_follows = self._chat.wants_usage
        events = frame.events(answer, usage_follows)
        for (event, words), at_ns in zip(events, due_ns, strict=False):
            self._spoken.append((at_ns, words))
            yield Body(event), at_ns
        if usage_follows:
            yield Body(server_sent(frame.last(used))), at_ns
        yield Body(b"data: [DONE]\n\n"), at_ns


class OpenAI:
    """The provider. Its plan's limits are in `Settings`, unless a fault imposes others."""

    name = "openai"
    stage: Stage = "llm"

    def __init__(self) -> None:
        self.routes = (
            Route("POST", "/v1/chat/completions", Completion),
            Route("GET", "/v1/models", Models),
            Route("GET", "/v1/models/{id}", Models),
        )

    def recognises(self, request: Request) -> bool:
        return bool(request.credential("Bearer")) and not request.header("anthropic-version")

    def refuse(self, refused: Refused, request: Request) -> Iterable[Wire]:
        id = id_of("req_", refused.arrival.span)
        return refusal_reply(refused.refusal, refused.limits, id)

    def no_route(self, request: Request, status: int, told: str) -> tuple[Head, Body]:
        headers = {"x-request-id": id_of("req_", request.connection, request.path)}
        return error_reply(status, told, code="unknown_url", headers=headers)


PROVIDER = OpenAI()
