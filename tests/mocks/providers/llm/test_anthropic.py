from __future__ import annotations

import json
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from kernel.dialogue import Dialogue, Line, Reply, Script, ToolCall
from kernel.fault import Arrival, Refusal
from mocks.brain import Brain
from mocks.latency import latencies
from mocks.provider import Catalogue, Found
from mocks.providers.llm.anthropic import PROVIDER
from mocks.providers.llm.openai import PROVIDER as OPENAI
from mocks.wire import Body, Head, Request
from mocks.work import Limit, Limits, Refused
from mocks.world import World
from tests.mocks.drive import Drive

from ..shapes import shape
from .llm_client import LlmClient, head_of, user, value_of

WIRES = Path(__file__).parents[3] / "wires"
KEY = {"x-api-key": "sk-ant-x", "anthropic-version": "2023-06-01"}
BEARER = {"authorization": "Bearer sk-ant-x", "anthropic-version": "2026-10-21"}
BOOKING = Dialogue(
    "book",
    (Line("I would like to book an appointment on {day} please."), Line("No, that is all.")),
    facts={"day": "date"},
    replies={
        1: Reply(
            say="Sure", call=ToolCall("lookup_slots", {"date": "{day}"}),
            then="I have {result.slots.0}.", failed="The book is closed.",
        ),
        2: Reply(say="Goodbye."),
    },
)  # fmt: skip
SCHEMA = {"type": "object", "properties": {"date": {"type": "string"}}}
TOOLS = [{"name": "lookup_slots", "description": "Free times", "input_schema": SCHEMA}]
ASKED = {"role": "user", "content": "I would like to book an appointment on December 3rd please."}
PATH = "/v1/messages"
a_drive = partial(LlmClient, PROVIDER)


def ask(drive: Drive, *messages: dict[str, Any], **fields: Any) -> int:
    headers, path = {**KEY, **fields.pop("headers", {})}, fields.pop("path", PATH)
    body = {"model": "claude-sonnet-4-6", "max_tokens": 1024, "messages": list(messages), **fields}
    return drive.post(json.dumps(body).encode(), path, headers=headers)


def read(stream: str) -> list[Any]:
    """The events of a stream, which say their type twice."""
    events = stream.split("\n\n")
    assert events.pop() == ""
    found = []
    for event in events:
        name, _, data = event.removeprefix("event: ").partition("\ndata: ")
        found.append(json.loads(data))
        assert found[-1]["type"] == name
    return found


def events_of(drive: Drive, session: int) -> list[Any]:
    return read("".join(drive.texts(session)))


def told(events: list[Any], field: str = "text") -> list[str]:
    return [one["delta"][field] for one in events if field in one.get("delta", {})]


def test_an_answer_streams_word_by_word() -> None:
    drive = a_drive()
    session = ask(drive, user("one two"), stream=True)
    drive.run()
    events = events_of(drive, session)
    assert told(events) == ["You", " said:", " one", " two"]
    assert [kind for kind, _ in groupby(one["type"] for one in events)] == [
        "message_start", "content_block_start", "ping", "content_block_delta",
        "content_block_stop", "message_delta", "message_stop",
    ]  # fmt: skip
    assert events[-2]["delta"]["stop_reason"] == "end_turn"
    assert head_of(drive, session).headers["Content-Type"] == "text/event-stream; charset=utf-8"
    (work,) = drive.work
    assert (work.type, work.stage, work.provider, work.status) == ("ok", "llm", "anthropic", 200)
    assert (work.text_in, work.text_out) == ("one two", "You said: one two")
    assert (work.tokens_in, work.tokens_out) == (2, 5)
    assert events[0]["message"]["usage"]["input_tokens"] == 2
    assert events[-2]["usage"] == {"output_tokens": 5}


def test_an_answer_can_come_at_once() -> None:
    drive = a_drive()
    session = ask(drive, user("hi"))
    drive.run()
    value = value_of(drive, session)
    assert value["content"] == [{"type": "text", "text": "You said: hi"}]
    assert (value["stop_reason"], value["stop_sequence"]) == ("end_turn", None)
    assert value["usage"]["cache_read_input_tokens"] == 0


def in_short(events: list[Any]) -> list[Any]:
    """The shapes of a stream's events; into how many fragments it is cut is all one."""
    shapes = (shape(one, kept=("type", "role", "stop_reason")) for one in events)
    return [one for one, _ in groupby(shapes)]


