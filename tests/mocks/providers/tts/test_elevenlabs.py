from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.fault import Refusal
from mocks.providers.tts.elevenlabs import PROVIDER
from mocks.wire import Close, Head, Request
from speech.encoding import Encoding
from speech.recording import hear_samples

from ..shapes import shape
from .elevenlabs_client import ASKED, KEY, VOICE, Client, Service

WIRE = Path(__file__).parents[3] / "wires" / "elevenlabs_tts_websocket.jsonl"
HELLO = "Hello there, how are you?"


def test_a_context_is_one_utterance() -> None:
    client = Client(first_s=0.2)
    client.speak("Hello there. ", "How can I help?")
    client.run(10_000)
    text = "Hello there. How can I help?"
    assert client.heard() == text
    assert client.messages[-1] == {"isFinal": True, "contextId": "c"}
    (work,) = client.work
    assert (work.type, work.text_in, work.text_out) == ("ok", text, text)
    assert work.first_at_ns == 200_000_000
    (heard,) = hear_samples(Encoding.LINEAR16.decode(client.sound()), 8000)
    assert (heard.identity, heard.verified) == (work.identity, True)


def test_a_socket_may_be_one_context() -> None:
    client = Client("stream-input")
    client.tell(text=" ", voice_settings=None, generation_config={"chunk_length_schedule": [50]})
    client.tell(text="Hello there, ", try_trigger_generation=True)
    client.tell(text="how are you?")
    client.tell(text="")
    client.run()
    assert client.heard(None) == HELLO
    assert client.messages[-1] == {"audio": None, "isFinal": True}
    assert client.to(client.number)[-1] == Close(1000, work="1.1")
    assert client.closing("socket")[0].type == "ok"


def test_a_single_socket_that_said_nothing_is_final_at_once() -> None:
    client = Client("stream-input")
    client.tell(text="")
    assert client.messages == [{"audio": None, "isFinal": True}]
    assert client.to(client.number)[-1] == Close(1000)


def test_close_socket_waits_for_what_is_being_said() -> None:
    client = Client(first_s=0.2)
    client.tell(text="Hello there. ", context_id="a")
    client.tell(text="Something much longer. ", context_id="b")
    client.tell(close_socket=True)
    client.tell(text="Too late. ", context_id="c")
    client.run()
    assert (client.heard("a"), client.heard("b")) == ("Hello there.", "Something much longer.")
    assert {one["contextId"] for one in client.messages if one.get("isFinal")} == {"a", "b"}
    assert client.to(client.number)[-1] == Close(1000, work="2.1")
    assert {work.type for work in client.work} == {"ok"}


def test_close_socket_waits_longer_if_a_fault_delays_the_sound() -> None:
    client = Client()
    client.apply("slowdown", between="200ms")
    client.speak(HELLO)
    client.tell(close_socket=True)
    client.run()
    assert client.heard() == HELLO
    *_, final, closed = client.to(client.number)
    assert (json.loads(final.data)["isFinal"], closed.code) == (True, 1000)


def test_an_idle_socket_is_closed_at_once_when_it_is_asked() -> None:
    client = Client()
    client.tell(close_socket=True)
    assert client.to(client.number)[1:] == [Close(1000)]


@pytest.mark.parametrize("path", ["multi-stream-input", "stream-input"])
def test_a_silent_client_is_told_so_and_left(path: str) -> None:
    client = Client(path)
    client.run(19_000)
    client.tell(text="" if path.startswith("multi") else " ")
    client.run(19_900)
    assert client.messages == []
    client.run(200)
    (error,) = client.messages
    assert (error["error"], error["code"]) == ("input_timeout_exceeded", 1008)
    assert "timeout of 20 seconds" in error["message"]
    assert client.to(client.number)[-1] == Close(1008, error["message"])


@pytest.mark.parametrize(
    ("asked", "waits_s"), [("180", 180), ("999", 180), ("0", 1), ("x", 20), ("nan", 20)]
)
def test_how_long_a_client_may_be_silent(asked: str, waits_s: int) -> None:
    client = Client(inactivity_timeout=asked)
    client.run(waits_s * 1000 - 1)
    assert client.messages == []
    client.run(1)
    assert client.messages[0]["error"] == "input_timeout_exceeded"


def test_a_sixth_context_is_one_too_many() -> None:
    client = Client()
    for name in "abcde":
        client.tell(text="Hello there. ", context_id=name)
    client.tell(text="Me too. ", context_id="f")
    error = client.messages[-1]
    assert (error["error"], error["code"]) == ("max_active_conversations", 1008)
    assert client.to(client.number)[-1].code == 1008
    client.run()
    works = client.work
    assert len(works) == 5
    assert {work.type for work in works} == {"info"}


