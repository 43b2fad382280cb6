from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.fault import Refusal
from mocks.providers.stt.assemblyai import PROVIDER
from mocks.wire import Body, Close, Head, Request
from speech.mouth import TRAILING_SILENCE_S

from ...drive import Drive
from ..shapes import shape
from .assemblyai_client import HEADERS, LINE, PLAIN, PRO, Client
from .stt_client import RATE_HZ

WIRE = Path(__file__).parents[3] / "wires" / "assemblyai_v3_ws.jsonl"


def test_what_is_said_is_what_is_understood() -> None:
    client = Client(format_turns="True")
    client.silence(0.5)
    utterance = client.speak(LINE, identity=4711)
    client.silence(1.5)
    (at_s, plain), (formatted_at_s, formatted) = client.ends
    assert (plain["transcript"], formatted["transcript"]) == (PLAIN, LINE)
    assert (plain["turn_is_formatted"], formatted["turn_is_formatted"]) == (False, True)
    assert (plain["utterance"], formatted["utterance"]) == (LINE, "")
    told = [(word["text"], word["word_is_final"]) for word in formatted["words"]]
    assert told == [(word, True) for word in LINE.split()]
    assert formatted_at_s == at_s
    ended_s = 0.5 + utterance.duration_s - TRAILING_SILENCE_S
    assert at_s - ended_s == pytest.approx(0.4 + 0.2, abs=0.08)
    spoken = [(word.end_s + 0.5) * 1000 for word in utterance.words]
    assert [word["end"] for word in plain["words"]] == pytest.approx(spoken, abs=80)
    (work,) = client.work
    assert (work.type, work.text_out, work.identity) == ("ok", LINE, 4711)
    assert work.waited_ms == pytest.approx(600, abs=30)


def test_a_client_that_leaves_is_known_by_what_was_heard() -> None:
    client = Client()
    client.play(client.mouth.speak(LINE, identity=4711).samples[: 3 * RATE_HZ])
    client.service.vanish(client.number, client.now_ns)
    (work,) = client.work
    assert (work.type, work.cancelled, work.identity) == ("info", True, 4711)
    assert LINE.startswith(work.text_out)
    assert len(work.text_out) > 10


def test_a_new_beginning_ends_the_turn_that_is_held_back() -> None:
    client = Client(end_of_turn_confidence_threshold="1", max_turn_silence="3000")
    client.speak("First.")
    client.speak("Second.")
    client.silence(4.0)
    ends = [(turn["turn_order"], turn["transcript"]) for _, turn in client.ends]
    assert ends == [(0, "first"), (1, "second")]
    assert [work.text_out for work in client.work] == ["First.", "Second."]


def test_the_agents_own_voice_is_no_text() -> None:
    client = Client(**PRO)
    client.play(client.agent.speak("How can I help you?", 5).samples)
    client.silence(2.0)
    assert [one["type"] for one in client.messages] == ["Begin"]
    assert client.work == ()


def test_an_endpoint_is_forced() -> None:
    client = Client(max_turn_silence="3000", min_turn_silence="3000", final_s=0.05)
    client.speak("That is all.")
    client.silence(0.2)
    client.tell("ForceEndpoint")
    client.silence(4.0)
    ((_, end),) = client.ends
    assert (end["transcript"], end["utterance"]) == ("that is all", "That is all.")
    assert client.work[0].type == "ok"


def test_a_forced_endpoint_waits_for_a_slow_transcription() -> None:
    client = Client(final_s=2.0)
    utterance = client.speak("That is all.")
    client.silence(0.2)
    client.tell("ForceEndpoint")
    client.silence(3.0)
    ((at_s, _),) = client.ends
    assert at_s == pytest.approx(utterance.duration_s - TRAILING_SILENCE_S + 2.0, abs=0.08)


def test_a_forced_endpoint_does_not_split_a_word() -> None:
    client = Client()
    samples = client.mouth.speak("Wonderful appointments everywhere.").samples
    client.play(samples[:RATE_HZ])
    client.tell("ForceEndpoint")
    client.play(samples[RATE_HZ:])
    client.silence(1.5)
    ends = [(turn["turn_order"], turn["transcript"]) for _, turn in client.ends]
    assert ends == [(0, "wonderful"), (1, "appointments everywhere")]
    (work,) = client.work
    assert work.text_out == "Wonderful appointments everywhere."


