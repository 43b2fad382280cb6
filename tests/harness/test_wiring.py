from typing import Any

import pytest

from harness.wiring import MissingLink, missing_link
from kernel.event import Event, Type
from kernel.history import History

S = 1_000_000_000
ALL = ("stt", "llm", "tts", "tools")


def setup(type_: Type = "ok", **data: Any) -> list[Event]:
    return [
        Event(0, "caller", "call", "invoke", "preflight", data={"number": 0}),
        Event(0, "caller", "setup", "invoke", "preflight/setup", "preflight"),
        Event(S, "caller", "setup", type_, "preflight/setup", "preflight", data=data),
    ]


def end(at_s: float = 9, how: str = "completed", by: str = "caller") -> Event:
    data = {"how": how, "ended_by": by}
    return Event(int(at_s * S), "caller", "call", "ok", "preflight", data=data)


def heard(text: str = "Hello.", sound: str = "speech") -> Event:
    data = {"from_at_ns": 2 * S, "until_at_ns": 3 * S, "text": text, "sound": sound}
    return Event(3 * S, "caller", "heard", "info", "preflight/h1", "preflight", data=data)


def turn(answer_at_ns: int | None = 7 * S) -> Event:
    times = {"from_at_ns": 4 * S, "until_at_ns": 5 * S, "owed_until_at_ns": 8 * S}
    data = {"index": 1, "text": "Hi.", **times, "answer_at_ns": answer_at_ns}
    return Event(8 * S, "caller", "turn", "ok", "preflight/t1", "preflight", data=data)


def socket(stage: str, **data: Any) -> Event:
    return Event(S, f"mock.{stage}", "socket", "invoke", f"{stage}-s1", data=data)


def work(stage: str, number: int = 1, **data: Any) -> list[Event]:
    span = f"{stage}-w{number}"
    return [
        Event(5 * S, f"mock.{stage}", "work", "invoke", span, data=data),
        Event(6 * S, f"mock.{stage}", "work", "ok", span, data=data),
    ]


STT = [socket("stt"), *work("stt", text_out="Hi.")]
LLM = [*work("llm", 1, purpose="greeting"), *work("llm", 2, purpose="turn")]
TTS = work("tts", text_in="Hello.")
WHOLE = [*setup(), *STT, *LLM, *TTS, heard(), turn(), end()]


def found(*events: Event, stages: tuple[str, ...] = ALL) -> MissingLink | None:
    return missing_link(History(events), stages)


def test_nothing_is_missing_in_a_whole_chain() -> None:
    assert found(*WHOLE) is None


@pytest.mark.parametrize(
    ("how", "remedy"),
    [
        ("unreachable", "--agent"),
        ("no_answer", "at once"),
        ("http_401", "auth_token"),
        ("http_401", "agent.headers (--header"),
        ("http_403", "auth_token"),
        ("http_403", "signed_as"),
        ("http_403", "agent.headers (--header"),
        ("http_404", "path"),
        ("http_500", "log"),
        ("garbage", "TwiML"),
        ("closed", "<Connect>"),
        ("reject", "limit"),
        ("tls_unknown_ca", "agent.ca (--ca FILE)"),
        ("tls_wrong_host", "agent.connect_to (--connect-to HOST:PORT)"),
        ("tls_expired", "agent.connect_to (--connect-to HOST:PORT)"),
        ("tls", "agent.client_cert (--client-cert FILE)"),
        ("reset", "agent.client_cert (--client-cert FILE)"),
    ],
)
def test_no_call_at_all(how: str, remedy: str) -> None:
    missing = found(*setup("fail", how=how, step="webhook", detail="http://agent/incoming"))
    assert missing is not None
    assert missing.link == "webhook"
    assert missing.seen == f"{how}: http://agent/incoming"
    assert remedy in missing.remedy


def test_a_stream_that_does_not_open() -> None:
    missing = found(*setup("fail", how="upgrade_404", step="stream", detail="ws://agent/media"))
    assert missing is not None
    assert missing.link == "stream"
    assert "<Stream" in missing.remedy
    assert "agent.stream (--stream-url URL)" in missing.remedy


@pytest.mark.parametrize("how", ["upgrade_401", "upgrade_403"])
def test_a_stream_behind_a_door(how: str) -> None:
    missing = found(*setup("fail", how=how, step="stream", detail="wss://media/ws"))
    assert missing is not None
    assert all(key in missing.remedy for key in ("auth_token", "--header", "--stream-url"))
    direct = found(*setup("fail", how=how, step="stream", direct=True, detail="wss://media/ws"))
    assert direct is not None
    assert all(key in direct.remedy for key in ("auth_token", "--header"))


