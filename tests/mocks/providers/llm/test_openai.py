from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from kernel.dialogue import Dialogue, Line, Reply, ToolCall
from kernel.fault import Arrival, Refusal
from mocks.latency import latencies
from mocks.providers.llm._openai import go_duration
from mocks.providers.llm.openai import PROVIDER
from mocks.wire import Body, Head, Request
from mocks.work import Limit, Limits, Refused
from tests.mocks.drive import Drive

from .llm_client import LlmClient, head_of, user, value_of

KEY = {"authorization": "Bearer sk-x"}
BOOKING = Dialogue(
    "book",
    (Line("I would like to book an appointment on {day} please."), Line("No, that is all.")),
    facts={"day": "date"},
    replies={
        1: Reply(call=ToolCall("lookup_slots", {"date": "{day}"}), then="I have {result.slots.0}."),
        2: Reply(say="Goodbye."),
    },
)
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "lookup_slots",
            "parameters": {"type": "object", "properties": {"date": {"type": "string"}}},
        },
    }
]
a_drive = partial(LlmClient, PROVIDER)


def ask(drive: Drive, *messages: dict[str, Any], **fields: Any) -> int:
    headers = {**KEY, **fields.pop("headers", {})}
    body = {"model": "gpt-4.1", "messages": list(messages), **fields}
    return drive.post(json.dumps(body).encode(), "/v1/chat/completions", headers=headers)


def chunks_of(drive: Drive, session: int) -> list[Any]:
    text = "".join(drive.texts(session))
    frames = text.split("\n\n")
    assert frames.pop() == ""
    assert frames.pop() == "data: [DONE]"
    return [json.loads(frame.removeprefix("data: ")) for frame in frames]


def test_an_answer_streams_word_by_word() -> None:
    drive = a_drive()
    session = ask(drive, user("one two"), stream=True)
    drive.run()
    chunks = chunks_of(drive, session)
    content = [chunk["choices"][0]["delta"].get("content") for chunk in chunks]
    assert content == ["", "You", " said:", " one", " two", None]
    assert head_of(drive, session).headers["Content-Type"] == "text/event-stream; charset=utf-8"
    (work,) = drive.work
    assert (work.type, work.stage, work.status) == ("ok", "llm", 200)
    assert (work.text_in, work.text_out) == ("one two", "You said: one two")
    assert work.tokens_in == 2
    assert work.tokens_out == 5


def test_usage_comes_last_and_without_choices() -> None:
    drive = a_drive()
    session = ask(drive, user("hi"), stream=True, stream_options={"include_usage": True})
    drive.run()
    *chunks, last = chunks_of(drive, session)
    assert all(chunk["usage"] is None and chunk["choices"] for chunk in chunks)
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] == drive.work[0].tokens_in + drive.work[0].tokens_out


def test_an_answer_can_come_at_once() -> None:
    drive = a_drive()
    session = ask(drive, user("hi"))
    drive.run()
    value = value_of(drive, session)
    assert value["choices"][0]["message"]["content"] == "You said: hi"
    assert value["object"] == "chat.completion"


def test_tokens_come_as_fast_as_the_profile_says() -> None:
    slow = latencies({"llm": {"first": "500ms", "between": "20ms"}})["llm"]
    drive = a_drive(latency=slow)
    session = ask(drive, user("one"), stream=True)
    drive.run()
    assert drive.times(session) == [500, 500, 520, 540, 560, 580, 580]
    assert drive.work[0].first_at_ns == 500_000_000
    assert head_of(drive, session).headers["openai-processing-ms"] == "500"
    whole = ask(drive, user("one two"))
    drive.run()
    assert set(drive.times(whole)) == {60_000 + 600}


