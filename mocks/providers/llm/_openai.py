"""OpenAI's words: the headers of every answer, error bodies, and what a refusal says."""

from __future__ import annotations

import math
from collections.abc import Mapping

from kernel.fault import Refusal

from ...wire import Body, Head, json_reply
from ...work import Limits

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


def go_duration(seconds: float) -> str:
    """A duration as Go writes it: `0s`, `12ms`, `1.5s`, `6m0s`."""
    if seconds < 1:
        return f"{math.ceil(seconds * 1000)}ms" if seconds > 0 else "0s"
    minutes, rest = divmod(round(seconds, 2), 60)
    return f"{minutes:.0f}m{rest:g}s" if minutes else f"{rest:g}s"


def headers_of(limits: Limits, request_id: str, took_ns: int) -> dict[str, str]:
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


def error_reply(
    status: int, message: str, *, kind: str = "invalid_request_error", param: str | None = None,
    code: str | None = None, headers: Mapping[str, str] | None = None,
) -> tuple[Head, Body]:  # fmt: skip
    error = {"message": message, "type": kind, "param": param, "code": code}
    return json_reply(status, {"error": error}, headers)


def refusal_reply(refusal: Refusal, limits: Limits, id: str) -> tuple[Head, Body]:
    """A refusal is always in the response: OpenAI has no other place for one."""
    status, kind, code, told = _REFUSALS.get(refusal.reason, _FAILED)
    if refusal.status is not None and refusal.status != status:
        status, kind, code, told = _BY_STATUS.get(refusal.status, _FAILED)
        status = refusal.status
    headers = headers_of(limits, id, 0)
    message = told
    if refusal.retry_after_s is not None:
        headers["retry-after"] = str(math.ceil(refusal.retry_after_s))
        headers["retry-after-ms"] = str(math.ceil(refusal.retry_after_s * 1000))
        message = f"{told} Please try again in {go_duration(refusal.retry_after_s)}."
    if refusal.detail:
        counts = ", ".join(f"{key.title()} {value}" for key, value in refusal.detail.items())
        message = message.replace(".", f": {counts}.", 1)
    return error_reply(status, message, kind=kind, code=code, headers=headers)