def test_a_stream_whose_tls_is_not_trusted() -> None:
    missing = found(*setup("info", how="tls_unknown_ca", step="stream", detail="wss://agent/media"))
    assert missing is not None
    assert (missing.link, "agent.ca" in missing.remedy) == ("stream", True)


@pytest.mark.parametrize(
    ("how", "remedy"),
    [("unreachable", "start the agent"), ("upgrade_404", "whole URL"), ("reset", "media stream")],
)
def test_a_stream_that_no_twiml_names(how: str, remedy: str) -> None:
    missing = found(*setup("info", how=how, step="stream", direct=True, detail="ws://agent/"))
    assert missing is not None
    assert remedy in missing.remedy
    assert "<Stream" not in missing.remedy


def test_a_stream_that_closes_at_once() -> None:
    missing = found(*setup(), end(1.2, "closed", "agent"))
    assert missing is not None
    assert (missing.link, "0.20 s" in missing.seen) == ("stream", True)


@pytest.mark.parametrize(("reached", "link"), [("stt", "tts"), ("tts", "stt")])
def test_an_agent_that_hangs_up_over_a_provider(reached: str, link: str) -> None:
    missing = found(*setup(), socket(reached), end(4, "closed", "agent"))
    assert missing is not None
    assert missing.link == link
    assert f"after 3.00 s without a sound, and had not connected to {link.upper()}" in missing.seen


def test_words_that_nobody_had_time_to_hear_are_no_gap_of_stt() -> None:
    """The agent gave up while the caller spoke: its provider that is missing explains it."""
    missing = found(*setup(), socket("stt"), turn(None), end(6, "closed", "agent"))
    assert missing is not None
    assert missing.link == "tts"


def test_words_that_were_not_heard_in_good_time_are() -> None:
    missing = found(*setup(), socket("stt"), turn(None), end(9, "closed", "agent"))
    assert missing is not None
    assert missing.link == "stt"


def test_an_agent_that_hangs_up_over_what_it_heard() -> None:
    """At once it may be for want of either; once it had time to ask, it has not asked the LLM."""
    missing = found(*setup(), *STT, turn(None), end(6, "closed", "agent"))
    assert missing is not None
    assert missing.link == "tts"
    assert "had connected to neither TTS nor LLM" in missing.seen
    assert "point its TTS at the mock, and its LLM" in missing.remedy
    missing = found(*setup(), *STT, turn(None), end(9, "closed", "agent"))
    assert missing is not None
    assert missing.link == "llm"


def test_an_agent_that_hangs_up_although_it_has_all() -> None:
    missing = found(*setup(), socket("stt"), socket("tts"), end(4, "closed", "agent"))
    assert missing is not None
    assert missing.link == "stream"


def test_a_tool_that_is_called_and_not_asked() -> None:
    calling = [*WHOLE, *work("llm", 3, purpose="turn", calls=[["lookup", "{}"]])]
    missing = found(*calling)
    assert missing is not None
    assert (missing.link, "the LLM called lookup" in missing.seen) == ("tools", True)
    assert found(*calling, *work("tools", tool="lookup")) is None
    assert found(*calling, stages=("stt", "llm", "tts")) is None


def test_an_agent_that_does_not_use_our_stt() -> None:
    missing = found(*setup(), heard(), turn(None), end())
    assert missing is not None
    assert missing.link == "stt"
    assert "did not connect" in missing.seen
    assert "fastbusy env" in missing.remedy


def test_stt_without_sound() -> None:
    missing = found(*setup(), socket("stt"), turn(None), end())
    assert missing is not None
    assert missing.link == "stt"
    assert "encoding" in missing.remedy


def test_a_noise_suppressor_before_stt() -> None:
    closed = Event(8 * S, "mock.stt", "socket", "ok", "stt-s1", data={"muffled": True})
    missing = found(*setup(), socket("stt"), closed, turn(None), end())
    assert missing is not None
    assert "noise suppress" in missing.seen
    assert "Krisp" in missing.remedy


@pytest.mark.parametrize("purpose", ["greeting", "prewarm"])
def test_words_that_reach_no_llm(purpose: str) -> None:
    missing = found(*setup(), *STT, *work("llm", purpose=purpose), *TTS, heard(), end())
    assert missing is not None
    assert missing.link == "llm"


