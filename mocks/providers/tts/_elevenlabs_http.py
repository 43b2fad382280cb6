"""ElevenLabs over HTTP: a text spoken at once, with or without times, and what there is to ask
for."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from kernel.actor import Emit, End, Instruction
from kernel.fault import Arrival
from speech.mouth import VOICES

from ...synthesis import Chunk, Mouths
from ...voicing import Voicing
from ...wire import NO_JSON, Body, Head, Request, Wire, id_of, json_reply
from ...work import Admitted, Begin, Note, Opened
from ...world import World
from ._elevenlabs import Character, Form, authorised, form_of, timed
from ._elevenlabs_context import spelled
from ._elevenlabs_errors import (
    NO_KEY,
    NO_TEXT,
    TOO_LONG,
    UNSUPPORTED_FORMAT,
    error_reply,
    validation_reply,
)

_log = logging.getLogger(__name__)

_MAX_CHARACTERS = 40_000
_MODELS = ("eleven_multilingual_v2", "eleven_flash_v2_5", "eleven_turbo_v2_5")


class Asked(msgspec.Struct, frozen=True):
    """The body of a request for speech, as far as it can change the answer's shape."""

    text: str
    model_id: str | None = None
    voice_settings: dict[str, Any] | None = None


class Speech(Voicing):
    """`POST /v1/text-to-speech/{voice_id}` and its three relatives: one utterance.

    streams  sound goes out as it is made
    times    it goes out as JSON, with the times of its characters
    """

    _asked: Asked
    _form: Form

    def __init__(
        self, request: Request, world: World, *, streams: bool = True, times: bool = False
    ) -> None:
        super().__init__(request, world)
        self._streams, self._times = streams, times
        self._id = id_of("", world.seed, request.connection, request.body)

    def _open(self) -> Iterator[Instruction]:
        if refused := self._refused():
            reason, wires = refused
            yield Emit(Note("", {"reason": reason}))
            yield from map(Emit, wires)
            yield End()
        else:
            yield Emit(Begin(data={"text_in": self._asked.text.strip()}))

    def _refused(self) -> tuple[str, Iterable[Wire]] | None:
        """Why this cannot be spoken, in our words and theirs."""
        if not authorised(self._request):
            return NO_KEY.message, error_reply(NO_KEY, self._id)
        try:
            self._form = form_of(self._request)
        except ValueError as error:
            _log.warning("%s", error)
            return str(error), error_reply(UNSUPPORTED_FORMAT.saying(str(error)), self._id)
        try:
            self._asked = msgspec.convert(_parsed(self._request.body), Asked)
        except msgspec.ValidationError as error:
            return str(error), validation_reply(error, self._id)
        if not self._asked.text.strip():
            return NO_TEXT.message, error_reply(NO_TEXT, self._id)
        if len(self._asked.text) > _MAX_CHARACTERS:
            return TOO_LONG.message, error_reply(TOO_LONG, self._id)
        return None

    def _speak(self, arrival: Arrival, now_ns: int) -> Iterator[Instruction]:
        form, voice = self._form, self._request.params.get("voice_id", "")
        mouth = Mouths().borrow(form.rate_hz, voice)
        spoken, chunks, free_ns = yield from self._voice(
            self._asked.text, mouth, form.encoding.encode, arrival, now_ns
        )
        bodies = self._bodies(chunks, spelled(spoken.characters))
        if not self._streams:
            bodies = [(free_ns, b"".join(data for _, data in bodies))]
        yield Emit(Head(200, self._headers(bodies)), bodies[0][0])
        for due_ns, data in bodies:
            yield Emit(Body(data), due_ns)
        yield End()

    def _bodies(
        self, chunks: Sequence[Chunk], characters: list[Character]
    ) -> list[tuple[int, bytes]]:
        """What goes out, and when."""
        if not self._times:
            return [(chunk.due_ns, chunk.data) for chunk in chunks]
        if not self._streams:
            sound = b"".join(chunk.data for chunk in chunks)
            return [(chunks[-1].due_ns, _timed_sound(sound, characters))]
        bodies, sounded_ms = [], 0.0
        for chunk in chunks:
            began_ms, sounded_ms = sounded_ms, sounded_ms + 1000 * self._form.seconds(chunk.data)
            mine = [one for one in characters if began_ms <= one.start_ms < sounded_ms]
            bodies.append((chunk.due_ns, _timed_sound(chunk.data, mine) + b"\n"))
        return bodies

    def _headers(self, bodies: list[tuple[int, bytes]]) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json" if self._times else self._form.media_type,
            "request-id": self._id,
            "history-item-id": self._id[::-1],
            "character-cost": str(len(self._asked.text)),
            "x-trace-id": self._id,
        }
        if not self._streams:
            headers["Content-Length"] = str(len(bodies[0][1]))
        return headers


class Voices:
    """`GET /v1/voices`: any other voice can be asked for as well."""

    def __init__(self, request: Request, world: World) -> None:
        self._request, self._id = request, id_of("", world.seed, request.connection)

    def receive(self, message: Any, now_ns: int) -> Iterator[Instruction]:
        known = authorised(self._request)
        if isinstance(message, Opened) and known:
            yield Emit(Begin(counted=False, purpose="prewarm"))
        elif isinstance(message, Opened | Admitted):
            reply = json_reply(200, self.listed(), {"request-id": self._id})
            yield from map(Emit, reply if known else error_reply(NO_KEY, self._id))
            yield End()

    def listed(self) -> Any:
        """The answer's fields."""
        return {
            "voices": [
                {"voice_id": name, "name": name, "category": "premade", "labels": {}}
                for name in VOICES
            ]
        }


class Models(Voices):
    """`GET /v1/models`."""

    def listed(self) -> Any:
        return [
            {"model_id": name, "name": name, "can_do_text_to_speech": True, "languages": []}
            for name in _MODELS
        ]


def _timed_sound(sound: bytes, characters: Sequence[Character]) -> bytes:
    times = timed(characters)
    told = {"audio_base64": b64encode(sound).decode()}
    return msgspec.json.encode(told | {"alignment": times, "normalized_alignment": times})


def _parsed(body: bytes) -> Any:
    """The fields of a body, none if it is no JSON."""
    try:
        return msgspec.json.decode(body)
    except NO_JSON:
        return None