def test_a_tool_is_called_and_its_result_spoken() -> None:
    drive = a_drive(BOOKING)
    asked = user("I would like to book an appointment on December 3rd please.")
    session = ask(drive, asked, stream=True, tools=TOOLS)
    drive.run()
    chunks = chunks_of(drive, session)
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"
    head = chunks[0]["choices"][0]["delta"]
    assert head["role"] == "assistant"
    assert head["content"] is None
    call = head["tool_calls"][0]
    (work,) = drive.work
    assert work.calls == (("lookup_slots", '{"date":"2026-12-03"}'),)
    assert (work.dialogue, work.line, work.off_script) == ("book", 1, False)

    made = {"id": call["id"], "type": "function",
            "function": {"name": "lookup_slots", "arguments": work.calls[0][1]}}  # fmt: skip
    result = {"role": "tool", "tool_call_id": call["id"], "content": '{"slots": ["09:00"]}'}
    ask(drive, asked, {"role": "assistant", "content": None, "tool_calls": [made]}, result,
        tools=TOOLS)  # fmt: skip
    drive.run()
    assert drive.work[1].text_out == "I have 09:00."
    assert "2026-12-03" in drive.work[1].history
    assert work.given_ids == drive.work[1].ids == (call["id"],)


def test_a_retry_gets_the_same_answer_and_a_latency_of_its_own() -> None:
    drive = a_drive(latency=latencies({})["llm"])
    first, again = (ask(drive, user("same"), headers={"x-stainless-retry-count": str(n)})
                    for n in (0, 1))  # fmt: skip
    drive.run()
    assert value_of(drive, first)["choices"] == value_of(drive, again)["choices"]
    assert value_of(drive, first)["id"] != value_of(drive, again)["id"]
    assert [work.attempt_header for work in drive.work] == [0, 1]
    assert drive.times(first) != drive.times(again)


def test_latency_does_not_depend_on_who_else_asks() -> None:
    def first_ms(*before: str) -> float:
        drive = a_drive(latency=latencies({})["llm"])
        for text in before:
            ask(drive, user(text))
        session = ask(drive, user("mine"))
        drive.run()
        return drive.times(session)[0]

    assert first_ms() == first_ms("other", "another")


def test_a_greeting_differs_from_request_to_request() -> None:
    drive = a_drive(BOOKING)
    sessions = [ask(drive, {"role": "system", "content": "Be kind."}) for _ in range(4)]
    drive.run()
    said = {value_of(drive, one)["choices"][0]["message"]["content"] for one in sessions}
    assert len(said) == 4
    assert {work.purpose for work in drive.work} == {"greeting"}


def test_a_client_that_hangs_up_is_no_error() -> None:
    drive = a_drive(latency=latencies({"llm": {"first": "10ms", "between": "10ms"}})["llm"])
    session = ask(drive, user("one two three"), stream=True)
    drive.run(35)
    drive.service.vanish(session, drive.now_ns)
    drive.run()
    (work,) = drive.work
    assert (work.type, work.cancelled) == ("info", True)
    assert work.text_out == "You said:"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"{", None),
        (b"\xff\xfe", None),
        (b"[]", None),
        (b'{"messages": []}', "model"),
        (b'{"model": "m"}', "messages"),
        (b'{"model": "m", "messages": []}', "messages"),
        (b'{"model": "m", "messages": [{"content": "x"}]}', "messages[0].role"),
        (b'{"model": "m", "messages": "x"}', "messages"),
        (
            b'{"model": "m", "messages": [{"role": "tool", "tool_call_id": "a", "content": "1"}]}',
            "messages.[0].tool_call_id",
        ),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(body: bytes, param: str | None) -> None:
    drive = a_drive()
    session = drive.post(body, "/v1/chat/completions", headers=KEY)
    assert head_of(drive, session).status == 400
    error = value_of(drive, session)["error"]
    assert error["type"] == "invalid_request_error"
    assert error["param"] == param
    assert error["message"]
    assert drive.work[0].type == "fail"
    assert drive.work[0].status == 400


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/models"])
def test_without_a_key_nobody_is_served(path: str) -> None:
    drive = a_drive()
    session = drive.open(Request("POST" if "chat" in path else "GET", path))
    assert head_of(drive, session).status == 401
    assert value_of(drive, session)["error"]["code"] == "invalid_api_key"
    assert drive.work[0].reason == "invalid_api_key"