def test_where_nothing_was_said_there_is_nothing_to_force() -> None:
    client = Client()
    client.silence(0.5)
    client.tell("ForceEndpoint")
    client.silence(0.5)
    assert client.turns == []


def test_termination_comes_after_all_that_was_said() -> None:
    client = Client(min_turn_silence="5000", max_turn_silence="5000")
    client.speak("Goodbye.")
    client.tell("Terminate")
    client.run(1000)
    *_, end, last = client.messages
    assert (end["transcript"], end["end_of_turn"]) == ("goodbye", True)
    assert last["type"] == "Termination"
    assert last["audio_duration_seconds"] == last["session_duration_seconds"] == 1
    assert client.close == Close(1000, work="u1")
    assert client.closing("socket")[0].type == "ok"
    assert [work.type for work in client.work] == ["ok"]


def test_a_slow_last_turn_is_not_overtaken_by_the_termination() -> None:
    client = Client()
    client.apply("slowdown", target="stt/assemblyai", first="2s")
    client.speak("No.")
    client.tell("Terminate")
    client.run(10_000)
    assert [one["type"] for one in client.messages][-2:] == ["Turn", "Termination"]
    assert [work.type for work in client.work] == ["ok"]


def test_a_session_without_a_word_is_terminated_too() -> None:
    client = Client()
    client.silence(2.0)
    client.tell("Terminate")
    client.tell("Terminate")
    client.run(1000)
    assert [one["type"] for one in client.messages] == ["Begin", "Termination"]
    assert client.close.code == 1000


def test_sound_comes_in_frames_of_50_to_1000_ms() -> None:
    client = Client()
    client.play(np.zeros(RATE_HZ * 3, np.int16), frame_ms=1000)
    client.play(np.zeros(RATE_HZ, np.int16), frame_ms=20)
    error = client.messages[-1]
    assert error == {
        "type": "Error",
        "error_code": 3007,
        "error": "Input duration violation: 20 ms. Expected between 50 and 1000 ms",
    }
    assert client.close == Close(3007, error["error"])
    assert client.closing("socket")[0].data["reason"] == error["error"]


def test_a_frame_may_not_be_longer_than_a_second() -> None:
    client = Client()
    client.push(client.number, b"\xff" * 8008)
    assert client.messages[-1]["error"].startswith("Input duration violation: 1001 ms")


def test_a_short_rest_before_the_termination_is_heard() -> None:
    client = Client()
    client.silence(1.0)
    client.push(client.number, b"\xff" * 160)
    client.tell("Terminate")
    client.run(1000)
    assert client.close.code == 1000


def test_sound_may_not_come_much_faster_than_it_sounds() -> None:
    client = Client()
    for _ in range(11):
        client.push(client.number, b"\xff" * 8000)
    error = client.messages[-1]
    assert error["error_code"] == client.close.code == 3007
    assert error["error"].startswith("Audio Transmission Rate Exceeded: Received 11.0 sec.")


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("hello", "Invalid JSON: hello"),
        ("[]", "Invalid Message: []"),
        ('{"type":7}', 'Invalid Message: {"type":7}'),
        ('{"type":"Hello"}', "Invalid Message Type: Hello"),
    ],
)
def test_a_message_that_is_none_ends_the_session(said: str, error: str) -> None:
    client = Client()
    client.say(client.number, said)
    assert client.messages[-1] == {"type": "Error", "error_code": 3006, "error": error}
    assert client.close == Close(3006, error)


def test_a_reason_too_long_for_a_close_frame_is_in_the_error_alone() -> None:
    client = Client()
    client.say(client.number, "x" * 150)
    assert client.messages[-1]["error"] == "Invalid JSON: " + "x" * 150
    assert client.close == Close(3006, "See Error message for details")


def refused(method: str, path: str, reason: str, **fields: Any) -> list[Any]:
    request = Request(method, path, headers=HEADERS)
    return Drive(PROVIDER).refuse(request, Refusal(reason, **fields))


@pytest.mark.parametrize(
    ("reason", "code", "text"),
    [
        ("rate_limit", 1008, "Unauthorized connection: Too many concurrent sessions"),
        ("concurrency", 3009, "Unauthorized Connection: Too many concurrent sessions"),
        ("quota", 1008, "Unauthorized Connection: Insufficient account balance"),
        ("overloaded", 3005, "Session Cancelled: An error occurred"),
    ],
)
def test_a_session_is_refused_after_the_upgrade(reason: str, code: int, text: str) -> None:
    head, error, close = refused("WS", "/v3/ws", reason)
    assert head == Head(101)
    assert json.loads(error.data) == {"type": "Error", "error_code": code, "error": text}
    assert close == Close(code, text)


