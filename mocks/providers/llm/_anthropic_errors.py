"""What Anthropic says of limits and errors: the headers of every answer, and error bodies.

Source: docs.anthropic.com/en/api/errors and /en/api/rate-limits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kernel.fault import Refusal

from ...work import Limit, Limits

ORGANIZATION = "fa57b05f-0000-4000-8000-000000000000"
# status → type of the error, and what it says
_ERRORS: Mapping[int, tuple[str, str]] = {
    400: ("invalid_request_error", "The request is invalid."),
    401: ("authentication_error", "The API key is not valid."),
    402: ("billing_error", "There is a problem with billing or payment."),
    403: ("permission_error", "The API key has no access to this."),
    404: ("not_found_error", "This does not exist."),
    413: ("request_too_large", "The body of the request is too large."),
    429: ("rate_limit_error", "The request exceeds a rate limit of the organization."),
    500: ("api_error", "An unexpected error has occurred."),
    504: ("timeout_error", "The request timed out."),
    529: ("overloaded_error", "Overloaded"),
}
# reason → status, and what it says where the status alone does not. One organization's limits,
# that of its connections too, are 429; 529 is the load of everybody.
_REFUSALS: Mapping[str, tuple[int, str]] = {
    "rate_limit": (429, "The request exceeds the limit of requests per minute."),
    "tokens": (429, "The request exceeds the limit of input tokens per minute."),
    "concurrency": (429, "The number of concurrent connections exceeds the rate limit."),
    "quota": (429, "The organization has reached its spend limit."),
    "overloaded": (529, ""),
    "too_large": (413, ""),
    "too_slow": (408, "The body did not arrive in time."),
    "malformed": (400, "The body cannot be read."),
}
_CODES = {"quota": "enforced_spend_limit_reached"}


def error_value(request_id: str, status: int, told: str = "", code: str = "") -> dict[str, Any]:
    """The envelope of an error: a body, or the data of an `error` event.

    A status without a type of its own has that of its class. `code` tells apart what has one type.
    """
    kind, plain = _ERRORS.get(status) or _ERRORS[400 if status < 500 else 500]
    error: dict[str, Any] = {"type": kind, "message": told or plain}
    if code:
        error["details"] = {"error_code": code}
    return {"type": "error", "error": error, "request_id": request_id}


def refusal_of(refusal: Refusal, request_id: str) -> tuple[int, dict[str, Any]]:
    """Status and envelope of a refusal; a status other than its reason's speaks for itself."""
    status, told = _REFUSALS.get(refusal.reason, (500, ""))
    if refusal.status is not None and refusal.status != status:
        return refusal.status, error_value(request_id, refusal.status)
    return status, error_value(request_id, status, told, _CODES.get(refusal.reason, ""))


def limit_headers(limits: Limits, request_id: str, wall_s: int) -> dict[str, str]:
    """The headers of every answer, with the rate limits as they stand at `wall_s` (Unix time).

    Nothing limits output tokens: they are told as a fifth of the input's, as in published plans.
    Remaining tokens are rounded to thousands.
    """
    told: dict[str, Limit] = {}
    if limits.requests is not None:
        told["requests"] = limits.requests
    if (given := limits.tokens) is not None:
        output = given.limit // 5
        told["tokens"] = Limit(given.limit + output, given.remaining + output, given.reset_s)
        told["input-tokens"], told["output-tokens"] = given, Limit(output, output, 0.0)
    headers = {"request-id": request_id, "anthropic-organization-id": ORGANIZATION}
    for name, limit in told.items():
        left = limit.remaining if name == "requests" else round(limit.remaining, -3)
        reset = datetime.fromtimestamp(wall_s + math.ceil(limit.reset_s), UTC)
        headers[f"anthropic-ratelimit-{name}-limit"] = str(limit.limit)
        headers[f"anthropic-ratelimit-{name}-remaining"] = str(max(0, min(left, limit.limit)))
        headers[f"anthropic-ratelimit-{name}-reset"] = reset.strftime("%Y-%m-%dT%H:%M:%SZ")
    return headers
