"""AssemblyAI's words: the messages of a session, and how it says that something is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from kernel.fault import Refusal

from ...dictation import SpokenWord
from ...wire import NO_JSON, Body, Close, Head, Text, json_reply, json_text, uuid_of

if TYPE_CHECKING:
    from ._assemblyai_session import Parameters

UNAUTHORIZED, CANCELLED, INVALID, WRONG_SIZE, EXPIRED, TOO_MANY = 1008, 3005, 3006, 3007, 3008, 3009
_FAILED = (CANCELLED, "Session Cancelled: An error occurred")
_REFUSALS = {
    # The plan limits new sessions per minute, and the FAQ tells of that limit's code and text.
    "rate_limit": (UNAUTHORIZED, "Unauthorized connection: Too many concurrent sessions"),
    # The table of closures has another code for sessions that are open at the same time.
    "concurrency": (TOO_MANY, "Unauthorized Connection: Too many concurrent sessions"),
    "quota": (UNAUTHORIZED, "Unauthorized Connection: Insufficient account balance"),
    "malformed": (INVALID, "Invalid Message: the request could not be read"),
    "too_large": (INVALID, "Invalid Message: the message is too large"),
}
_STATUSES = {"quota": 402, "too_large": 413, "malformed": 400, "overloaded": 503, "too_slow": 408}
_REASON_BYTES = 123
_LONG_REASON = "See Error message for details"
_ECHOED = 200
_API_VERSION = "2025-05-12"


class Failure(ValueError):
    """What ends a session from the server's side: the close code, and the text of its `Error`."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code

    @property
    def wires(self) -> tuple[Text, Close]:
        """The `Error` and the close; a text too long for a close frame is in the `Error` alone."""
        error = {"type": "Error", "error_code": self.code, "error": str(self)}
        fits = len(str(self).encode(errors="replace")) <= _REASON_BYTES
        return Text(json_text(error)), Close(self.code, str(self) if fits else _LONG_REASON)


def failure_of(refusal: Refusal) -> Failure:
    """A session that may not begin."""
    return Failure(*_REFUSALS.get(refusal.reason, _FAILED))


def refused_reply(refusal: Refusal) -> tuple[Head, Body]:
    """A refusal of an HTTP request, or in place of an upgrade."""
    status = refusal.status or _STATUSES.get(refusal.reason, 429)
    wait_s = refusal.retry_after_s
    headers = {} if wait_s is None else {"Retry-After": str(max(1, math.ceil(wait_s)))}
    return json_reply(status, {"error": str(failure_of(refusal))}, headers)


def parsed(data: str) -> Mapping[str, Any]:
    """A message of the client's; Failure if it is none."""
    shown = data[:_ECHOED].encode(errors="replace").decode()
    try:
        message = msgspec.json.decode(data)
    except NO_JSON as problem:
        raise Failure(INVALID, f"Invalid JSON: {shown}") from problem
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise Failure(INVALID, f"Invalid Message: {shown}")
    return message


def begin(*names: object, expires_s: int, asked: Parameters) -> str:
    """The first message; the session's id is made of the names, its end is Unix time."""
    told: dict[str, Any] = {"id": uuid_of(*names), "expires_at": expires_s}
    model = {"model": asked.speech_model, "mode": asked.mode, "api_version": _API_VERSION}
    return json_text({"type": "Begin", **told, "configuration": model})


def speech_started(at_s: float) -> str:
    """Somebody speaks, since `at_s` of the stream."""
    return json_text({"type": "SpeechStarted", "timestamp": _ms(at_s), "confidence": 0.98})


def turn(
    words: Sequence[SpokenWord],
    asked: Parameters,
    *,
    order: int,
    final: int,
    confidence: float,
    formatted: bool = False,
    end_of_turn: bool = False,
    utterance: bool = False,
) -> str:
    """A `Turn`: the words of it so far, of which the first `final` will not change any more.

    A pro model's transcript has all the words, as they are spelt; another's has the final ones.
    `utterance` says that they are a whole utterance, whose text is in the field of that name.
    """
    told = [
        {**_word(word, formatted or asked.pro), "word_is_final": index < final}
        for index, word in enumerate(words)
    ]
    message = {
        "type": "Turn",
        "turn_order": order,
        "turn_is_formatted": formatted,
        "end_of_turn": end_of_turn,
        "transcript": _text(told if asked.pro else told[:final]),
        "end_of_turn_confidence": confidence,
        "words": told,
        "utterance": " ".join(word.text for word in words) if utterance else "",
    }
    if asked.language_detection and (utterance or end_of_turn):
        message |= {"language_code": "en", "language_confidence": 0.99}
    if asked.speaker_labels:
        message["speaker_label"] = "A"
    return json_text(message)


def termination(audio_s: float, session_s: float) -> str:
    """The last message of a session that the client has ended; whole seconds, as the SDK wants."""
    told = {"audio_duration_seconds": round(audio_s), "session_duration_seconds": round(session_s)}
    return json_text({"type": "Termination", **told})


def _word(word: SpokenWord, formatted: bool) -> dict[str, Any]:
    plain = word.text.strip(".,?!:;\"'()").lower() or word.text
    return {
        "text": word.text if formatted else plain,
        "start": _ms(word.start_s),
        "end": _ms(word.end_s),
        "confidence": round(word.confidence, 6),
    }


def _text(words: Iterable[Mapping[str, Any]]) -> str:
    return " ".join(word["text"] for word in words)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
