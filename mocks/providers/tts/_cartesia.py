"""Cartesia's words: what a client may ask for, the events of a context, and errors old and new."""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from speech.encoding import Encoding
from speech.mouth import SpokenText
from speech.tones import Samples

from ...refusing import retry_after
from ...synthesis import Chunk
from ...wire import Body, Head, Request, json_reply, json_text

_STRUCTURED_SINCE = "2026-03-01"
_DOC_URL = "https://docs.cartesia.ai/use-the-api/api-errors"
_MAX_TRANSCRIPT = 10_000
_DEFAULT_BUFFER_MS, _MAX_BUFFER_MS = 3000, 5000
# Fields that may differ from one input of a context to the next.
_OF_ONE_INPUT = frozenset({"context_id", "transcript", "continue", "flush", "duration"})


@dataclass(frozen=True)
class Problem:
    """Why Cartesia refuses. `code` is what a program looks at; many problems have none."""

    status: int
    title: str
    message: str
    code: str | None = None

    @classmethod
    def bad(cls, message: str) -> Problem:
        return cls(400, "Invalid request", message)


_PROBLEMS = {
    400: Problem.bad("The request cannot be understood."),
    401: Problem(401, "Unauthorized", "The API key or access token is missing or invalid."),
    402: Problem(402, "Quota exceeded", "You have used up your plan's credits.", "quota_exceeded"),
    403: Problem(403, "Forbidden", "You do not have access to this resource."),
    404: Problem(404, "Voice not found", "The voice does not exist or is not yours."),
    408: Problem(408, "Request timeout", "The body did not arrive in time."),
    413: Problem(413, "Payload too large", "The body of the request is too large."),
    429: Problem(
        429,
        "Too many concurrent requests",
        "You have exceeded your plan's concurrency limit.",
        "concurrency_limited",
    ),
}


def problem(status: int) -> Problem:
    """What stands for a status."""
    unavailable = Problem(status, "Service unavailable", "Something went wrong on our side.")
    return _PROBLEMS.get(status, unavailable)


def authorised(request: Request) -> bool:
    """A key in one of the four places that it may stand in."""
    return bool(
        request.header("x-api-key")
        or request.credential("Bearer")
        or request.argument("api_key")
        or request.argument("access_token")
    )


def _structured(request: Request) -> bool:
    """Errors have fields since a version of the API; before they are one line of text."""
    version = request.argument("cartesia_version") or request.header("cartesia-version")
    return version >= _STRUCTURED_SINCE


def error_reply(
    problem: Problem, request: Request, id: str, retry_after_s: float | None = None
) -> tuple[Head, Body]:
    """The answer to a refused request or upgrade."""
    headers = {"X-Request-ID": id, **retry_after(retry_after_s)}
    if _structured(request):
        return json_reply(problem.status, _fields(problem, id), headers)
    body = f"{problem.title}: {problem.message}".encode(errors="replace")
    plain = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body))}
    return Head(problem.status, {**plain, **headers}), Body(body)


def error_event(problem: Problem, request: Request, id: str, context: str = "") -> str:
    """An error on an open socket; it names the context if there is one."""
    event: dict[str, Any] = {"type": "error", "done": True, "status_code": problem.status}
    if context:
        event["context_id"] = context
    if _structured(request):
        return json_text(event | _fields(problem, f"{id}:{context}" if context else id))
    return json_text(event | {"error": f"{problem.title}: {problem.message}"})


def _fields(problem: Problem, id: str) -> dict[str, Any]:
    return {
        "error_code": problem.code,
        "title": problem.title,
        "message": problem.message,
        "request_id": id,
        "doc_url": _DOC_URL,
    }


