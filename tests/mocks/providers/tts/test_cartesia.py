from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.fault import Refusal
from kernel.history import History
from mocks.providers.tts.cartesia import PROVIDER
from mocks.wire import Close, Request
from speech.encoding import Encoding
from speech.mouth import Role
from speech.recording import hear_samples
from speech.wav import parse_wav

from ...drive import MS, Drive
from ..shapes import shape
from .cartesia_client import HEADERS, RAW, Client

WIRE = Path(__file__).parents[3] / "wires" / "cartesia_tts_websocket.jsonl"
OLD = {"x-api-key": "key", "cartesia-version": "2025-04-16"}


def test_one_input_is_one_utterance() -> None:
    client = Client(first_s=0.2)
    client.ask("Hello there, how are you?")
    client.run()
    assert client.heard() == "Hello there, how are you?"
    *chunks, done = client.messages
    assert {one["type"] for one in chunks} == {"chunk"}
    assert {(one["status_code"], one["done"], one["flush_id"]) for one in chunks} == {
        (206, False, 1)
    }
    assert all(one["step_time"] > 0 for one in chunks)
    assert done == {"type": "done", "context_id": "c", "done": True, "status_code": 200}
    (work,) = client.work
    assert (work.type, work.text_in, work.text_out) == ("ok", *["Hello there, how are you?"] * 2)
    assert work.first_at_ns == 200 * MS
    samples = Encoding.LINEAR16.decode(client.sound())
    (heard,) = hear_samples(samples, 8000)
    assert (heard.identity, heard.verified, heard.role) == (work.identity, True, Role.AGENT)


def test_sound_comes_between_four_and_five_times_as_fast_as_it_plays() -> None:
    client = Client()
    client.ask("The quick brown fox jumps over the lazy dog, and over another one.")
    client.run()
    arrived_ms = client.arrived_ms("chunk")
    played_ms = len(client.sound()) / 16
    assert 4 < played_ms / (arrived_ms[-1] - arrived_ms[0]) < 5


def test_word_times_are_those_of_the_sound() -> None:
    client = Client()
    client.ask("One two", more=False, add_timestamps=True)
    client.run()
    (times,) = client.of("timestamps")
    (heard,) = hear_samples(Encoding.LINEAR16.decode(client.sound()), 8000)
    ends_s = [word.end_s for word in heard.words]
    assert times["word_timestamps"]["end"] == pytest.approx(ends_s, abs=0.05)


def test_cancelling_what_nobody_knows_has_no_effect() -> None:
    client = Client()
    client.cancel("nobody")
    client.run(1000)
    assert client.messages == []
    assert client.work == ()


def test_a_context_without_a_word_is_done_at_once() -> None:
    client = Client()
    client.ask(" ", more=True)
    client.ask("", more=False)
    client.run(1000)
    assert client.messages == [
        {"type": "done", "context_id": "c", "done": True, "status_code": 200}
    ]
    assert client.work == ()


def test_fields_of_a_context_do_not_change() -> None:
    client = Client()
    client.ask("Hello there.", more=True)
    client.ask("How are you?", more=True, voice={"mode": "id", "id": "bob"})
    client.run()
    assert client.heard() == "Hello there."
    assert client.messages[-1]["type"] == "error"
    assert (client.work[0].type, client.work[0].status) == ("fail", 400)


def test_what_closes_a_context_may_name_another_voice() -> None:
    client = Client()
    client.ask("Hello there.", more=True)
    client.ask("", more=False, voice="some default")
    client.run()
    assert client.heard() == "Hello there."
    assert client.messages[-1]["type"] == "done"


@pytest.mark.parametrize(
    ("encoding", "decode"),
    [
        ("pcm_s16le", Encoding.LINEAR16.decode),
        ("pcm_mulaw", Encoding.MULAW.decode),
        ("pcm_alaw", Encoding.ALAW.decode),
        ("pcm_f32le", lambda data: (np.frombuffer(data, "<f4") * 32768).astype(np.int16)),
    ],
)
@pytest.mark.parametrize("rate_hz", [8000, 22050, 48000])
def test_sound_comes_as_it_was_asked_for(encoding: str, decode: Any, rate_hz: int) -> None:
    client = Client()
    form = {"container": "raw", "encoding": encoding, "sample_rate": rate_hz}
    client.ask("Hello there.", output_format=form)
    client.run()
    (heard,) = hear_samples(decode(client.sound()), rate_hz)
    assert (heard.text, heard.verified) == ("Hello there.", True)


