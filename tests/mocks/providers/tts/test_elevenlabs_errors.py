from __future__ import annotations

import json

import msgspec
import pytest

from kernel.fault import Refusal
from mocks.providers.tts._elevenlabs_errors import (
    close_reason,
    error_frame,
    error_reply,
    problem,
    timeout_problem,
    validation_reply,
)


@pytest.mark.parametrize(
    ("refusal", "status", "name"),
    [
        (Refusal("concurrency"), 429, "too_many_concurrent_requests"),
        (Refusal("rate_limit"), 429, "system_busy"),
        (Refusal("overloaded"), 429, "system_busy"),
        (Refusal("quota"), 401, "quota_exceeded"),
        (Refusal("quota", status=402), 402, "payment_required"),
        (Refusal("too_large", status=413), 413, "payload_too_large"),
        (Refusal("odd", status=401), 401, "invalid_api_key"),
        (Refusal("odd", status=404), 404, "voice_not_found"),
        (Refusal("odd", status=503), 503, "internal_server_error"),
        (Refusal("odd"), 429, "system_busy"),
    ],
)
def test_reasons_have_their_words(refusal: Refusal, status: int, name: str) -> None:
    why = problem(refusal)
    assert (why.status, why.name) == (status, name)
    head, body = error_reply(why, "id", refusal)
    assert head.status == status
    detail = json.loads(body.data)["detail"]
    assert detail.keys() == {"type", "code", "message", "status", "request_id"}
    assert why.close_code == (1011 if status >= 500 else 1008)


def test_the_plan_is_named_in_full_and_short() -> None:
    why = problem(Refusal("concurrency", detail={"limit": 10}))
    assert why.message.endswith("maximum of 10 concurrent requests (running in parallel).")
    assert close_reason(why).endswith("maximum of 10 concurrent requests (running )")
    assert len(close_reason(why)) <= 123


def test_frames_tell_the_code_that_follows() -> None:
    frame = json.loads(error_frame(timeout_problem(20.0)))
    assert (frame["error"], frame["code"]) == ("input_timeout_exceeded", 1008)
    assert frame["message"].startswith("Have not received a new text input within")


class Inner(msgspec.Struct):
    count: int


class Outer(msgspec.Struct):
    inner: Inner


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"inner": {}}, (["body", "inner", "count"], "value_error.missing")),
        ({"inner": {"count": "x"}}, (["body", "inner", "count"], "type_error")),
        ({}, (["body", "inner"], "value_error.missing")),
        (None, (["body"], "type_error")),
    ],
)
def test_what_is_wrong_with_fields_is_told_by_its_place(
    fields: object, fault: tuple[list[str], str]
) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(fields, Outer)
    head, body = validation_reply(caught.value, "id")
    (told,) = json.loads(body.data)["detail"]
    assert (head.status, (told["loc"], told["type"])) == (422, fault)