class OutputFormat(msgspec.Struct, frozen=True):
    """How the sound is to be written. A socket knows no container but `raw`."""

    container: Literal["raw", "wav"]
    sample_rate: Literal[8000, 16000, 22050, 24000, 44100, 48000]
    encoding: Literal["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"] = "pcm_s16le"

    @property
    def encode(self) -> Callable[[Samples], bytes]:
        """int16 samples to bytes."""
        return _ENCODE[self.encoding]

    @property
    def media_type(self) -> str:
        return "audio/wav" if self.container == "wav" else "application/octet-stream"

    def header(self, data_bytes: int) -> bytes:
        """What stands in front of so much sound."""
        if self.container == "raw":
            return b""
        tag, sample_bytes = _WAV_FORMATS[self.encoding]
        rate_hz = self.sample_rate
        form = (16, tag, 1, rate_hz, rate_hz * sample_bytes, sample_bytes, 8 * sample_bytes)
        sizes = (b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", *form, b"data", data_bytes)
        return struct.pack("<4sI4s4sIHHIIHH4sI", *sizes)


def _float32(samples: Samples) -> bytes:
    return (samples / np.float32(32768)).astype("<f4").tobytes()


_ENCODE: Mapping[str, Callable[[Samples], bytes]] = {
    "pcm_s16le": Encoding.LINEAR16.encode,
    "pcm_f32le": _float32,
    "pcm_mulaw": Encoding.MULAW.encode,
    "pcm_alaw": Encoding.ALAW.encode,
}
# Encoding → WAV format tag and bytes of a sample.
_WAV_FORMATS = {
    "pcm_s16le": (1, 2), "pcm_f32le": (3, 4), "pcm_mulaw": (7, 1), "pcm_alaw": (6, 1),
}  # fmt: skip


class VoiceOf(msgspec.Struct, frozen=True):
    """A voice by its id, or by an embedding of older days."""

    mode: Literal["id", "embedding"] = "id"
    id: str = ""
    embedding: tuple[float, ...] = ()


class Generation(msgspec.Struct, frozen=True, rename={"continue_": "continue"}):
    """A request for speech, by HTTP or as one input of a context."""

    model_id: Annotated[str, msgspec.Meta(min_length=1)]
    transcript: Annotated[str, msgspec.Meta(max_length=_MAX_TRANSCRIPT)]
    voice: str | VoiceOf
    output_format: OutputFormat
    context_id: str = ""
    continue_: bool | None = None
    flush: bool | None = None
    language: str | None = None
    add_timestamps: bool | None = None
    max_buffer_delay_ms: Annotated[int, msgspec.Meta(ge=0, le=_MAX_BUFFER_MS)] | None = None

    @property
    def buffer_ms(self) -> int:
        """How long text may wait for more of its sentence."""
        asked = self.max_buffer_delay_ms
        return _DEFAULT_BUFFER_MS if asked is None else asked

    @property
    def speaker(self) -> str:
        """The voice by a name."""
        return self.voice if isinstance(self.voice, str) else self.voice.id or repr(self.voice)


def generation(fields: Any) -> Generation:
    """ValueError says what is wrong with the fields."""
    try:
        return msgspec.convert(fields, Generation)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def lasting(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Those fields of an input that must stay the same throughout its context."""
    return {name: value for name, value in fields.items() if name not in _OF_ONE_INPUT}


def chunk(context: str, sound: Chunk, flush_id: int) -> str:
    event = _event("chunk", context, flush_id=flush_id)
    return json_text(
        event | {"data": b64encode(sound.data).decode(), "step_time": round(sound.took_ns / 1e6, 3)}
    )


def timestamps(
    context: str, words: Iterable[SpokenText], flush_id: int, after_s: float = 0.0
) -> str:
    """When each word sounds, in seconds from the start of the context, `after_s` earlier."""
    told = list(words)
    times = {
        "words": [word.text for word in told],
        "start": [round(after_s + word.start_s, 4) for word in told],
        "end": [round(after_s + word.end_s, 4) for word in told],
    }
    return json_text(_event("timestamps", context, flush_id=flush_id) | {"word_timestamps": times})


def flush_done(context: str, flush_id: int) -> str:
    return json_text(_event("flush_done", context, flush_id=flush_id) | {"flush_done": True})


def done(context: str) -> str:
    """The last event of a context."""
    event = {"type": "done", "context_id": context, "done": True, "status_code": 200}
    return json_text(event)


def _event(type: str, context: str, *, flush_id: int) -> dict[str, Any]:
    event = {"type": type, "context_id": context, "done": False, "status_code": 206}
    return event | {"flush_id": flush_id}