def test_a_session_may_be_refused_elsewhere() -> None:
    head, body = refused("WS", "/v3/ws", "concurrency", where="before", retry_after_s=1.4)
    assert isinstance(body, Body)
    assert (head.status, head.headers["Retry-After"]) == (429, "2")
    _, close = refused("WS", "/v3/ws", "concurrency", where="after")
    assert close.code == 3009


def test_a_token_is_refused_in_the_response() -> None:
    head, body = refused("GET", "/v3/token", "overloaded")
    assert head.status == 503
    assert json.loads(body.data)["error"] == "Session Cancelled: An error occurred"


def test_sessions_are_counted_and_neither_utterances_nor_tokens() -> None:
    client = Client()
    client.play(client.mouth.speak("I am in the middle of it.").samples[:RATE_HZ])
    client.apply("concurrency", target="stt", limit=2)
    token = Request("GET", "/v3/token", query={"expires_in_seconds": ["60"]}, headers=HEADERS)
    assert client.to(client.open(token))[0].status == 200
    taken, refused = client.connect(), client.connect()
    assert [one["type"] for one in client.messages_to(taken)] == ["Begin"]
    assert [one["error_code"] for one in client.messages_to(refused)] == [3009]


def test_new_sessions_are_limited_per_minute() -> None:
    client = Client()
    client.apply("rate_limit", target="stt/assemblyai", requests="2/m", burst=2)
    numbers = [client.connect() for _ in range(3)]
    assert [client.messages_to(number)[-1]["type"] for number in numbers] == [
        "Begin",
        "Begin",
        "Error",
    ]
    client.run(30_000)
    assert client.messages_to(client.connect())[-1]["type"] == "Begin"


def test_a_stalled_session_is_silent_until_it_is_healed() -> None:
    client = Client()
    client.apply("stall", target="stt")
    client.speak("Anybody there?")
    client.silence(2.0)
    assert client.turns == []
    client.heal()
    client.run(100)
    assert [turn["utterance"] for _, turn in client.ends] == ["Anybody there?"]


def test_its_keys_are_told_from_those_of_others() -> None:
    assert PROVIDER.recognises(Request("WS", "/v3/ws", headers=HEADERS))
    assert PROVIDER.recognises(Request("WS", "/v3/ws", query={"token": ["x"]}))
    assert not PROVIDER.recognises(Request("WS", "/v3/ws", headers={"authorization": "Token x"}))
    assert not PROVIDER.recognises(Request("WS", "/v3/ws"))


def test_messages_have_the_fields_of_the_reference() -> None:
    golden = {one["type"]: one for one in map(json.loads, WIRE.read_text().splitlines())}
    client = Client(**PRO)
    client.speak("That is all.")
    client.silence(2.0)
    client.say(client.number, '{"type":"Hello"}')
    parting = Client()
    parting.tell("Terminate")
    parting.run(100)
    sent = {one["type"]: one for one in client.messages + parting.messages}
    assert {type: shape(one) for type, one in golden.items()} == {
        type: shape(one) for type, one in sent.items()
    }


steps = st.one_of(
    st.text(),
    st.sampled_from(['{"type":"ForceEndpoint"}', '{"type":"KeepAlive"}', '{"type":["x"]}', "1"]),
    st.builds(
        lambda told: json.dumps({"type": "UpdateConfiguration", **told}),
        st.dictionaries(st.sampled_from(["max_turn_silence", "format_turns", "x"]), st.integers()),
    ),
    st.binary(min_size=0, max_size=400),
    st.sampled_from([b"\x7f" * 1600, b"\x7f" * 401, 30, 700, 2000]),
)


@settings(deadline=None, max_examples=40)
@given(st.lists(steps, max_size=12), st.sampled_from(["pcm_mulaw", "pcm_s16le"]), st.booleans())
def test_no_message_is_too_strange(sent: list[Any], encoding: str, pro: bool) -> None:
    client = Client(encoding=encoding, **(PRO if pro else {}))
    client.do(sent)
    client.tell("Terminate")
    client.run(30_000)
    assert client.service.bugs == 0
    assert client.messages[-1]["type"] in ("Termination", "Error")