def test_a_context_keeps_its_place_until_its_last_sound() -> None:
    client = Client()
    for name in "abcde":
        client.speak(HELLO, context=name)
    client.run(100)
    client.tell(text=" ", context_id="f")
    assert client.to(client.number)[-1].code == 1008
    client = Client()
    for name in "abcde":
        client.speak(HELLO, context=name)
    client.run(10_000)
    client.speak("Me too.", context="f")
    client.run(10_000)
    assert client.heard("f") == "Me too."


def test_keeping_alive_opens_no_context() -> None:
    client = Client()
    for _ in range(10):
        client.tell(text="")
        client.tell(context_id="nobody", close_context=True)
        client.run(10_000)
    assert client.messages == []
    assert client.work == ()


def test_settings_belong_in_the_first_message() -> None:
    client = Client()
    client.tell(text=" ", context_id="c", voice_settings={"speed": 1.1})
    client.tell(text="Hello. ", context_id="c", voice_settings={"speed": 1.1})
    client.tell(text="Hello. ", context_id="c")
    assert not any(isinstance(one, Close) for one in client.to(client.number))
    client.tell(text="Hello. ", context_id="c", voice_settings={"speed": 0.9})
    assert client.messages[-1]["message"].startswith("voice_settings can only")
    assert client.to(client.number)[-1].code == 1008


@pytest.mark.parametrize(
    "text",
    ["", "hello", "[1]", '{"text":3}', '{"flush":"yes"}', '{"context_id":7}',
     '{"text":" ","generation_config":{"chunk_length_schedule":[10]}}'],
)  # fmt: skip
def test_what_cannot_be_read_closes_the_socket(text: str) -> None:
    client = Client()
    client.say(client.number, text)
    assert client.messages[0]["error"] == "invalid_input_message"
    assert client.to(client.number)[-1].code == 1008


def test_sound_is_not_taken() -> None:
    client = Client()
    client.push(client.number, b"\0\1")
    assert client.messages[0]["error"] == "invalid_input_message"


@pytest.mark.parametrize(
    "asked",
    [
        {"headers": {"xi-api-key": "k"}},
        {"headers": {"authorization": "Bearer k"}},
        {"query": {"authorization": ["k"]}},
        {"query": {"single_use_token": ["k"]}},
        {"first": {"xi_api_key": "k"}},
        {"first": {"xi-api-key": "k"}},
        {"first": {"authorization": "Bearer k"}},
        {},
    ],
)
def test_a_key_may_stand_in_many_places(asked: dict[str, Any]) -> None:
    client = Service()
    query = ASKED | asked.get("query", {})
    number = client.socket(f"{VOICE}/stream-input", headers=asked.get("headers", {}), query=query)
    assert client.to(number)[0].status == 101
    client.say(number, json.dumps({"text": " "} | asked.get("first", {})))
    (*_, last) = client.to(number)
    if asked:
        assert isinstance(last, Head)
    else:
        assert json.loads(client.texts(number)[0])["error"] == "authentication_required"
        assert last.code == 1008


@pytest.mark.parametrize("asked", ["mp3_44100_128", "opus_48000_32", "pcm_11025", ""])
def test_a_format_that_is_not_made_is_refused_with_a_remedy(
    asked: str, caplog: pytest.LogCaptureFixture
) -> None:
    drive = Service()
    with caplog.at_level(logging.WARNING):
        number = drive.socket(
            f"{VOICE}/stream-input", headers=KEY, query={"output_format": [asked]}
        )
    head, body = drive.to(number)
    detail = json.loads(body.data)["detail"]
    assert (head.status, detail["status"]) == (400, "unsupported_output_format")
    assert "pcm_16000" in caplog.text
    assert any("pcm_16000" in event.data.get("reason", "") for event in drive.events)


@pytest.mark.parametrize(
    ("asked", "rate_hz", "decode"),
    [("pcm_8000", 8000, Encoding.LINEAR16), ("pcm_22050", 22050, Encoding.LINEAR16),
     ("pcm_24000", 24000, Encoding.LINEAR16), ("pcm_48000", 48000, Encoding.LINEAR16),
     ("ulaw_8000", 8000, Encoding.MULAW), ("alaw_8000", 8000, Encoding.ALAW)],
)  # fmt: skip
def test_sound_comes_as_it_was_asked_for(asked: str, rate_hz: int, decode: Encoding) -> None:
    client = Client(output_format=asked)
    client.speak(HELLO)
    client.run()
    (heard,) = hear_samples(decode.decode(client.sound()), rate_hz)
    assert (heard.text, heard.verified) == (HELLO, True)


