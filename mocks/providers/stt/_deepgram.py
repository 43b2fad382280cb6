"""Deepgram's words: error bodies, request ids, and the messages of a streaming result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from speech.encoding import Encoding

from ...dictation import SpokenWord
from ...hearing import hearable
from ...refusing import retry_after
from ...wire import NO_JSON, Body, Head, Request, json_reply, json_text

_DEFAULT_ENDPOINTING_MS = 10
_ECHOED = 1000
TOO_QUIET = (
    "Deepgram did not receive audio data or a text message within the timeout window. "
    "See https://dpgr.am/net0001"
)
UNREADABLE = "could not parse client message"
_MODEL = {"name": "general-nova-3", "version": "2025-04-17.0", "arch": "nova-3"}
_MODEL_ID = "40bd3654-e622-47c4-a111-63a61b23bfe8"
_ERRORS = {
    400: ("Bad Request", "Bad Request: failed to process the request."),
    401: ("INVALID_AUTH", "Invalid credentials."),
    402: ("ASR_PAYMENT_REQUIRED", "Project does not have enough credits."),
    403: ("INSUFFICIENT_PERMISSIONS", "Project does not have access to the requested model."),
    413: ("PAYLOAD_TOO_LARGE", "Payload too large."),
    429: ("TOO_MANY_REQUESTS", "Too many requests. Please try again later"),
}


def error_text(status: int) -> str:
    return _ERRORS.get(status, ("", "The service is temporarily unavailable."))[1]


def error_reply(
    status: int, text: str, id: str, retry_after_s: float | None = None
) -> tuple[Head, Body]:
    """The answer in place of an upgrade: the text stands in a header and in the body."""
    code = _ERRORS.get(status, (f"HTTP_{status}", ""))[0]
    # What a client wrote may be quoted in it, line breaks and all.
    told = "".join(letter if letter.isprintable() else " " for letter in text)
    headers = {"dg-request-id": id, "dg-error": told, **retry_after(retry_after_s)}
    return json_reply(status, {"err_code": code, "err_msg": told, "request_id": id}, headers)


class BadRequest(ValueError):
    """An upgrade that Deepgram refuses; `status` is 400 or 401."""

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(text or error_text(status))
        self.status = status


@dataclass(frozen=True)
class Parameters:
    """What the client asked for in the query of `/v1/listen`.

    endpointing_ms    silence after which an utterance is final, None if switched off
    utterance_end_ms  gap after the last word that is told as `UtteranceEnd`, None if not asked for
    """

    encoding: Encoding
    rate_hz: int
    interim_results: bool
    vad_events: bool
    punctuated: bool
    endpointing_ms: int | None
    utterance_end_ms: int | None

    @classmethod
    def of(cls, request: Request) -> Parameters:
        """BadRequest if there is no key or the sound could not be heard."""
        subprotocol = request.header("sec-websocket-protocol").startswith("token")
        if not (request.credential("Token") or request.credential("Bearer") or subprotocol):
            raise BadRequest(401)
        encoding = {one.value: one for one in Encoding}.get(request.argument("encoding"))
        if encoding is None:
            given = request.argument("encoding") or "a container"
            raise BadRequest(400, f"Bad Request: {given[:40]} is no encoding for this stream.")
        rate = request.argument("sample_rate")
        if not (rate.isascii() and rate.isdecimal() and hearable(int(rate[:9]))):
            raise BadRequest(400, f"Bad Request: sample_rate {rate[:40] or 'missing'}.")
        if request.argument("channels", "1") != "1":
            raise BadRequest(400, "Bad Request: channels must be 1.")

        def asked(name: str) -> bool:
            return request.argument(name).lower() == "true"

        return cls(
            encoding=encoding,
            rate_hz=int(rate),
            interim_results=asked("interim_results"),
            vad_events=asked("vad_events"),
            punctuated=asked("punctuate") or asked("smart_format"),
            endpointing_ms=_endpointing_ms(request.argument("endpointing")),
            utterance_end_ms=_milliseconds(request.argument("utterance_end_ms")),
        )


def _milliseconds(given: str) -> int | None:
    return int(given[:9]) if given.isascii() and given.isdecimal() else None


def _endpointing_ms(given: str) -> int | None:
    if given.lower() == "false":
        return None
    found = _milliseconds(given)
    return _DEFAULT_ENDPOINTING_MS if found is None else found


def results(
    words: Iterable[SpokenWord],
    *,
    id: str,
    start_s: float,
    until_s: float,
    punctuated: bool,
    is_final: bool = False,
    speech_final: bool = False,
    from_finalize: bool = False,
) -> str:
    """One `Results` message; `start_s` and `until_s` bound the stretch of sound it speaks of."""
    told = [_word(word, punctuated) for word in words]
    shown = "punctuated_word" if punctuated else "word"
    alternative = {
        "transcript": " ".join(word[shown] for word in told if word[shown]),
        "confidence": min((word["confidence"] for word in told), default=0.0),
        "words": told,
    }
    return json_text(
        {
            "type": "Results",
            "channel_index": [0, 1],
            "duration": round(max(0.0, until_s - start_s), 3),
            "start": round(start_s, 3),
            "is_final": is_final,
            "speech_final": speech_final,
            "channel": {"alternatives": [alternative]},
            "metadata": {"request_id": id, "model_info": _MODEL, "model_uuid": _MODEL_ID},
            "from_finalize": from_finalize,
        }
    )


def _word(word: SpokenWord, punctuated: bool) -> dict[str, Any]:
    told = {
        "word": word.text.strip(".,?!:;\"'()").lower() or word.text,
        "start": round(word.start_s, 3),
        "end": round(word.end_s, 3),
        "confidence": round(word.confidence, 4),
    }
    return {**told, "punctuated_word": word.text} if punctuated else told


def speech_started(at_s: float) -> str:
    """Somebody speaks, since `at_s` of the stream."""
    return json_text({"type": "SpeechStarted", "channel": [0, 1], "timestamp": round(at_s, 3)})


def utterance_end(last_word_s: float) -> str:
    """Nothing was said for a while since the last word."""
    end = {"type": "UtteranceEnd", "channel": [0, 1]}
    return json_text({**end, "last_word_end": round(last_word_s, 3)})


def parsed(data: str) -> Any:
    """A message of the client's, None if it is no JSON."""
    try:
        return msgspec.json.decode(data)
    except NO_JSON:
        return None


def configured(id: str, asked: Mapping[str, Any]) -> str:
    """Everything that a `Configure` message asks for is granted."""
    success = {"type": "ConfigureSuccess", "request_id": id}
    return json_text({**success, "keyterms": asked.get("keyterms", [])})


def error_message(variant: str, description: str, message: str) -> str:
    """An error on an open stream. `message` is what the client wrote, as far as it is shown."""
    shown = message[:_ECHOED].encode(errors="replace").decode()
    error = {"type": "Error", "variant": variant, "description": description}
    return json_text({**error, "message": shown})


def metadata(id: str, duration_s: float, created_s: int) -> str:
    """The last message of a stream that was opened at `created_s` of the Unix epoch."""
    created = datetime.fromtimestamp(created_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return json_text(
        {
            "type": "Metadata",
            "transaction_key": "deprecated",
            "request_id": id,
            "sha256": "incomplete",
            "created": created,
            "duration": round(duration_s, 3),
            "channels": 1,
            "models": [_MODEL_ID],
            "model_info": {_MODEL_ID: _MODEL},
        }
    )