def test_a_stream_looks_as_the_documented_one() -> None:
    drive = a_drive(BOOKING)
    session = ask(drive, ASKED, stream=True, tools=TOOLS)
    drive.run()
    golden = read((WIRES / "anthropic_messages.sse").read_text())
    events = events_of(drive, session)
    assert in_short(events) == in_short(golden)
    assert told(events, "partial_json")[0] == told(golden, "partial_json")[0] == ""


def test_a_whole_answer_looks_as_the_documented_one() -> None:
    drive = a_drive()
    session = ask(drive, user("hi"))
    drive.run()
    golden = json.loads((WIRES / "anthropic_messages.json").read_text())
    assert shape(value_of(drive, session)) == shape(golden)


def test_tokens_come_as_fast_as_the_profile_says() -> None:
    slow = latencies({"llm": {"first": "500ms", "between": "20ms"}})["llm"]
    drive = a_drive(latency=slow)
    session = ask(drive, user("one"), stream=True)
    drive.run()
    assert drive.times(session) == [500, 500, 520, 540, 560, 580]
    assert drive.work[0].first_at_ns == 500_000_000
    whole = ask(drive, user("one two"))
    drive.run()
    assert set(drive.times(whole)) == {60_000 + 600}


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_is_called_and_its_result_spoken(stream: bool) -> None:
    drive = a_drive(BOOKING)
    session = ask(drive, ASKED, stream=stream, tools=TOOLS, system="Be kind.")
    drive.run()
    if stream:
        events = events_of(drive, session)
        (block,) = [one["content_block"] for one in events
                    if one.get("content_block", {}).get("type") == "tool_use"]  # fmt: skip
        assert (block["name"], block["input"]) == ("lookup_slots", {})
        call = {**block, "input": json.loads("".join(told(events, "partial_json")))}
        stop_reason = events[-2]["delta"]["stop_reason"]
    else:
        value = value_of(drive, session)
        text, call = value["content"]
        stop_reason = value["stop_reason"]
        assert text == {"type": "text", "text": "Sure"}
    assert call["id"].startswith("toolu_01")
    assert call["input"] == {"date": "2026-12-03"}
    assert stop_reason == "tool_use"
    (work,) = drive.work
    assert work.calls == (("lookup_slots", '{"date":"2026-12-03"}'),)
    assert (work.text_out, work.dialogue, work.line, work.off_script) == ("Sure", "book", 1, False)

    result = {"type": "tool_result", "tool_use_id": call["id"], "content": '{"slots": ["09:00"]}'}
    made = {"role": "assistant", "content": [{"type": "text", "text": "Sure"}, call]}
    ask(drive, ASKED, made, {"role": "user", "content": [result]}, tools=TOOLS)
    drive.run()
    assert drive.work[1].text_out == "I have 09:00."
    assert "2026-12-03" in drive.work[1].history
    assert drive.work[0].given_ids == drive.work[1].ids == (call["id"],)
    assert drive.work[1].said == "Sure"
    ask(drive, ASKED, made, {"role": "user", "content": [{**result, "is_error": True}]},
        tools=TOOLS)  # fmt: skip
    drive.run()
    assert drive.work[2].text_out == "The book is closed."


def test_the_journal_says_the_same_as_of_openai() -> None:
    """Whoever the provider is, a conversation is told alike, so that it joins its call alike."""

    def journal(provider: Any, path: str, *messages: Any, **fields: Any) -> dict[str, Any]:
        drive = Drive(provider, world=World(Brain(Script((BOOKING,)))))
        body = {"model": "m", "messages": messages, "max_tokens": 9, **fields}
        drive.post(json.dumps(body).encode(), path, headers=BEARER)
        drive.run()
        first, last = drive.events
        return {**first.data, **last.data}

    function = {"name": "lookup_slots", "arguments": '{"date": "2026-12-03"}'}
    call = {"id": "x1", "type": "function", "function": function}
    use = {"type": "tool_use", "id": "x1", "name": "lookup_slots", "input": {"date": "2026-12-03"}}
    result = {
        "type": "tool_result",
        "tool_use_id": "x1",
        "content": [{"type": "text", "text": "{}"}],
    }
    mine = journal(
        PROVIDER, PATH, ASKED, {"role": "assistant", "content": [use]},
        {"role": "user", "content": [result]}, user("Hello?"), system="Be kind.",
    )  # fmt: skip
    theirs = journal(
        OPENAI, "/v1/chat/completions", {"role": "system", "content": "Be kind."}, ASKED,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "x1", "content": "{}"}, user("Hello?"),
    )  # fmt: skip
    apart = ("provider", "route", "first_at_ns")
    assert {name: mine[name] for name in mine if name not in apart} == {
        name: theirs[name] for name in theirs if name not in apart
    }


