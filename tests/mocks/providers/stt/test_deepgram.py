from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.fault import Refusal
from mocks.providers.stt.deepgram import PROVIDER
from mocks.wire import Body, Close, Head, Request
from speech.encoding import Encoding
from speech.mouth import TRAILING_SILENCE_S

from ...drive import Drive
from ..shapes import shape
from .deepgram_client import HEADERS, QUERY, Client, transcript
from .stt_client import RATE_HZ

WIRE = Path(__file__).parents[3] / "wires" / "deepgram_listen_v1.jsonl"
LINE = "Hello, this is Ada Byron. I want to move my appointment, please."


def test_what_is_said_is_what_is_understood() -> None:
    client = Client()
    client.silence(0.5)
    utterance = client.speak(LINE, identity=4711)
    client.silence(1.0)
    ((at_s, text),) = client.finals
    assert text == LINE
    ended_s = 0.5 + utterance.duration_s - TRAILING_SILENCE_S
    assert at_s - ended_s == pytest.approx(0.3 + 0.2, abs=0.06)
    (final,) = [one for _, one in client.results if one["is_final"]]
    assert (final["speech_final"], final["from_finalize"]) == (True, False)
    words = final["channel"]["alternatives"][0]["words"]
    assert [word["punctuated_word"] for word in words] == LINE.split()
    assert [word["word"] for word in words][:3] == ["hello", "this", "is"]
    spoken = [word.end_s + 0.5 for word in utterance.words]
    assert [word["end"] for word in words] == pytest.approx(spoken, abs=0.08)
    (work,) = client.work
    assert (work.type, work.text_out, work.identity) == ("ok", LINE, 4711)
    assert work.asked_at_ns is not None
    assert work.asked_at_ns / 1e9 == pytest.approx(ended_s, abs=0.06)
    assert work.waited_ms == pytest.approx(500, abs=30)


def test_results_come_once_a_second_of_audio_even_in_silence() -> None:
    client = Client()
    client.silence(4.5)
    assert [at_s for at_s, _ in client.interims] == pytest.approx([1, 2, 3, 4], abs=0.1)
    assert {text for _, text in client.interims} == {""}
    (first, *_), start = client.results, [one["start"] for _, one in client.results]
    assert first[1]["duration"] == pytest.approx(1.0, abs=0.1)
    assert start == [0.0] * 4


def test_no_results_come_where_no_audio_does() -> None:
    client = Client()
    client.silence(1.5)
    client.run(5000)
    assert len(client.interims) == 1
    client.silence(1.0)
    assert len(client.interims) == 2


def test_a_burst_of_audio_is_one_result() -> None:
    client = Client()
    client.push(client.number, b"\xff" * 8000 * 4)
    client.run(2000)
    assert len(client.interims) == 1
    assert client.results[0][1]["duration"] == 4.0


def test_interims_are_asked_for() -> None:
    client = Client(interim_results="false")
    client.speak(LINE)
    client.silence(1.0)
    assert client.interims == []
    assert [text for _, text in client.finals] == [LINE]


def test_interims_are_whole_words_and_lag_behind() -> None:
    client = Client()
    client.silence(0.8)
    utterance = client.speak(LINE)
    client.silence(1.0)
    interims = [(at_s, text) for at_s, text in client.interims if text]
    assert len(interims) >= 3
    spoken = utterance.words
    for at_s, text in interims:
        assert LINE.startswith(text)
        assert 0.8 + spoken[len(text.split()) - 1].end_s <= at_s - 0.3
        assert len(text) in (len(LINE), LINE.find(" ", len(text)))
        assert at_s >= 0.8 + 0.5
    assert client.interims[0] == (pytest.approx(1.0, abs=0.1), "")


def test_a_client_that_leaves_is_known_by_what_was_heard() -> None:
    client = Client()
    client.play(client.mouth.speak(LINE, identity=4711).samples[: 3 * RATE_HZ])
    client.service.vanish(client.number, client.now_ns)
    (work,) = client.work
    assert (work.type, work.cancelled, work.identity) == ("info", True, 4711)
    assert LINE.startswith(work.text_out)
    assert len(work.text_out) > 10