@pytest.mark.parametrize(
    "fields",
    [
        {"transcript": 3}, {"model_id": None}, {"voice": 1}, {"continue": "yes"},
        {"output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 11025}},
        {"output_format": {"container": "raw", "encoding": "opus", "sample_rate": 8000}},
        {"output_format": {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 8000}},
        {"max_buffer_delay_ms": 5001}, {"transcript": "x" * 10_001},
    ],
)  # fmt: skip
def test_bad_fields_are_refused_in_the_context_s_name(fields: dict[str, Any]) -> None:
    client = Client()
    client.ask(fields.pop("transcript", "Hello."), **fields)
    client.run()
    (error,) = client.messages
    assert (error["type"], error["status_code"], error["context_id"]) == ("error", 400, "c")
    assert {"error_code", "title", "message", "request_id"} <= error.keys()
    assert client.work == ()


def test_what_was_declined_stands_in_the_journal() -> None:
    client = Client()
    client.ask("Hello.", model_id=None)
    client.run()
    client.service.vanish(client.number, client.now_ns, code=1000)
    (socket,) = History(client.events).sockets
    assert (socket.opened, "model_id" in socket.declined) == (True, True)


@pytest.mark.parametrize("text", ["", "hello", "[1]", '{"transcript":"Hi"}', '{"context_id":7}'])
def test_a_message_without_a_context_is_refused(text: str) -> None:
    client = Client()
    client.say(client.number, text)
    (error,) = client.messages
    assert error["status_code"] == 400
    client.push(client.number, b"\0\1")
    assert len(client.messages) == 2


def test_one_context_too_many_is_refused_in_band_and_the_socket_stays() -> None:
    client = Client()
    client.apply("concurrency", limit=1)
    client.ask("Hello there.", context="a")
    client.ask("Me too.", context="b")
    client.run()
    (error,) = client.of("error", "b")
    assert (error["status_code"], error["error_code"]) == (429, "concurrency_limited")
    assert error["request_id"].endswith(":b")
    assert client.heard("a") == "Hello there."
    client.ask("Me again.", context="b")
    client.run()
    assert client.heard("b") == "Me again."
    assert [work.type for work in client.work] == ["ok", "fail", "ok"]


def test_old_versions_get_errors_of_one_line() -> None:
    client = Client(OLD)
    client.apply("concurrency", limit=0)
    client.ask("Hello there.")
    (error,) = client.messages
    assert error == {
        "type": "error", "context_id": "c", "done": True, "status_code": 429,
        "error": "Too many concurrent requests: You have exceeded your plan's concurrency limit.",
    }  # fmt: skip


def test_the_version_in_the_query_wins() -> None:
    drive = Drive(PROVIDER)
    query = {"cartesia_version": ["2025-04-16"]}
    session = drive.socket(
        "/tts/websocket", headers={"cartesia-version": "2026-08-14"}, query=query
    )
    head, body = drive.to(session)
    assert head.status == 401
    assert head.headers["Content-Type"].startswith("text/plain")
    assert body.data.startswith(b"Unauthorized: ")


@pytest.mark.parametrize(
    "asked",
    [
        {"headers": {"x-api-key": "k"}},
        {"headers": {"authorization": "Bearer k"}},
        {"query": {"api_key": ["k"]}},
        {"query": {"access_token": ["k"]}},
    ],
)
def test_a_key_may_stand_in_four_places(asked: dict[str, Any]) -> None:
    drive = Drive(PROVIDER)
    (head,) = drive.to(drive.socket("/tts/websocket", **asked))
    assert head.status == 101
    assert head.headers["X-Request-ID"]


def refused(where: Any, headers: dict[str, str] = HEADERS, **fields: Any) -> list[Any]:
    request = Request("WS", "/tts/websocket", headers=headers)
    return Drive(PROVIDER).refuse(request, Refusal("concurrency", where=where, **fields))


def test_a_socket_is_refused_before_the_upgrade() -> None:
    head, body = refused(None, retry_after_s=2.4)
    assert (head.status, head.headers["Retry-After"]) == (429, "3")
    assert json.loads(body.data)["error_code"] == "concurrency_limited"
    head, body = refused("before", OLD, status=503)
    assert (head.status, body.data[:21]) == (503, b"Service unavailable: ")


def test_a_socket_is_refused_after_the_upgrade() -> None:
    head, closed, *_ = refused("after")
    assert (head.status, closed) == (101, Close(1008, "Too many concurrent requests"))


def test_a_socket_is_refused_in_band() -> None:
    head, text, closed, *_ = refused("in_band", status=500)
    assert (head.status, closed.code) == (101, 1011)
    assert json.loads(text.data)["status_code"] == 500


def test_an_idle_socket_is_closed() -> None:
    client = Client()
    client.run(200_000)
    client.ask("Hello.")
    client.run(299_000)
    assert client.texts(client.number)
    client.run(2_000)
    assert client.to(client.number)[-1] == Close(1000, "connection idle timeout")
    assert client.closing("socket")[0].type == "ok"


def posted(form: dict[str, Any], transcript: Any = "Hello there.") -> tuple[Client, list[Any]]:
    client = Client()
    told = {"model_id": "sonic-3", "transcript": transcript, "voice": "ann", "output_format": form}
    session = client.post(json.dumps(told).encode(), "/tts/bytes", headers=HEADERS)
    client.run()
    return client, client.to(session)


def test_bytes_are_the_utterance() -> None:
    client, (head, *bodies) = posted(RAW)
    assert head.status == 200
    sound = Encoding.LINEAR16.decode(b"".join(body.data for body in bodies))
    (heard,) = hear_samples(sound, 8000)
    work = client.work[-1]
    assert heard.text == work.text_in == work.text_out == "Hello there."
    assert (heard.verified, heard.identity) == (True, work.identity)


@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_mulaw", "pcm_alaw"])
def test_bytes_can_be_a_wav_file(encoding: str) -> None:
    _, (head, *bodies) = posted({"container": "wav", "encoding": encoding, "sample_rate": 8000})
    assert head.headers["Content-Type"] == "audio/wav"
    recording = parse_wav(b"".join(body.data for body in bodies))
    (heard,) = hear_samples(recording.samples, recording.rate_hz)
    assert heard.text == "Hello there."


@pytest.mark.parametrize("transcript", ["", "  ", None])
def test_bytes_of_nothing_are_refused(transcript: Any) -> None:
    _, (head, _) = posted(RAW, transcript)
    assert head.status == 400


def test_one_request_too_many_is_refused() -> None:
    client = Client()
    client.apply("concurrency", limit=0)
    told = {"model_id": "m", "transcript": "Hi", "voice": "ann", "output_format": RAW}
    session = client.post(json.dumps(told).encode(), "/tts/bytes", headers=OLD)
    head, body = client.to(session)
    assert (head.status, body.data[:10]) == (429, b"Too many c")


names = st.sampled_from(["context_id", "transcript", "continue", "cancel", "flush", "voice",
                         "model_id", "output_format", "max_buffer_delay_ms"])  # fmt: skip
values = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(RAW) | st.just({})
)
steps = st.one_of(
    st.builds(json.dumps, st.dictionaries(names, values)),
    st.text(),
    st.tuples(
        st.text(max_size=12) | st.sampled_from(["Hello. ", "a b", "3", ".", "\U0001f600"]),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["a", "b"]),
        st.sampled_from([0, 300]),
    ),
    st.sampled_from([("a",), ("b",), 10, 700, 3000]),
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, max_size=12))
def test_no_message_is_too_strange(sent: list[Any]) -> None:
    client = Client()
    for step in sent:
        match step:
            case str():
                client.say(client.number, step)
            case int():
                client.run(step)
            case (context,):
                client.cancel(context)
            case (text, more, flush, context, buffer_ms):
                client.ask(text, more, context, flush=flush, max_buffer_delay_ms=buffer_ms)
    client.run()
    assert client.service.bugs == 0
    assert all(work.type is not None for work in client.work)