def test_a_retry_gets_the_same_answer_and_a_latency_of_its_own() -> None:
    drive = a_drive(latency=latencies({})["llm"])
    first, again = (ask(drive, user("same"), headers={"x-stainless-retry-count": str(n)})
                    for n in (0, 1))  # fmt: skip
    drive.run()
    assert value_of(drive, first)["content"] == value_of(drive, again)["content"]
    assert value_of(drive, first)["id"] != value_of(drive, again)["id"]
    assert [work.attempt_header for work in drive.work] == [0, 1]
    assert drive.times(first) != drive.times(again)


def test_a_greeting_differs_from_request_to_request() -> None:
    drive = a_drive(BOOKING)
    sessions = [ask(drive, user("(empty)"), system="Be kind.") for _ in range(4)]
    drive.run()
    assert len({value_of(drive, one)["content"][0]["text"] for one in sessions}) == 4
    assert {work.purpose for work in drive.work} == {"greeting"}


def test_an_answer_ends_where_its_tokens_do() -> None:
    drive = a_drive()
    session = ask(drive, user("one two three"), max_tokens=3)
    drive.run()
    value = value_of(drive, session)
    assert (value["content"][0]["text"], value["stop_reason"]) == ("You said: on", "max_tokens")
    assert value["usage"]["output_tokens"] == 3


def test_without_tokens_only_the_cache_is_filled() -> None:
    drive = a_drive(BOOKING)
    session = ask(drive, ASKED, max_tokens=0, tools=TOOLS, stream=True)
    drive.run()
    events = events_of(drive, session)
    assert [one["type"] for one in events] == ["message_start", "message_delta", "message_stop"]
    assert events[1]["delta"]["stop_reason"] == "max_tokens"
    assert drive.work[0].purpose == "prewarm"


def test_a_client_that_hangs_up_is_no_error() -> None:
    drive = a_drive(latency=latencies({"llm": {"first": "10ms", "between": "10ms"}})["llm"])
    session = ask(drive, user("one two three"), stream=True)
    drive.run(35)
    drive.service.vanish(session, drive.now_ns)
    drive.run()
    (work,) = drive.work
    assert (work.type, work.cancelled) == ("info", True)
    assert work.text_out == "You said:"


MODEL = {"model": "m", "max_tokens": 9}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[]", "Expected `object`"),
        ({"max_tokens": 9, "messages": [user("x")]}, "model: "),
        ({"model": "m", "messages": [user("x")]}, "max_tokens: "),
        ({"model": "m", "messages": [user("x")], "max_tokens": -1}, "max_tokens: "),
        ({**MODEL, "messages": []}, "messages: at least one"),
        ({**MODEL, "messages": [{"content": "x"}]}, "messages.0.role: "),
        ({**MODEL, "messages": [{"role": "tool", "content": "x"}]}, "messages.0.role: "),
        ({**MODEL, "messages": [user("")]}, "messages.0: "),
    ],
)
@pytest.mark.parametrize("path", [PATH, f"{PATH}/count_tokens"])
def test_a_wrong_request_is_told_what_is_wrong(body: Any, said: str, path: str) -> None:
    if said == "max_tokens: " and path != PATH:
        return
    drive = a_drive()
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    session = drive.post(data, path, headers=KEY)
    assert head_of(drive, session).status == 400
    value = value_of(drive, session)
    assert value["type"] == "error"
    assert value["error"]["type"] == "invalid_request_error"
    assert said in value["error"]["message"]
    assert value["request_id"] == head_of(drive, session).headers["request-id"]
    assert (drive.work[0].type, drive.work[0].status) == ("fail", 400)


@pytest.mark.parametrize("path", [PATH, f"{PATH}/count_tokens", "/v1/models"])
def test_without_a_key_nobody_is_served(path: str) -> None:
    drive = a_drive()
    method = "GET" if path == "/v1/models" else "POST"
    session = drive.open(Request(method, path))
    assert head_of(drive, session).status == 401
    assert value_of(drive, session)["error"]["type"] == "authentication_error"
    assert drive.work[0].reason == "authentication_error"


