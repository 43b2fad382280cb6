"""The first missing link between caller, agent and mocks, from the history of one call."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kernel.history import History
from kernel.records import Call, Socket, Work

from .remedies import setup_remedy

LINKS = {
    "dial_out": "places the call that it is told to",
    "webhook": "answers with TwiML",
    "stream": "opens, and stays open",
    "stt": "hears the caller's words",
    "llm": "is asked for an answer",
    "tts": "speaks the answer",
    "heard": "the caller hears the answer",
    "tools": "are asked when the LLM calls one",
}
"""The links in their order, and what is true of each that is there."""

_AT_ONCE_NS = 1_000_000_000
_TRANSCRIPT_NS = 2_000_000_000
"""What agent and STT may take, on a slow machine too, to make a transcript of a spoken line."""
_ENVIRONMENT = "run the agent with the variables that `fastbusy env` prints"
_KEYLESS = (401, 403)
_KEY = "give the agent {} as `fastbusy env` prints it"
_REQUEST = "mend what the agent sends there; base URL and key are those that `fastbusy env` prints"
_ORDER = "mend the order: https://www.twilio.com/docs/errors/{} says what is wrong with it"
_NUMBER = "have it call the number that it is told: {to} in agent.dial_out.body"


@dataclass(frozen=True, slots=True)
class MissingLink:
    """What does not reach what, as seen, and one thing to do about it."""

    link: str
    seen: str
    remedy: str
    known_until: str = ""
    """The last link that is known to be there, where it is not the one before."""
    how: str = ""
    """How the call came to nothing, as `records.Call.how` has it, if there was none."""


def missing_link(history: History, stages: Collection[str], tool: str = "") -> MissingLink | None:
    """The first gap on the way webhook → stream → STT → LLM → TTS → caller → tools, or None.
    Before that comes the order, if the agent is to place the call.

    history  one call, and the journals of the mocks during it
    stages   what the mocks serve; of others nothing can be said
    tool     the one that the dialogue has called, if the call went so far
    """
    return next(_gaps(history, history.calls[0], stages, tool), None)


def _gaps(
    history: History, call: Call, stages: Collection[str], tool: str
) -> Iterator[MissingLink]:
    yield from _setup(history)
    if call.ended_by != "caller" and not call.heard and call.answered_ns is not None:
        lasted_ns = call.ended_ns - call.answered_ns
        if lasted_ns < _AT_ONCE_NS or not (_spoken_to(call) or _had_words(history, call)):
            seen = f"the agent closed the stream after {lasted_ns / 1e9:.2f} s without a sound"
            yield _closed(history, seen, stages)
    work = {stage: _work(history, stage) for stage in ("llm", "tts")}
    if "stt" in stages:
        yield from _refused(history, "stt")
        yield from _stt(history)
    if "llm" in stages:
        yield from _refused(history, "llm")
        if not any(one.purpose != "greeting" for one in work["llm"]):
            yield _llm(history)
    if "tts" in stages:
        yield from _refused(history, "tts")
        yield from _tts(history, call, work["tts"])
    if not any(turn.answer_at_ns is not None for turn in call.turns):
        heard = " / ".join(heard.text or heard.sound for heard in call.heard) or "nothing"
        seen = f"the caller spoke and got no answer; heard: {heard}"
        yield MissingLink("heard", seen, "look into the agent's log for its error")
    if "tools" in stages:
        yield from _tools(history, work["llm"], tool)


def _spoken_to(call: Call) -> bool:
    """The caller said a line to its end, and the agent stayed for its transcript."""
    return any(turn.until_at_ns + _TRANSCRIPT_NS < call.ended_ns for turn in call.turns)


def _had_words(history: History, call: Call) -> bool:
    """STT gave the agent words, and it stayed long enough to ask an LLM for an answer to them."""
    return any(
        one.text_out and (one.until_at_ns or call.ended_ns) + _TRANSCRIPT_NS < call.ended_ns
        for one in _work(history, "stt")
    )


def _transcribed(history: History) -> bool:
    return any(one.text_out for one in _work(history, "stt"))


def _closed(history: History, seen: str, stages: Collection[str]) -> MissingLink:
    """An agent that got hold of one provider and hangs up may have missed another."""
    reached = {socket.stage for socket in history.sockets} | {work.stage for work in history.work}
    refusals = (gap for stage in ("stt", "llm", "tts") for gap in _refused(history, stage))
    if refused := next(refusals, None):
        return replace(refused, seen=f"{seen}; {refused.seen}", known_until="stream")
    some = reached or history.of_kind("unserved")
    for stage in ("stt", "tts"):
        if some and stage in stages and stage not in reached:
            name = stage.upper()
            neither = stage == "tts" and _transcribed(history) and "llm" not in reached
            missed = "had connected to neither TTS nor LLM" if neither else ""
            seen = f"{seen}, and {missed or f'had not connected to {name}'}"
            both = ", and its LLM" * neither
            remedy = f"point its {name} at the mock{both}: {_ENVIRONMENT}"
            return replace(_unreached(history, stage, seen, remedy), known_until="stream")
    remedy = "look into the agent's log for its error"
    if not some:
        seen, remedy = f"{seen}, and had asked no mock for anything", f"{_ENVIRONMENT}; or {remedy}"
    return MissingLink("stream", seen, remedy)


def _refused(history: History, stage: str) -> Iterator[MissingLink]:
    """The agent has asked, and heard nothing but refusals. An open socket is no answer: what is
    asked on it may be refused as well."""
    asked: Sequence[Work | Socket] = _work(history, stage)
    asked = asked or [socket for socket in history.sockets if socket.stage == stage]
    if asked and all(one.type == "fail" or _declined(one) for one in asked):
        key = f"{asked[-1].provider.upper()}_API_KEY"
        remedy = _KEY.format(key) if asked[-1].status in _KEYLESS else _REQUEST
        yield MissingLink(stage, _refusal(asked[-1]), remedy)


def _refusal(one: Work | Socket) -> str:
    status = f"HTTP {one.status}" if one.status in range(400, 600) else ""
    told = ": ".join(filter(None, (status, _declined(one) or one.reason))) or "without a word"
    return f"the mocked {one.provider} refused all that the agent asked of it, {told}"


def _declined(one: Work | Socket) -> str:
    return one.declined if isinstance(one, Socket) else ""


def _llm(history: History) -> MissingLink:
    seen = "STT gave the caller's words to the agent, and no LLM request came for them"
    remedy = f"point its LLM at the mock ({_ENVIRONMENT}), and see that it takes finals for a turn"
    return _unreached(history, "llm", seen, remedy)


def _unreached(history: History, stage: str, seen: str, remedy: str) -> MissingLink:
    """No work came to a stage; the mocks may have been asked for what they do not serve."""
    asked = [event.data for event in history.of_kind("unserved")]
    stray = [one for one in asked if one.get("provider", "").partition("/")[0] in ("", stage)]
    if not stray:
        return MissingLink(stage, seen, remedy)
    what = f"{stray[-1]['method']} {stray[-1]['path']}"
    seen += f"; the mocks were asked for {what}, which they do not serve"
    given = "give the base URL as `fastbusy env` prints it"
    found = stray[-1].get("remedy")
    return MissingLink(stage, seen, f"{given}: {found}" if found else given)


def _tools(history: History, llm: list[Work], tool: str) -> Iterator[MissingLink]:
    called = [str(name) for work in llm for name, *_ in work.calls]
    if tool and not called:
        seen = f"the dialogue calls {tool}, and the agent offered the LLM no such tool"
        remedy = "offer it, or copy the scenario and write replies that call what the agent offers"
        yield MissingLink("tools", seen, remedy)
    if called and not _work(history, "tools"):
        seen = f"the LLM called {called[0]}, and no request for it came to the tools"
        remedy = f"{_ENVIRONMENT}, or take tool_ok out of the dialogue's `done` if they are its own"
        yield MissingLink("tools", seen, f"point its tools at the mock: {remedy}")


def _setup(history: History) -> Iterator[MissingLink]:
    closed = next((event for event in history.of_kind("setup") if event.type != "invoke"), None)
    if closed is None or closed.type == "ok":
        return
    data: dict[str, Any] = closed.data
    how, step = data["how"], data.get("step", "webhook")
    seen = data.get("detail") or data.get("words") or how
    if step == "dial_out":
        for what, remedy in _orders(history):
            yield MissingLink(step, f"{how}: {seen}; {what}", remedy, how=how)
    remedy = setup_remedy("direct" if data.get("direct") else step, how)
    yield MissingLink(step, f"{how}: {seen}", remedy, how=how)


def _orders(history: History) -> Iterator[tuple[str, str]]:
    """What became of orders that were not obeyed, the latest refusal first; each with a remedy."""
    for order in reversed(_work(history, "telephony")):
        if order.type == "fail":
            keys = "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
            keyless = order.status in _KEYLESS
            yield _refusal(order), _KEY.format(keys) if keyless else _ORDER.format(order.reason)
    for astray in history.of_kind("order"):
        yield f"it ordered a call to {astray.data['to']}: {astray.data['why']}", _NUMBER


def _stt(history: History) -> Iterator[MissingLink]:
    sockets = [socket for socket in history.sockets if socket.stage == "stt"]
    work = _work(history, "stt")
    if not sockets and not work:
        seen = "the agent took the call and did not connect to STT"
        yield _unreached(history, "stt", seen, f"point its STT at the mock: {_ENVIRONMENT}")
        return
    if not _transcribed(history):
        journal = (event for event in history.events if event.actor == "mock.stt")
        if any(event.data.get("muffled") for event in journal):
            seen = "STT heard speech whose upper band is missing: a noise suppressor removes it"
            remedy = "switch noise suppression off in the agent (Krisp, RNNoise, NS, BVC)"
        else:
            seen = "the agent connected to STT, and none of the caller's words were heard there"
            remedy = "see that it sends the caller's sound, in the encoding and rate it states"
        yield MissingLink("stt", seen, remedy)


def _tts(history: History, call: Call, work: list[Work]) -> Iterator[MissingLink]:
    speech = any(heard.sound == "speech" for heard in call.heard)
    if work and not call.heard:
        seen = "TTS spoke, and the caller heard nothing"
        remedy = "see that the agent sends media with the right streamSid, as µ-law at 8 kHz"
        yield MissingLink("heard", seen, remedy)
    elif work and not speech:
        seen = "TTS spoke, and what the caller heard of it cannot be read"
        remedy = "see that the agent converts it to µ-law at 8 kHz, without effects or background"
        yield MissingLink("heard", seen, remedy)
    elif not work:
        what = "agent audio without" if call.heard else "an LLM answer, and neither audio nor"
        remedy = f"point its TTS at the mock: {_ENVIRONMENT}"
        yield _unreached(history, "tts", f"{what} a TTS request", remedy)


def _work(history: History, stage: str) -> list[Work]:
    """Work for the call itself; connections that are only warmed up are none."""
    return [work for work in history.work if work.stage == stage and work.purpose != "prewarm"]