def test_utterances_come_one_by_one() -> None:
    client = Client()
    for number, text in enumerate(("First of all.", "And then?", "No."), 1):
        client.speak(text, identity=number)
        client.silence(1.2)
    assert [text for _, text in client.finals] == ["First of all.", "And then?", "No."]
    assert [work.identity for work in client.work] == [1, 2, 3]
    starts = [one["start"] for _, one in client.results if one["is_final"]]
    assert starts == sorted(starts)
    assert starts[0] == 0.0


def test_a_new_beginning_flushes_what_is_held_back() -> None:
    client = Client(endpointing="2000")
    client.speak("First.")
    client.speak("Second.")
    client.silence(3.0)
    assert [text for _, text in client.finals] == ["First.", "Second."]
    assert [work.text_out for work in client.work] == ["First.", "Second."]


def test_a_cut_utterance_is_held_back_for_a_second() -> None:
    client = Client(endpointing="10")
    whole = client.mouth.speak("This is not all that I want to say.")
    client.play(whole.samples[: 8000 * 1])
    client.silence(2.5)
    ((at_s, text),) = client.finals
    assert "This is not all that I want to say.".startswith(text[:-1])
    assert at_s == pytest.approx(1.0 + 1.0 + 0.2, abs=0.12)


def test_a_silent_pause_goes_on_in_another_final_of_the_same_caller() -> None:
    client = Client()
    client.mouth.begin(99)
    client.play(client.mouth.say("Well then, let me see.").samples)
    client.play(client.mouth.pause(2.0).samples)
    client.play(client.mouth.say("At three.").samples)
    client.play(client.mouth.finish().samples)
    client.silence(1.0)
    assert [text for _, text in client.finals] == ["Well then, let me see.", "At three."]
    assert [work.identity for work in client.work] == [99, 99]


def test_the_agents_own_voice_is_no_text() -> None:
    client = Client(vad_events="true")
    client.play(client.agent.speak("How can I help you?", 5).samples)
    client.silence(1.5)
    assert client.finals == []
    assert client.of("SpeechStarted") == []
    assert client.work == ()


def test_the_end_of_an_echo_is_not_that_of_the_caller() -> None:
    client = Client(endpointing="2000")
    utterance = client.speak("That is all.")
    client.play(client.agent.speak("Sure.").samples)
    client.silence(3.0)
    ((at_s, text),) = client.finals
    assert text == "That is all."
    ended_s = utterance.duration_s - TRAILING_SILENCE_S
    assert at_s == pytest.approx(ended_s + 2.0 + 0.2, abs=0.06)
    assert client.work[0].asked_at_ns == pytest.approx(ended_s * 1e9, abs=6e7)


def test_finalize_is_answered_with_what_was_said() -> None:
    client = Client(endpointing="2000", final_s=0.05)
    client.speak("That is all.")
    client.silence(0.2)
    client.tell("Finalize")
    client.silence(3.0)
    ((_, text),) = client.finals
    assert text == "That is all."
    (final,) = [one for _, one in client.results if one["is_final"]]
    assert (final["from_finalize"], final["speech_final"]) == (True, True)
    assert client.work[0].type == "ok"


def test_finalize_is_answered_even_if_nothing_was_said() -> None:
    client = Client()
    client.silence(0.5)
    client.tell("Finalize")
    client.silence(0.1)
    ((at_s, text),) = client.finals
    assert (at_s, text) == (pytest.approx(0.52, abs=0.03), "")
    assert client.results[0][1]["from_finalize"] is True


def test_finalize_does_not_split_a_word() -> None:
    client = Client()
    samples = client.mouth.speak("Wonderful appointments everywhere.").samples
    client.play(samples[:8000])
    client.tell("Finalize")
    client.play(samples[8000:])
    client.silence(1.0)
    first, second = [one for _, one in client.results if one["is_final"]]
    assert (transcript(first), first["from_finalize"]) == ("Wonderful", True)
    assert first["speech_final"] is False
    assert (transcript(second), second["speech_final"]) == ("appointments everywhere.", True)
    (work,) = client.work
    assert work.text_out == "Wonderful appointments everywhere."


def test_finalize_waits_for_a_slow_transcription() -> None:
    client = Client(final_s=2.0)
    utterance = client.speak("That is all.")
    client.silence(0.2)
    client.tell("Finalize")
    client.silence(3.0)
    ((at_s, text),) = client.finals
    assert text == "That is all."
    assert at_s == pytest.approx(utterance.duration_s - TRAILING_SILENCE_S + 2.0, abs=0.06)


