from __future__ import annotations

import pytest

from kernel.fault import Refusal
from mocks.providers.llm._anthropic_errors import error_value, limit_headers, refusal_of
from mocks.work import Limit, Limits

AT_S = 1_795_176_896  # 2026-11-20T12:14:56Z


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (402, "billing_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (408, "invalid_request_error"),
        (413, "request_too_large"),
        (422, "invalid_request_error"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (503, "api_error"),
        (504, "timeout_error"),
        (529, "overloaded_error"),
    ],
)
def test_every_status_has_its_type(status: int, kind: str) -> None:
    value = error_value("req_1", status)
    assert value["error"].pop("message")
    assert value == {"type": "error", "error": {"type": kind}, "request_id": "req_1"}
    assert refusal_of(Refusal("odd", status=status), "req_1")[0] == status
    assert refusal_of(Refusal("overloaded", status=status), "req_1")[1]["error"]["type"] == kind


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("rate_limit", 429), ("tokens", 429), ("concurrency", 429), ("quota", 429),
        ("overloaded", 529), ("too_large", 413), ("too_slow", 408), ("malformed", 400),
        ("odd", 500),
    ],
)  # fmt: skip
def test_every_reason_has_its_status(reason: str, status: int) -> None:
    found, value = refusal_of(Refusal(reason), "req_1")
    assert found == status
    assert value["error"]["message"]


def test_a_spend_limit_is_told_apart_by_its_code() -> None:
    details = {"error_code": "enforced_spend_limit_reached"}
    assert refusal_of(Refusal("quota"), "req_1")[1]["error"]["details"] == details
    assert "details" not in refusal_of(Refusal("rate_limit"), "req_1")[1]["error"]


def test_limits_are_told_with_the_instant_of_their_reset() -> None:
    limits = Limits(Limit(1000, 999, 0.06), Limit(80_000, 79_600, 0.3))
    assert limit_headers(limits, "req_1", AT_S) == {
        "request-id": "req_1",
        "anthropic-organization-id": "fa57b05f-0000-4000-8000-000000000000",
        "anthropic-ratelimit-requests-limit": "1000",
        "anthropic-ratelimit-requests-remaining": "999",
        "anthropic-ratelimit-requests-reset": "2026-11-20T12:14:57Z",
        "anthropic-ratelimit-tokens-limit": "96000",
        "anthropic-ratelimit-tokens-remaining": "96000",
        "anthropic-ratelimit-tokens-reset": "2026-11-20T12:14:57Z",
        "anthropic-ratelimit-input-tokens-limit": "80000",
        "anthropic-ratelimit-input-tokens-remaining": "80000",
        "anthropic-ratelimit-input-tokens-reset": "2026-11-20T12:14:57Z",
        "anthropic-ratelimit-output-tokens-limit": "16000",
        "anthropic-ratelimit-output-tokens-remaining": "16000",
        "anthropic-ratelimit-output-tokens-reset": "2026-11-20T12:14:56Z",
    }


def test_what_is_left_lies_between_nothing_and_the_limit() -> None:
    headers = limit_headers(Limits(tokens=Limit(600, 590, 1.0)), "req_1", AT_S)
    assert headers["anthropic-ratelimit-input-tokens-remaining"] == "600"
    assert "anthropic-ratelimit-requests-limit" not in headers
    spent = limit_headers(Limits(Limit(5, -1, 1.0)), "req_1", AT_S)
    assert spent["anthropic-ratelimit-requests-remaining"] == "0"