def test_one_utterance_too_many_closes_its_socket() -> None:
    client = Client()
    client.apply("concurrency", limit=1)
    client.tell(text="Hello there. ", context_id="a")
    client.tell(text="Me too. ", context_id="b")
    reason = (
        "Too many concurrent requests. Your current subscription is associated with a maximum of "
        "1 concurrent requests (running )"
    )
    assert client.to(client.number)[-1] == Close(1008, reason, "2.1")
    assert [(work.type, work.status) for work in client.work] == [("info", 200), ("fail", 429)]


def test_an_idle_socket_does_not_count() -> None:
    client = Client()
    client.apply("concurrency", limit=1)
    other = client.socket(f"{VOICE}/multi-stream-input", headers=KEY, query=ASKED)
    client.tell(text="Hello there. ", context_id="a")
    client.run(5000)
    client.say(other, json.dumps({"text": "Me too. ", "context_id": "b"}))
    client.run(5000)
    assert [work.type for work in client.work] == ["ok", "ok"]


def test_a_stalled_socket_says_nothing_until_it_is_healed() -> None:
    client = Client()
    client.apply("stall")
    client.speak(HELLO)
    client.run(5000)
    assert client.messages == []
    client.heal()
    client.run(1000)
    assert client.heard() == HELLO


def refused(where: Any, reason: str = "concurrency", **fields: Any) -> list[Any]:
    refusal = Refusal(reason, where=where, detail={"limit": 4, "active": 4}, **fields)
    return Service().refuse(Request("WS", f"{VOICE}/stream-input", headers=KEY), refusal)


def test_a_socket_is_refused_after_the_upgrade() -> None:
    head, closed, *_ = refused(None)
    assert (head.status, closed.code) == (101, 1008)
    assert "maximum of 4 concurrent" in closed.reason


def test_a_socket_is_refused_before_the_upgrade() -> None:
    head, body = refused("before", retry_after_s=2.4)
    assert (head.status, head.headers["Retry-After"]) == (429, "3")
    assert head.headers["maximum-concurrent-requests"] == "4"
    detail = json.loads(body.data)["detail"]
    assert detail["status"] == "too_many_concurrent_requests"
    assert detail["code"] == "concurrent_limit_exceeded"


def test_a_socket_is_refused_in_band() -> None:
    head, text, closed, *_ = refused("in_band", "overloaded", status=503)
    assert (head.status, closed.code) == (101, 1011)
    assert json.loads(text.data)["code"] == 1011


def test_the_header_tells_whose_request_it_is() -> None:
    assert PROVIDER.recognises(Request("GET", "/v1/models", headers=KEY))
    assert not PROVIDER.recognises(Request("GET", "/v1/models", headers={"authorization": "B k"}))


names = st.sampled_from([
    "context_id", "text", "flush", "close_context", "close_socket", "voice_settings",
    "generation_config", "try_trigger_generation",
])  # fmt: skip
values = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just({})
steps = st.one_of(
    st.builds(json.dumps, st.dictionaries(names, values)),
    st.fixed_dictionaries(
        {},
        optional={
            "text": st.text(max_size=12) | st.sampled_from(["Hello. ", "a b", "3", ".", " "]),
            "context_id": st.sampled_from(["a", "b"]),
            "flush": st.booleans(),
            "close_context": st.booleans(),
        },
    ),
    st.sampled_from([10, 700, 3000]),
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["multi-stream-input", "stream-input"]),
    st.sampled_from(["true", "false"]),
    st.lists(steps, max_size=12),
)
def test_no_message_is_too_strange(path: str, auto: str, sent: list[Any]) -> None:
    client = Client(path, auto_mode=auto)
    for step in sent:
        match step:
            case str():
                client.say(client.number, step)
            case int():
                client.run(step)
            case _:
                client.tell(**step)
    client.run()
    client.service.vanish(client.number, client.now_ns)
    assert client.service.bugs == 0
    assert all(work.type is not None for work in client.work)


def test_messages_have_the_fields_of_the_reference() -> None:
    golden = [json.loads(line) for line in WIRE.read_text().splitlines()]
    several, single = Client(), Client("stream-input")
    several.speak("Hi.", context="c1")
    several.run(3000)
    single.tell(text="Hi.")
    single.tell(text="")
    single.run(3000)
    for name in "abcdef":
        several.tell(text=" ", context_id=name)
    sent = [one for one in several.messages + single.messages if one.get("alignment", True)]
    assert [fields for one in golden if (fields := shape(one)) not in map(shape, sent)] == []
    assert {json.dumps(shape(one)) for one in sent} == {json.dumps(shape(one)) for one in golden}
    assert several.messages[-1] == golden[-1]