@pytest.mark.parametrize("headers", [KEY, BEARER])
def test_both_ways_to_send_the_key_are_taken(headers: dict[str, str]) -> None:
    drive = a_drive()
    session = drive.post(
        json.dumps({**MODEL, "messages": [user("hi")]}).encode(),
        PATH,
        headers=headers,
        query={"beta": ["true"]},
    )
    drive.run()
    assert value_of(drive, session)["type"] == "message"


def test_a_version_must_be_named() -> None:
    drive = a_drive()
    session = drive.open(Request("POST", PATH, headers={"x-api-key": "x"}))
    assert head_of(drive, session).status == 400
    assert "anthropic-version" in value_of(drive, session)["error"]["message"]


def test_models_warm_a_connection_up() -> None:
    drive = a_drive()
    session = drive.open(Request("GET", "/v1/models", headers=KEY))
    one = drive.open(Request("GET", "/v1/models/my-model", headers=KEY))
    listed = value_of(drive, session)
    ids = [model["id"] for model in listed["data"]]
    assert "claude-sonnet-4-6" in ids
    assert (listed["first_id"], listed["last_id"], listed["has_more"]) == (ids[0], ids[-1], False)
    assert value_of(drive, one)["id"] == "my-model"
    assert drive.work[0].purpose == "prewarm"


def test_tokens_can_be_counted_beforehand() -> None:
    drive = a_drive(BOOKING)
    drive.apply("rate_limit", target="llm", requests="1/s", burst=1)
    prompt = {"system": "Be kind.", "tools": TOOLS}
    counted = [ask(drive, ASKED, path=f"{PATH}/count_tokens", **prompt) for _ in range(2)][-1]
    answered = ask(drive, ASKED, **prompt)
    drive.run()
    found = value_of(drive, counted)
    assert found == {"input_tokens": value_of(drive, answered)["usage"]["input_tokens"]}
    count, _, answer = drive.work
    assert (count.purpose, count.text_in) == ("side", answer.text_in)


def test_every_answer_has_an_id_and_the_limits() -> None:
    drive = a_drive()
    fine = ask(drive, user("hi"))
    streamed = ask(drive, user("hi"), stream=True)
    wrong = drive.post(b"{", PATH, headers=KEY)
    drive.apply("rate_limit", target="llm", requests="1/s", burst=1)
    ask(drive, user("a"))
    refused = ask(drive, user("b"))
    drive.run()
    ids = set()
    for session in (fine, streamed, wrong, refused):
        headers = head_of(drive, session).headers
        ids.add(headers["request-id"])
        assert headers["anthropic-organization-id"]
        for name in ("requests", "tokens", "input-tokens", "output-tokens"):
            for what in ("limit", "remaining", "reset"):
                assert headers[f"anthropic-ratelimit-{name}-{what}"]
    assert len(ids) == 4


def test_a_throttled_request_is_told_how_long_to_wait() -> None:
    drive = a_drive()
    drive.apply("rate_limit", target="llm/anthropic", requests="30/m", burst=1)
    ask(drive, user("a"))
    refused = ask(drive, user("b"))
    drive.run(0)
    head = head_of(drive, refused)
    assert head.status == 429
    assert head.headers["retry-after"] == "2"
    assert head.headers["anthropic-ratelimit-requests-limit"] == "30"
    assert head.headers["anthropic-ratelimit-requests-remaining"] == "0"
    assert head.headers["anthropic-ratelimit-requests-reset"] == "2026-01-01T00:00:02Z"
    assert value_of(drive, refused)["error"]["type"] == "rate_limit_error"
    drive.run(2000)
    assert head_of(drive, ask(drive, user("b"))).status == 200


def test_tokens_are_limited_too() -> None:
    drive = a_drive()
    drive.apply("rate_limit", target="llm", tokens="60/m")
    ask(drive, user("x" * 200))
    refused = ask(drive, user("y" * 200))
    drive.run()
    assert head_of(drive, refused).status == 429
    assert head_of(drive, refused).headers["anthropic-ratelimit-input-tokens-limit"] == "60"
    assert "tokens" in value_of(drive, refused)["error"]["message"]


