"""ElevenLabs' ways of saying no: as an HTTP answer, as a frame, as the reason of a close."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from kernel.fault import Refusal

from ...refusing import close_code, retry_after
from ...wire import Body, Head, json_reply, json_text


@dataclass(frozen=True)
class Problem:
    """Why ElevenLabs refuses.

    status  of the HTTP answer; what a socket says is closed with 1008, or 1011 from 500 up
    code    what newer clients look at, `name` what older ones do, and what a socket says
    """

    status: int
    type: str
    code: str
    name: str
    message: str

    @property
    def close_code(self) -> int:
        return close_code(self.status)

    def saying(self, message: str) -> Problem:
        return replace(self, message=message)


def _invalid(status: int, name: str, message: str) -> Problem:
    return Problem(status, "validation_error", name, name, message)


NO_KEY = Problem(
    401, "authentication_error", "unauthorized", "needs_authorization",
    "Neither authorization header nor xi-api-key received, please provide one.",
)  # fmt: skip
NO_KEY_ON_SOCKET = replace(NO_KEY, name="authentication_required")
UNSUPPORTED_FORMAT = _invalid(400, "unsupported_output_format", "")
NO_TEXT = _invalid(400, "input_text_empty", "Input text was empty.")
TOO_LONG = _invalid(400, "max_character_limit_exceeded", "The text is too long for this model.")
UNREADABLE = _invalid(
    400, "invalid_input_message",
    "Could not parse input message, make sure it is a json and follows the schema outlined in "
    "protocol.",
)  # fmt: skip
LATE_SETTINGS = UNREADABLE.saying("voice_settings can only be set in the first message.")
TOO_MANY_CONTEXTS = Problem(
    429, "rate_limit_error", "max_active_conversations", "max_active_conversations",
    "Maximum simultaneous contexts per WebSocket connection exceeded (5). Please close an existing "
    "context before opening a new one.",
)  # fmt: skip
_CONCURRENCY = Problem(
    429, "rate_limit_error", "concurrent_limit_exceeded", "too_many_concurrent_requests",
    "Too many concurrent requests. Your current subscription is associated with a maximum of "
    "{limit} concurrent requests (running in parallel).",
)  # fmt: skip
_BUSY = Problem(
    429, "rate_limit_error", "system_busy", "system_busy",
    "Our services are experiencing high traffic, please try again later.",
)  # fmt: skip
_QUOTA = Problem(
    401, "authentication_error", "quota_exceeded", "quota_exceeded",
    "This request exceeds your quota.",
)  # fmt: skip
_REASONS = {
    "concurrency": _CONCURRENCY,
    "rate_limit": _BUSY,
    "tokens": _BUSY,
    "overloaded": _BUSY,
    "quota": _QUOTA,
    "too_large": _invalid(413, "payload_too_large", "The body of the request is too large."),
    "too_slow": _invalid(408, "request_timeout", "The body did not arrive in time."),
    "malformed": _invalid(400, "bad_request", "The request cannot be understood."),
}
_STATUSES = {
    401: replace(NO_KEY, name="invalid_api_key", message="Invalid API key"),
    402: Problem(402, "payment_required", "payment_required", "payment_required",
                 "Your subscription has no credits left."),
    403: Problem(403, "authorization_error", "subscription_required", "only_for_creator+",
                 "Your subscription does not include this."),
    404: Problem(404, "not_found", "voice_not_found", "voice_not_found",
                 "A voice with this voice_id was not found."),
    429: _BUSY,
}  # fmt: skip


def problem(refusal: Refusal) -> Problem:
    """What stands for a refusal: its status if it names one, else its reason."""
    found = _REASONS.get(refusal.reason, _BUSY)
    if refusal.status not in (None, found.status):
        status = refusal.status or found.status
        broken = Problem(status, "internal_error", "internal_server_error", "internal_server_error",
                         "Something went wrong on our side.")  # fmt: skip
        found = _STATUSES.get(status, broken)
    return found.saying(found.message.format(limit=refusal.detail.get("limit", 0)))


def close_reason(problem: Problem) -> str:
    """The reason of a close frame. That of the plan's limit is seen shortened like this."""
    return problem.message.replace("(running in parallel).", "(running )")


def error_reply(problem: Problem, id: str, refusal: Refusal | None = None) -> tuple[Head, Body]:
    """The answer to a refused request or upgrade; Retry-After only if the fault has one."""
    headers = {"request-id": id, "x-trace-id": id}
    headers |= retry_after(refusal.retry_after_s if refusal else None)
    if refusal is not None and refusal.reason == "concurrency":
        headers["current-concurrent-requests"] = str(refusal.detail.get("active", 0))
        headers["maximum-concurrent-requests"] = str(refusal.detail.get("limit", 0))
    detail = {"type": problem.type, "code": problem.code, "message": problem.message,
              "status": problem.name, "request_id": id}  # fmt: skip
    return json_reply(problem.status, {"detail": detail}, headers)


def validation_reply(error: msgspec.ValidationError, id: str) -> tuple[Head, Body]:
    """Fields that are missing or of another type, as FastAPI tells of them."""
    told, _, path = str(error).partition(" - at `$")
    place = [part for part in path.rstrip("`").split(".") if part]
    missing = told.startswith("Object missing required field")
    if missing:
        place.append(told.split("`")[1])
    fault = {
        "loc": ["body", *place],
        "msg": "field required" if missing else told,
        "type": "value_error.missing" if missing else "type_error",
    }
    return json_reply(422, {"detail": [fault]}, {"request-id": id, "x-trace-id": id})


def error_frame(problem: Problem) -> str:
    """What a socket says before it is closed."""
    return json_text(
        {"message": problem.message, "error": problem.name, "code": problem.close_code}
    )


def timeout_problem(timeout_s: float) -> Problem:
    """The client has been silent for too long."""
    told = (
        f"Have not received a new text input within the timeout of {timeout_s:g} seconds. "
        "Streaming input terminated. Please make sure to either feed the input in the timely "
        'manner, or to send the end of input text (empty string "") when done.'
    )
    return _invalid(408, "input_timeout_exceeded", told)
