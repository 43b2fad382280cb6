"""ElevenLabs' words: what a client may ask for and say, and the frames of sound that it gets."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import msgspec

from speech.encoding import Encoding

from ...wire import NO_JSON, Request, json_text

_DEFAULT_FORMAT = "mp3_44100_128"
_DEFAULT_TIMEOUT_S, _MAX_TIMEOUT_S = 20.0, 180.0
_PCM_RATES_HZ = (8000, 16000, 22050, 24000, 32000, 44100, 48000)


def authorised(request: Request) -> bool:
    """A key in the header or a query argument; whose it is does not matter."""
    places = (request.header("xi-api-key"), request.header("authorization"),
              request.argument("xi-api-key"), request.argument("authorization"),
              request.argument("single_use_token"), request.argument("token"))  # fmt: skip
    return any(places)


class Form(NamedTuple):
    """How sound is written: `pcm_*` has no header."""

    rate_hz: int
    encoding: Encoding

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self.encoding]

    def seconds(self, data: bytes) -> float:
        """How long so much sound lasts."""
        return len(data) / self.encoding.sample_bytes / self.rate_hz


_MEDIA_TYPES = {
    Encoding.LINEAR16: "audio/pcm",
    Encoding.MULAW: "audio/basic",
    Encoding.ALAW: "audio/x-alaw-basic",
}
_FORMS: Mapping[str, Form] = {
    **{f"pcm_{rate_hz}": Form(rate_hz, Encoding.LINEAR16) for rate_hz in _PCM_RATES_HZ},
    "ulaw_8000": Form(8000, Encoding.MULAW),
    "alaw_8000": Form(8000, Encoding.ALAW),
}


def form_of(request: Request) -> Form:
    """What `output_format` asks for, by default mp3. ValueError names those that there are."""
    asked = request.argument("output_format") or _DEFAULT_FORMAT
    if asked not in _FORMS:
        raise ValueError(
            f"output_format {asked[:40]!r} is not made here: ask for one of {', '.join(_FORMS)}"
        )
    return _FORMS[asked]


def timeout_s(request: Request) -> float:
    """How long a socket or context may be silent."""
    try:
        asked = float(request.argument("inactivity_timeout"))
    except ValueError:
        return _DEFAULT_TIMEOUT_S
    return min(max(asked, 1.0), _MAX_TIMEOUT_S) if math.isfinite(asked) else _DEFAULT_TIMEOUT_S


class GenerationConfig(msgspec.Struct, frozen=True):
    """How many characters are waited for before each generation, the last one for all the rest."""

    chunk_length_schedule: Annotated[
        tuple[Annotated[float, msgspec.Meta(ge=50, le=500)], ...], msgspec.Meta(min_length=1)
    ] = (120, 160, 250, 290)


class Message(msgspec.Struct, frozen=True):
    """What a client says on a socket; `xi-api-key` may stand beside it."""

    text: str | None = None
    context_id: str | None = None
    flush: bool | None = None
    try_trigger_generation: bool | None = None
    close_context: bool | None = None
    close_socket: bool | None = None
    voice_settings: dict[str, Any] | None = None
    generation_config: GenerationConfig | None = None


def message_of(data: str) -> tuple[Message, bool]:
    """A message, and whether it brings a key. ValueError if it is none."""
    try:
        fields = msgspec.json.decode(data, type=dict[str, Any])
        said = msgspec.convert(fields, Message)
    except NO_JSON as error:
        raise ValueError(str(error)) from error
    return said, any(fields.get(name) for name in ("xi_api_key", "xi-api-key", "authorization"))


class Character(NamedTuple):
    """When a character of the text sounds."""

    text: str
    start_ms: int
    end_ms: int


def aligned(characters: Sequence[Character], from_ms: int) -> dict[str, Any] | None:
    """Times as a socket tells them: in milliseconds after where the last message left off."""
    if not characters:
        return None
    return {
        "chars": [one.text for one in characters],
        "charStartTimesMs": [one.start_ms - from_ms for one in characters],
        "charDurationsMs": [one.end_ms - one.start_ms for one in characters],
    }


def timed(characters: Iterable[Character]) -> dict[str, Any] | None:
    """Times as an HTTP answer tells them: in seconds from its start."""
    told = list(characters)
    if not told:
        return None
    return {
        "characters": [one.text for one in told],
        "character_start_times_seconds": [one.start_ms / 1000 for one in told],
        "character_end_times_seconds": [one.end_ms / 1000 for one in told],
    }


def audio_frame(data: bytes, alignment: dict[str, Any] | None, context: str | None) -> str:
    """Sound of a context; `None` is the only one of a socket that has no others."""
    frame: dict[str, Any] = {"audio": b64encode(data).decode()}
    if context is not None:
        frame["contextId"] = context
    # Text is spoken as it is written, so that there is nothing to normalise.
    times = {"alignment": alignment, "normalizedAlignment": alignment}
    return json_text(frame | {"isFinal": None} | times)


def final_frame(context: str | None) -> str:
    """Nothing more will come of a context."""
    if context is None:
        return json_text({"audio": None, "isFinal": True})
    return json_text({"isFinal": True, "contextId": context})