def test_too_many_at_once_are_refused_as_by_a_rate_limit() -> None:
    drive = a_drive()
    drive.apply("concurrency", target="llm", limit=0)
    session = ask(drive, user("a"))
    assert head_of(drive, session).status == 429
    assert value_of(drive, session)["error"]["type"] == "rate_limit_error"
    assert "retry-after" not in head_of(drive, session).headers


def test_a_stream_can_be_slow_and_fall_silent() -> None:
    drive = a_drive()
    drive.apply("slowdown", target="llm", first="300ms", between="40ms")
    session = ask(drive, user("one"), stream=True)
    drive.run()
    assert drive.times(session) == [300, 340, 380, 420, 460, 500]
    drive.heal()
    drive.apply("stall", target="llm", after=3)
    session = ask(drive, user("one"), stream=True)
    drive.run()
    assert told(events_of(drive, session)) == ["You"]
    drive.heal()
    drive.run()
    assert told(events_of(drive, session)) == ["You", " said:", " one"]


ARRIVAL = Arrival("llm", "anthropic", f"POST {PATH}", "request", "llm-w1", "who")


@pytest.mark.parametrize(
    ("refusal", "status", "kind"),
    [
        (Refusal("overloaded"), 529, "overloaded_error"),
        (Refusal("quota"), 429, "rate_limit_error"),
        (Refusal("too_large", status=413), 413, "request_too_large"),
        (Refusal("odd"), 500, "api_error"),
    ],
)
def test_refusals(refusal: Refusal, status: int, kind: str) -> None:
    limits = Limits(Limit(10, 0, 1.0))
    head, body = PROVIDER.refuse(Refused("", ARRIVAL, refusal, limits), Request("POST", PATH))
    assert isinstance(head, Head)
    assert isinstance(body, Body)
    value = json.loads(body.data)
    assert (head.status, value["error"]["type"]) == (status, kind)
    assert value["request_id"] == head.headers["request-id"]
    assert "retry-after" not in head.headers


def test_a_stream_is_told_of_the_overload_within() -> None:
    refusal = Refusal("overloaded", where="in_band")
    asked = Request("POST", PATH, body=b'{"stream": true}')
    head, body = PROVIDER.refuse(Refused("", ARRIVAL, refusal), asked)
    assert isinstance(head, Head)
    assert isinstance(body, Body)
    assert (head.status, head.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
    golden = read((WIRES / "anthropic_messages_overloaded.sse").read_text())
    events = read(body.data.decode())
    assert [shape(one) for one in events] == [shape(one) for one in golden]
    assert events[0]["error"] == golden[0]["error"]


@pytest.mark.parametrize("body", [b"", b'{"stream": false}', b"{", b"\xff"])
def test_who_wants_no_stream_is_refused_in_the_response(body: bytes) -> None:
    refusal = Refusal("overloaded", 2.0, where="in_band")
    head, _ = PROVIDER.refuse(Refused("", ARRIVAL, refusal), Request("POST", PATH, body=body))
    assert isinstance(head, Head)
    assert (head.status, head.headers["retry-after"]) == (529, "2")


def test_an_answer_and_its_end_in_an_overload_have_one_id() -> None:
    drive = a_drive()
    session = ask(drive, user("hi"), stream=True)
    drive.run()
    arrival = Arrival("llm", "anthropic", f"POST {PATH}", "request", drive.work[0].span, "who")
    refusal = Refusal("overloaded", where="in_band")
    asked = Request("POST", PATH, body=b'{"stream": true}')
    _, body = PROVIDER.refuse(Refused("", arrival, refusal), asked)
    assert isinstance(body, Body)
    (event,) = read(body.data.decode())
    assert event["request_id"] == head_of(drive, session).headers["request-id"]


@pytest.mark.parametrize(
    ("headers", "provider"),
    [
        (KEY, PROVIDER),
        (BEARER, PROVIDER),
        ({"x-api-key": "x"}, PROVIDER),
        ({"authorization": "Bearer sk-x"}, OPENAI),
    ],
)
def test_its_credentials_are_its_own(headers: dict[str, str], provider: Any) -> None:
    for path in ("/v1/models", "/v1/models/m"):
        found = Catalogue([OPENAI, PROVIDER]).find(Request("GET", path, headers=headers))
        assert isinstance(found, Found)
        assert found.provider is provider
    assert not PROVIDER.recognises(Request("GET", path, headers={"xi-api-key": "x"}))