def test_messages_have_the_fields_of_the_reference() -> None:
    golden = [json.loads(line) for line in WIRE.read_text().splitlines()]
    client = Client()
    client.ask("Hi.", more=True, add_timestamps=True, flush=True)
    client.ask("", more=False, add_timestamps=True)
    client.apply("concurrency", limit=0)
    client.ask("Hi.", context="d")
    client.run()
    sent, kept = {one["type"]: one for one in client.messages}, ("type", "done", "flush_done")
    assert {one["type"]: shape(one, kept) for one in golden} == {
        type: shape(one, kept) for type, one in sent.items()
    }


def test_the_journal_tells_no_wait_that_the_client_was_not_told() -> None:
    client = Client()
    client.apply("rate_limit", requests="1/s", burst=1, retry_after="2s", of="context")
    client.ask("One.", context="a")
    client.ask("Two.", context="b")
    client.run()
    (error,) = client.of("error", "b")
    assert error["status_code"] == 429
    (refused,) = [work for work in client.work if work.type == "fail"]
    assert refused.retry_after_s is None


def test_the_wait_is_never_told_shorter_than_it_is() -> None:
    drive = Drive(PROVIDER)
    drive.apply("rate_limit", requests="1/s", burst=1, retry_after="1400ms")
    asked = {"model_id": "sonic-3", "transcript": "One.", "voice": "ann", "output_format": RAW}
    for _ in range(2):
        number = drive.post(json.dumps(asked).encode(), "/tts/bytes", headers=HEADERS)
    (refused,) = [work for work in drive.work if work.type == "fail"]
    assert refused.retry_after_s == pytest.approx(1.4)
    assert drive.to(number)[0].headers["Retry-After"] == "2"