def test_audio_that_our_tts_did_not_make() -> None:
    missing = found(*setup(), *STT, *LLM, heard("", "noise"), turn(None), end())
    assert missing is not None
    assert missing.link == "tts"
    assert "without a TTS request" in missing.seen


def test_an_llm_answer_that_nobody_speaks() -> None:
    missing = found(*setup(), *STT, *LLM, turn(None), end())
    assert missing is not None
    assert missing.link == "tts"


def test_speech_that_does_not_arrive() -> None:
    missing = found(*setup(), *STT, *LLM, *TTS, turn(None), end())
    assert missing is not None
    assert (missing.link, "heard nothing" in missing.seen) == ("heard", True)


def test_speech_that_arrives_unreadable() -> None:
    missing = found(*setup(), *STT, *LLM, *TTS, heard("", "noise"), turn(None), end())
    assert missing is not None
    assert (missing.link, "cannot be read" in missing.seen) == ("heard", True)


def test_an_agent_that_greets_and_then_does_not_answer() -> None:
    missing = found(*setup(), *STT, *LLM, *TTS, heard("Hello."), turn(None), end())
    assert missing is not None
    assert missing.link == "heard"
    assert "Hello." in missing.seen


def test_of_stages_that_no_mock_serves_nothing_is_said() -> None:
    assert found(*setup(), heard(), turn(), end(), stages=()) is None


def test_a_tool_that_the_agent_does_not_offer() -> None:
    missing = missing_link(History(WHOLE), ALL, "lookup_slots")
    assert missing
    assert (missing.link, missing.known_until) == ("tools", "")
    assert (
        missing.seen
        == "the dialogue calls lookup_slots, and the agent offered the LLM no such tool"
    )


def unserved(method: str, path: str, provider: str, remedy: str = "") -> Event:
    data = {"method": method, "path": path, "provider": provider, "remedy": remedy}
    return Event(2 * S, "mock", "unserved", "info", data=data)


def test_an_llm_base_url_without_its_path() -> None:
    asked = unserved("POST", "/chat/completions", "llm/openai", "the base URL of openai lacks /v1")
    missing = found(*setup(), *STT, asked, heard(), turn(None), end())
    assert missing
    assert missing.link == "llm"
    assert "the mocks were asked for POST /chat/completions" in missing.seen
    assert missing.remedy == (
        "give the base URL as `fastbusy env` prints it: the base URL of openai lacks /v1"
    )


@pytest.mark.parametrize("calls", [[], [end(1.2, "closed", "agent")]], ids=["goes on", "hangs up"])
def test_a_tts_base_url_with_a_path_too_much(calls: list[Event]) -> None:
    asked = unserved("WS", "/v1/tts/websocket", "tts/cartesia", "lacks")
    history = [*setup(), *STT, *LLM, asked, *(calls or [turn(None), end()])]
    missing = found(*history)
    assert missing
    assert missing.link == "tts"
    assert "the mocks were asked for WS /v1/tts/websocket" in missing.seen
    assert missing.remedy.endswith(": lacks")


def test_what_was_asked_of_another_stage_does_not_explain_it() -> None:
    asked = unserved("WS", "/v1/tts/websocket", "tts/cartesia")
    missing = found(*setup(), *STT, asked, heard(), turn(None), end())
    assert missing
    assert missing.link == "llm"
    assert "asked for" not in missing.seen


def test_an_stt_base_url_that_nothing_tells_whose_it_is() -> None:
    asked = unserved("WS", "/", "")
    missing = found(*setup(), asked, heard(), turn(None), end())
    assert missing
    assert missing.link == "stt"
    assert missing.remedy == "give the base URL as `fastbusy env` prints it"


def test_of_an_agent_that_hangs_up_no_more_is_known_than_its_stream() -> None:
    missing = found(*setup(), socket("stt"), end(1.2, "closed", "agent"))
    assert missing
    assert (missing.link, missing.known_until) == ("tts", "stream")


@pytest.mark.parametrize(
    ("how", "remedy"), [("no_order", "TWILIO_BASE_URL"), ("dial_out_404", "path included")]
)
def test_an_agent_that_places_no_call(how: str, remedy: str) -> None:
    missing = found(*setup("info", how=how, step="dial_out", detail="seen"))
    assert missing
    assert (missing.link, missing.seen) == ("dial_out", f"{how}: seen")
    assert remedy in missing.remedy