def test_without_endpointing_no_speech_is_final() -> None:
    client = Client(endpointing="false")
    client.speak("That is all.")
    client.silence(1.0)
    (final,) = [one for _, one in client.results if one["is_final"]]
    assert (transcript(final), final["speech_final"]) == ("That is all.", False)


def test_speech_and_its_end_are_told_if_asked_for() -> None:
    client = Client(vad_events="true", utterance_end_ms="1000", endpointing="10")
    client.silence(1.0)
    utterance = client.speak("That is all.")
    client.silence(2.0)
    (started,) = client.of("SpeechStarted")
    assert started["timestamp"] == pytest.approx(1.0, abs=0.05)
    (ended,) = client.of("UtteranceEnd")
    assert ended["last_word_end"] == pytest.approx(1.0 + utterance.words[-1].end_s, abs=0.05)
    (at_ms,) = [one.at_ms for one in client.sent if '"UtteranceEnd"' in str(one.what)]
    assert at_ms / 1000 == pytest.approx(ended["last_word_end"] + 1.0, abs=0.06)


def test_the_stream_closes_with_all_that_was_said_and_metadata() -> None:
    client = Client(endpointing="2000")
    client.speak("Goodbye.")
    client.tell("CloseStream")
    client.run(1000)
    *_, final, metadata = client.messages
    assert (transcript(final), final["is_final"]) == ("Goodbye.", True)
    assert metadata["type"] == "Metadata"
    assert metadata["duration"] == pytest.approx(client.results[-1][1]["start"] + final["duration"])
    assert client.to(client.number)[-1] == Close(1000)
    assert client.closing("socket")[0].type == "ok"
    assert [work.type for work in client.work] == ["ok"]


def test_sound_that_has_just_come_is_heard_before_the_stream_closes() -> None:
    client = Client()
    samples = client.mouth.speak("Goodbye.").samples
    client.push(client.number, Encoding.MULAW.encode(samples))
    client.tell("CloseStream")
    client.run(1000)
    assert [text for _, text in client.finals] == ["Goodbye."]


def test_an_empty_binary_frame_closes_the_stream() -> None:
    client = Client()
    client.push(client.number, b"")
    client.run(1000)
    assert client.to(client.number)[-1] == Close(1000)


def test_a_stream_without_sound_or_word_times_out() -> None:
    client = Client()
    client.silence(0.5)
    client.run(9_000)
    client.tell("KeepAlive")
    client.run(9_500)
    assert client.of("Metadata") == []
    client.run(2_000)
    metadata, close = [one for one in client.sent if one.session == client.number][-2:]
    assert json.loads(metadata.what.data)["type"] == "Metadata"
    assert close.at_ms - metadata.at_ms == 25
    assert close.what.code == 1011
    assert "net0001" in close.what.reason
    assert 10_000 <= metadata.at_ms - 9_500 <= 12_000


def test_words_alone_keep_no_stream_open_that_has_had_no_sound() -> None:
    client = Client()
    for _ in range(3):
        client.tell("KeepAlive")
        client.run(5_000)
    closed = client.to(client.number)[-1]
    assert (type(closed), closed.code) == (Close, 1011)
    assert "net0001" in closed.reason


def test_sound_alone_keeps_a_stream_open() -> None:
    client = Client(interim_results="false")
    client.silence(15.0)
    assert client.messages == []


def test_messages_that_are_none_are_answered() -> None:
    client = Client()
    client.say(client.number, "hello")
    client.tell("Configure", keyterms=["Ada"])
    error, success = client.messages
    assert (error["type"], error["variant"], error["message"]) == ("Error", "SchemaError", "hello")
    assert (success["type"], success["keyterms"]) == ("ConfigureSuccess", ["Ada"])


@pytest.mark.parametrize(
    ("headers", "protocol"),
    [
        ({"authorization": "Token key"}, None),
        ({"authorization": "bearer jwt"}, None),
        ({"sec-websocket-protocol": "token, key"}, "token"),
    ],
)
def test_a_key_may_stand_in_three_places(headers: dict[str, str], protocol: str | None) -> None:
    drive = Drive(PROVIDER)
    query = {name: [value] for name, value in QUERY.items()}
    (head,) = drive.to(drive.socket("/v1/listen", headers=headers, query=query))
    assert head.status == 101
    assert head.headers["dg-request-id"]
    assert head.headers.get("Sec-WebSocket-Protocol") == protocol