def test_models_warm_a_connection_up() -> None:
    drive = a_drive()
    session = drive.open(Request("GET", "/v1/models", headers=KEY))
    one = drive.open(Request("GET", "/v1/models/my-model", headers=KEY))
    assert "gpt-4.1" in [model["id"] for model in value_of(drive, session)["data"]]
    assert value_of(drive, one)["id"] == "my-model"
    assert drive.work[0].purpose == "prewarm"


def test_every_answer_has_an_id_and_the_limits() -> None:
    drive = a_drive()
    fine = ask(drive, user("hi"))
    wrong = drive.post(b"{", "/v1/chat/completions", headers=KEY)
    drive.apply("rate_limit", target="llm", requests="1/s", burst=1)
    ask(drive, user("a"))
    refused = ask(drive, user("b"))
    drive.run()
    ids = set()
    for session in (fine, wrong, refused):
        headers = head_of(drive, session).headers
        ids.add(headers["x-request-id"])
        assert headers["openai-version"] == "2020-10-01"
        assert headers["openai-organization"]
        for name in ("requests", "tokens"):
            for what in ("limit", "remaining", "reset"):
                assert headers[f"x-ratelimit-{what}-{name}"]
    assert len(ids) == 3


def test_a_throttled_request_is_told_how_long_to_wait() -> None:
    drive = a_drive()
    drive.apply("rate_limit", target="llm/openai", requests="30/m", burst=1)
    ask(drive, user("a"))
    refused = ask(drive, user("b"))
    drive.run(0)
    head = head_of(drive, refused)
    assert head.status == 429
    assert head.headers["retry-after-ms"] == "2000"
    assert head.headers["retry-after"] == "2"
    assert head.headers["x-ratelimit-limit-requests"] == "30"
    assert head.headers["x-ratelimit-remaining-requests"] == "0"
    assert head.headers["x-ratelimit-reset-requests"] == "2s"
    error = value_of(drive, refused)["error"]
    assert (error["type"], error["code"]) == ("requests", "rate_limit_exceeded")
    assert "try again in 2s" in error["message"]
    assert "Limit 30" in error["message"]
    drive.run(2000)
    assert head_of(drive, ask(drive, user("b"))).status == 200


@pytest.mark.parametrize(
    ("refusal", "status", "kind", "code"),
    [
        (Refusal("tokens"), 429, "tokens", "rate_limit_exceeded"),
        (Refusal("quota"), 429, "insufficient_quota", "insufficient_quota"),
        (Refusal("concurrency"), 429, "requests", "rate_limit_exceeded"),
        (Refusal("overloaded"), 503, "server_error", "slow_down"),
        (Refusal("too_large", status=413), 413, "invalid_request_error", None),
        (Refusal("odd", status=404), 404, "invalid_request_error", "model_not_found"),
        (Refusal("odd", status=529), 529, "server_error", None),
        (Refusal("odd"), 500, "server_error", None),
    ],
)
def test_refusals(refusal: Refusal, status: int, kind: str, code: str | None) -> None:
    arrival = Arrival("llm", "openai", "POST /x", "request", "llm-w1", "who")
    limits = Limits(Limit(10, 0, 1.0))
    head, body = PROVIDER.refuse(Refused("", arrival, refusal, limits), Request("POST", "/x"))
    assert isinstance(head, Head)
    assert isinstance(body, Body)
    error = json.loads(body.data)["error"]
    assert (head.status, error["type"], error["code"]) == (status, kind, code)
    assert "retry-after" not in head.headers


def test_its_credentials_are_its_own() -> None:
    assert PROVIDER.recognises(Request("GET", "/v1/models", headers=KEY))
    theirs = {**KEY, "anthropic-version": "2023-06-01"}
    assert not PROVIDER.recognises(Request("GET", "/v1/models", headers=theirs))
    assert not PROVIDER.recognises(Request("GET", "/v1/models", headers={"xi-api-key": "x"}))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (0.0111, "12ms"), (0.5, "500ms"), (1, "1s"), (1.5, "1.5s"), (60, "1m0s"),
     (90.25, "1m30.25s"), (360, "6m0s")],
)  # fmt: skip
def test_durations_are_written_as_go_does(seconds: float, text: str) -> None:
    assert go_duration(seconds) == text