def refused(kind: str, stage: str, provider: str, status: int, reason: str) -> list[Event]:
    span, data = f"{stage}-{kind}9", {"provider": provider, "reason": reason}
    return [
        Event(5 * S, f"mock.{stage}", kind, "invoke", span, data=data),
        Event(5 * S, f"mock.{stage}", kind, "fail", span, data={"status": status}),
    ]


@pytest.mark.parametrize(
    ("link", "history"),
    [
        ("stt", refused("socket", "stt", "some", 401, "no key")),
        ("llm", [*STT, *refused("work", "llm", "some", 401, "no key")]),
        ("tts", [*STT, *LLM, *refused("socket", "tts", "some", 401, "no key")]),
        ("tts", [*STT, *LLM, socket("tts"), *refused("work", "tts", "some", 401, "no key")]),
    ],
)
@pytest.mark.parametrize("hangs_up", [False, True])
def test_a_provider_that_wants_a_key(link: str, history: list[Event], hangs_up: bool) -> None:
    gone = [end(1.2, "closed", "agent")] if hangs_up else [turn(None), end()]
    missing = found(*setup(), *history, *gone)
    assert missing
    assert (missing.link, missing.known_until) == (link, "stream" if hangs_up else "")
    assert missing.seen.endswith(
        "the mocked some refused all that the agent asked of it, HTTP 401: no key"
    )
    assert missing.remedy == "give the agent SOME_API_KEY as `fastbusy env` prints it"


def test_a_request_that_a_provider_cannot_take() -> None:
    missing = found(*setup(), *refused("socket", "stt", "some", 101, "no rate"), turn(None), end())
    assert missing
    assert missing.seen == "the mocked some refused all that the agent asked of it, no rate"
    assert missing.remedy.startswith("mend what the agent sends there")


def test_a_message_that_a_provider_can_begin_nothing_with() -> None:
    closed = Event(8 * S, "mock.tts", "socket", "ok", "tts-s1", data={"declined": "no model_id"})
    asked = [*setup(), *STT, *LLM, socket("tts", provider="some"), closed, turn(None), end()]
    missing = found(*asked)
    assert missing
    assert missing.link == "tts"
    assert missing.seen.endswith("some refused all that the agent asked of it, no model_id")
    spoke = found(*asked, *TTS)
    assert spoke
    assert spoke.link == "heard"


def test_an_agent_that_knows_of_no_mock() -> None:
    missing = found(*setup(), end(1.2, "closed", "agent"))
    assert missing
    assert missing.seen.endswith("without a sound, and had asked no mock for anything")
    assert missing.remedy.startswith("run the agent with the variables that `fastbusy env` prints")
    asked = unserved("WS", "/listen", "stt/deepgram", "lacks /v1")
    missing = found(*setup(), asked, end(1.2, "closed", "agent"))
    assert missing
    assert (missing.link, missing.known_until) == ("stt", "stream")
    assert missing.seen.endswith("asked for WS /listen, which they do not serve")


def test_a_refusal_that_the_agent_got_over_is_no_gap() -> None:
    assert found(*refused("work", "llm", "some", 401, "no key"), *WHOLE) is None


@pytest.mark.parametrize(
    ("status", "reason", "remedy"),
    [(400, "21212", "/errors/21212"), (401, "20003", "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")],
)
@pytest.mark.parametrize("how", ["no_order", "dial_out_500"])
def test_an_order_that_is_refused(how: str, status: int, reason: str, remedy: str) -> None:
    order = refused("work", "telephony", "twilio", status, reason)
    missing = found(*setup("info", how=how, step="dial_out", detail="seen"), *order)
    assert missing
    assert missing.seen.startswith(f"{how}: seen; the mocked twilio refused")
    assert missing.seen.endswith(f"HTTP {status}: {reason}")
    assert remedy in missing.remedy


def test_an_order_of_a_call_to_somebody_else() -> None:
    data = {"to": "+15550001111", "from": "+15552223333", "status": "failed", "why": "nobody waits"}
    astray = Event(2 * S, "network", "order", "info", "CA1", "run", data=data)
    missing = found(*setup("info", how="no_order", step="dial_out", detail="seen"), astray)
    assert missing
    assert missing.seen == "no_order: seen; it ordered a call to +15550001111: nobody waits"
    assert "{to} in agent.dial_out.body" in missing.remedy