@pytest.mark.parametrize(
    ("changed", "headers", "status"),
    [
        ({}, {}, 401),
        ({"encoding": ""}, HEADERS, 400),
        ({"encoding": "speex"}, HEADERS, 400),
        ({"encoding": "a\r\nSet-Cookie: b\0"}, HEADERS, 400),
        ({"sample_rate": "4000"}, HEADERS, 400),
        ({"sample_rate": "eight"}, HEADERS, 400),
        ({"sample_rate": ""}, HEADERS, 400),
        ({"channels": "2"}, HEADERS, 400),
    ],
)
def test_what_cannot_be_heard_is_refused(
    changed: dict[str, str], headers: dict[str, str], status: int
) -> None:
    drive = Drive(PROVIDER)
    query = {name: [value] for name, value in {**QUERY, **changed}.items()}
    head, body = drive.to(drive.socket("/v1/listen", headers=headers, query=query))
    told = json.loads(body.data)
    assert head.status == status
    assert head.headers["dg-error"] == told["err_msg"]
    assert told["err_msg"].isprintable()
    assert head.headers["dg-request-id"] == told["request_id"]
    assert drive.closing("socket")[0].type == "fail"


def refused(where: Any, **fields: Any) -> list[Any]:
    request = Request("WS", "/v1/listen", headers=HEADERS)
    return Drive(PROVIDER).refuse(request, Refusal("concurrency", where=where, **fields))


def test_a_stream_too_many_is_refused_before_the_upgrade() -> None:
    head, body = refused(None, retry_after_s=1.4)
    assert isinstance(head, Head)
    assert isinstance(body, Body)
    assert (head.status, head.headers["Retry-After"]) == (429, "2")
    assert json.loads(body.data)["err_code"] == "TOO_MANY_REQUESTS"


def test_a_stream_may_be_refused_after_the_upgrade() -> None:
    head, closed, *_ = refused("after")
    assert (head.status, closed.code) == (101, 1008)
    assert refused("after", status=503)[1].code == 1011


def test_a_stream_may_be_refused_in_band() -> None:
    head, text, closed, *_ = refused("in_band")
    assert (head.status, json.loads(text.data)["type"], closed.code) == (101, "Error", 1008)


def test_a_stream_too_many_is_refused_while_another_is_open() -> None:
    client = Client()
    client.apply("concurrency", target="stt", limit=1)
    query = {name: [value] for name, value in QUERY.items()}
    head, _ = client.to(client.socket("/v1/listen", headers=HEADERS, query=query))
    assert head.status == 429


def test_messages_have_the_fields_of_the_reference() -> None:
    golden = {one["type"]: one for one in map(json.loads, WIRE.read_text().splitlines())}
    client = Client(vad_events="true", utterance_end_ms="1000", endpointing="10")
    client.speak("That is all.")
    client.silence(2.0)
    client.say(client.number, "?")
    client.tell("Configure", keyterms=["x"])
    client.tell("CloseStream")
    client.run(1000)
    sent = {one["type"]: one for one in client.messages if transcript_or_none(one) != ""}
    for message in (golden["Metadata"], sent["Metadata"]):
        # Its keys are the ids of models.
        message["model_info"] = [*message["model_info"].values()]
    assert {type: shape(one) for type, one in golden.items()} == {
        type: shape(one) for type, one in sent.items()
    }


def transcript_or_none(message: dict[str, Any]) -> str | None:
    return transcript(message) if message["type"] == "Results" else None


steps = st.one_of(
    st.text(),
    st.sampled_from(['{"type":"Finalize"}', '{"type":"KeepAlive"}', '{"type":["x"]}', "[]", "1"]),
    st.builds(json.dumps, st.dictionaries(st.just("type") | st.text(), st.text() | st.none())),
    st.binary(min_size=1, max_size=400),
    st.sampled_from([b"\x7f" * 1600, 30, 700, 2000]),
)


@settings(deadline=None, max_examples=40)
@given(st.lists(steps, max_size=12), st.booleans())
def test_no_message_is_too_strange(sent: list[Any], closes: bool) -> None:
    client = Client(vad_events="true", utterance_end_ms="1000")
    client.do(sent)
    if closes:
        client.tell("CloseStream")
    client.run(30_000)
    assert client.service.bugs == 0
    assert client.messages[-1]["type"] == "Metadata"
