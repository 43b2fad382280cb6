"""OpenAI: chat completions, streamed or whole, and the list of models.

Wire format: platform.openai.com/docs/api-reference/chat and /docs/guides/rate-limits. Tokens are
counted as a quarter of the characters, rounded up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import accumulate
from typing import Any

import msgspec

from kernel.actor import Emit, End, Instruction
from kernel.fault import Stage

from ...brain import Answer, Asked
from ...chat_completions import (
    ChatRequest,
    Frame,
    arguments,
    deltas,
    field_of,
    history,
    since_last_answer,
    tokens,
    usage,
)
from ...provider import Route
from ...wire import Body, Head, Request, Wire, json_reply
from ...work import Admitted, Begin, Closed, Limits, Note, Opened, Refused
from ...world import World

ORGANIZATION = "org-fastbusy"
# reason → status, type, code, message
_FAILED = (500, "server_error", None, "The server had an error while processing your request.")
_REFUSALS: Mapping[str, tuple[int, str, str | None, str]] = {
    "rate_limit": (
        429, "requests", "rate_limit_exceeded",
        f"Rate limit reached in organization {ORGANIZATION} on requests per min (RPM).",
    ),
    "tokens": (
        429, "tokens", "rate_limit_exceeded",
        f"Rate limit reached in organization {ORGANIZATION} on tokens per min (TPM).",
    ),
    "concurrency": (
        429, "requests", "rate_limit_exceeded",
        f"Too many requests at once in organization {ORGANIZATION}.",
    ),
    "quota": (
        429, "insufficient_quota", "insufficient_quota",
        "The quota is used up: check plan and billing details.",
    ),
    "overloaded": (503, "server_error", "slow_down", "The engine is currently overloaded."),
    "too_large": (413, "invalid_request_error", None, "The body of the request is too large."),
    "too_slow": (408, "invalid_request_error", None, "The body did not arrive in time."),
    "malformed": (400, "invalid_request_error", None, "The body cannot be read."),
}  # fmt: skip
_BY_STATUS: Mapping[int, tuple[int, str, str | None, str]] = {
    400: (400, "invalid_request_error", "invalid_value", "The request is invalid."),
    401: (401, "invalid_request_error", "invalid_api_key", "The API key is not valid."),
    403: (403, "invalid_request_error", "permission_denied", "The key has no access to this."),
    404: (404, "invalid_request_error", "model_not_found", "This model does not exist."),
    429: _REFUSALS["rate_limit"],
    503: _REFUSALS["overloaded"],
}
_SSE = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
_MODELS = ("gpt-4.1", "gpt-4.1-mini", "gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-5-mini")
_RELEASED_S = 1_744_316_542


def go_duration(seconds: float) -> str:
    """A duration as Go writes it: `0s`, `12ms`, `1.5s`, `6m0s`."""
    if seconds < 1:
        return f"{math.ceil(seconds * 1000)}ms" if seconds > 0 else "0s"
    minutes, rest = divmod(round(seconds, 2), 60)
    return f"{minutes:.0f}m{rest:g}s" if minutes else f"{rest:g}s"


def _headers(limits: Limits, request_id: str, took_ns: int) -> dict[str, str]:
    """The headers of every answer, with the rate limits as they stand."""
    headers = {
        "x-request-id": request_id,
        "openai-organization": ORGANIZATION,
        "openai-processing-ms": str(took_ns // 1_000_000),
        "openai-version": "2020-10-01",
    }
    for name, limit in (("requests", limits.requests), ("tokens", limits.tokens)):
        if limit is not None:
            headers[f"x-ratelimit-limit-{name}"] = str(limit.limit)
            headers[f"x-ratelimit-remaining-{name}"] = str(max(0, limit.remaining))
            headers[f"x-ratelimit-reset-{name}"] = go_duration(limit.reset_s)
    return headers


def _name(prefix: str, *parts: object) -> str:
    digest = blake2b("\x1f".join(map(str, parts)).encode(errors="replace"), digest_size=12)
    return prefix + digest.hexdigest()


def _error(
    status: int, message: str, *, kind: str = "invalid_request_error", param: str | None = None,
    code: str | None = None, headers: Mapping[str, str] | None = None,
) -> tuple[Head, Body]:  # fmt: skip
    error = {"message": message, "type": kind, "param": param, "code": code}
    return json_reply(status, {"error": error}, headers)


class _Answering:
    """What all endpoints share: the key is checked, and every answer has the same headers."""

    def __init__(self, request: Request, world: World) -> None:
        self._request, self._world = request, world
        self._asked_ns = 0

    def receive(self, message: Any, now_ns: int) -> Iterable[Instruction]:
        match message:
            case Opened():
                self._asked_ns = now_ns
                if not self._request.credential("Bearer"):
                    told = "No API key was given: send Authorization: Bearer followed by your key."
                    return self._reject(401, told, now_ns, code="invalid_api_key")
                return self._open(now_ns)
            case Admitted():
                return self._answer(message, now_ns)
            case Closed():
                return self._closed(now_ns)
        return ()

    def _open(self, now_ns: int) -> Iterable[Instruction]:
        return [Emit(Begin(purpose="prewarm", counted=False))]

    def _answer(self, admitted: Admitted, now_ns: int) -> Iterable[Instruction]:
        raise NotImplementedError

    def _closed(self, now_ns: int) -> Iterable[Instruction]:
        return ()

    def _headers(self, limits: Limits, head_ns: int) -> dict[str, str]:
        request_id = _name("req_", self._world.seed, self._world.serial())
        return _headers(limits, request_id, head_ns - self._asked_ns)

    def _reject(
        self, status: int, message: str, now_ns: int, *, param: str | None = None,
        code: str | None = None,
    ) -> Iterator[Instruction]:  # fmt: skip
        headers = self._headers(self._world.settings.limits(), now_ns)
        yield Emit(Note("", {"reason": code or "invalid_request"}))
        for wire in _error(status, message, param=param, code=code, headers=headers):
            yield Emit(wire)
        yield End()


class Models(_Answering):
    """GET /v1/models, which clients use to warm a connection up, and /v1/models/{id}.

    Every model there could be exists.
    """

    def _answer(self, admitted: Admitted, now_ns: int) -> Iterator[Instruction]:
        name = self._request.params.get("id")
        value = _model(name) if name else {"object": "list", "data": list(map(_model, _MODELS))}
        for wire in json_reply(200, value, self._headers(admitted.limits, now_ns)):
            yield Emit(wire)
        yield End()


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _RELEASED_S, "owned_by": "system"}


class Completion(_Answering):
    """POST /v1/chat/completions."""

    _chat: ChatRequest
    _asked: Asked
    _thought: Answer

    def __init__(self, request: Request, world: World) -> None:
        super().__init__(request, world)
        self._tokens_in = 0
        self._pieces: list[tuple[int, str]] = []

    def _open(self, now_ns: int) -> Iterable[Instruction]:
        try:
            chat = msgspec.json.decode(self._request.body, type=ChatRequest)
        except msgspec.ValidationError as error:
            return self._reject(400, str(error), now_ns, param=field_of(error))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._reject(400, "The body of the request is not valid JSON.", now_ns)
        if not chat.messages:
            told = "'messages' is empty: at least one message is needed."
            return self._reject(400, told, now_ns, param="messages", code="empty_array")
        self._chat, self._asked = chat, chat.asked
        self._thought = self._world.brain.answer(self._asked)
        self._tokens_in = chat.tokens
        return [Emit(self._begin())]

    def _begin(self) -> Begin:
        messages = self._asked.messages
        data: dict[str, Any] = {
            "text_in": since_last_answer(messages),
            "history": history(messages),
            "tokens_in": self._tokens_in,
        }
        retry = self._request.header("x-stainless-retry-count")
        if retry.isdecimal():
            data["attempt_header"] = int(retry)
        heard = [one.text for one in messages if one.role in ("user", "tool")]
        return Begin(
            identity=_name("", self._asked.model, *heard),
            by="conversation",
            tokens=self._tokens_in,
            purpose=self._thought.purpose,
            data=data,
        )

    def _answer(self, admitted: Admitted, now_ns: int) -> Iterator[Instruction]:
        arrival = admitted.arrival
        if arrival.attempt:
            self._thought = self._world.brain.answer(self._asked, arrival.attempt)
        answer = self._thought
        calls = [(one.name, arguments(one)) for one in answer.calls]
        tokens_out = tokens(answer.text + "".join(name + text for name, text in calls))
        told = {"text_out": answer.text, "calls": calls, "tokens_out": tokens_out,
                "dialogue": answer.dialogue, "line": answer.line,
                "off_script": answer.off_script}  # fmt: skip
        yield Emit(Note("", {name: value for name, value in told.items() if value}))
        head_ns = now_ns + self._world.first_ns(arrival)
        name = _name("chatcmpl-", self._world.seed, arrival.identity, arrival.attempt)
        frame = Frame(name, self._world.wall_s(now_ns), self._chat.model)
        used = usage(self._tokens_in, tokens_out)
        headers = self._headers(admitted.limits, head_ns)
        parts = list(deltas(answer))
        gaps_ns = (self._world.between_ns(arrival, index) for index in range(1, len(parts)))
        due_ns = list(accumulate(gaps_ns, initial=head_ns))
        if not self._chat.stream:
            for wire in json_reply(200, frame.whole(answer, used), headers):
                yield Emit(wire, due_ns[-1])
            yield End()
            return
        yield Emit(Head(200, {**_SSE, **headers}), head_ns)
        for delta, at_ns in zip(parts, due_ns, strict=True):
            self._pieces.append((at_ns, delta.get("content") or ""))
            yield Emit(_data(frame.chunk(answer, delta, self._chat.wants_usage)), at_ns)
        if self._chat.wants_usage:
            yield Emit(_data(frame.last(used)), due_ns[-1])
        yield Emit(Body(b"data: [DONE]\n\n"), due_ns[-1])
        yield End()

    def _closed(self, now_ns: int) -> Iterator[Instruction]:
        """The client broke off: what it was told is what had been sent until then."""
        sent = "".join(text for at_ns, text in self._pieces if at_ns <= now_ns)
        yield Emit(Note("", {"text_out": sent}))


def _data(value: Any) -> Body:
    return Body(b"data: " + msgspec.json.encode(value) + b"\n\n")


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
        """Always in the response: OpenAI has no other place for a refusal."""
        refusal = refused.refusal
        status, kind, code, told = _REFUSALS.get(refusal.reason, _FAILED)
        if refusal.status is not None and refusal.status != status:
            status, kind, code, told = _BY_STATUS.get(refusal.status, _FAILED)
            status = refusal.status
        headers = _headers(refused.limits, _name("req_", refused.arrival.span), 0)
        message = told
        if refusal.retry_after_s is not None:
            headers["retry-after"] = str(math.ceil(refusal.retry_after_s))
            headers["retry-after-ms"] = str(math.ceil(refusal.retry_after_s * 1000))
            message = f"{told} Please try again in {go_duration(refusal.retry_after_s)}."
        if refusal.detail:
            counts = ", ".join(f"{key.title()} {value}" for key, value in refusal.detail.items())
            message = message.replace(".", f": {counts}.", 1)
        return _error(status, message, kind=kind, code=code, headers=headers)


PROVIDER = OpenAI()
