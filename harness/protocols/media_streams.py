"""Twilio Media Streams: the messages of both sides of the WebSocket.

Numbers travel as strings. `sequenceNumber` counts from 1 at `start`. Sound is µ-law at 8 kHz in
base64, 160 bytes for 20 ms. Source: twilio.com/docs/voice/media-streams/websocket-messages.
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping
from typing import Any

import msgspec

RATE_HZ = 8000
FRAME_MS = 20
FRAME_BYTES = RATE_HZ * FRAME_MS // 1000

UNDECODABLE, WRONG_MESSAGE = 31950, 31951
"""Twilio's warnings about what an agent sends; the stream stays open."""


class Media(msgspec.Struct, frozen=True):
    """µ-law sound to play."""

    sound: bytes


class Mark(msgspec.Struct, frozen=True):
    """To be sent back once everything before it has been played."""

    name: str


class Clear(msgspec.Struct, frozen=True):
    """What has not been played yet will not be."""


Message = Media | Mark | Clear
_json = msgspec.json.encode


class Outbox:
    """What Twilio sends on one stream, numbered in order: the UTF-8 of text frames."""

    def __init__(self, account_sid: str, call_sid: str, stream_sid: str) -> None:
        self.account_sid, self.call_sid, self.stream_sid = account_sid, call_sid, stream_sid
        self._sequence = 0
        self._frames = 0
        self._media_tail = b'"},"streamSid":%b}' % _json(stream_sid)

    def connected(self) -> bytes:
        return _json({"event": "connected", "protocol": "Call", "version": "1.0.0"})

    def start(self, parameters: Mapping[str, str]) -> bytes:
        """`parameters` are those of the TwiML's `<Parameter>`s."""
        return self._numbered(
            "start",
            {
                "accountSid": self.account_sid,
                "streamSid": self.stream_sid,
                "callSid": self.call_sid,
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": RATE_HZ, "channels": 1},
                "customParameters": dict(parameters),
            },
        )

    def media(self, sound: bytes) -> bytes:
        """20 ms of the caller. `timestamp` is that of the frame's end, from the stream's start."""
        self._sequence += 1
        self._frames += 1
        # Fifty a second and call: written out, it costs a third of an encoder.
        return (
            b'{"event":"media","sequenceNumber":"%d","media":{"track":"inbound",'
            b'"chunk":"%d","timestamp":"%d","payload":"%b%b'
        ) % (
            self._sequence,
            self._frames,
            self._frames * FRAME_MS,
            binascii.b2a_base64(sound, newline=False),
            self._media_tail,
        )

    def mark(self, name: str) -> bytes:
        return self._numbered("mark", {"name": name})

    def dtmf(self, digit: str) -> bytes:
        return self._numbered("dtmf", {"track": "inbound_track", "digit": digit})

    def stop(self) -> bytes:
        return self._numbered("stop", {"accountSid": self.account_sid, "callSid": self.call_sid})

    def _numbered(self, event: str, body: Mapping[str, Any]) -> bytes:
        self._sequence += 1
        return _json(
            {
                "event": event,
                "sequenceNumber": str(self._sequence),
                event: body,
                "streamSid": self.stream_sid,
            }
        )


class _Payload(msgspec.Struct, forbid_unknown_fields=True):
    payload: str


class _Name(msgspec.Struct, forbid_unknown_fields=True):
    name: str


class _Message(msgspec.Struct, forbid_unknown_fields=True):
    event: str
    streamSid: str
    media: _Payload | None = None
    mark: _Name | None = None


class _LoosePayload(msgspec.Struct):
    payload: str


class _LooseName(msgspec.Struct):
    name: str = ""


class _LooseMessage(msgspec.Struct):
    event: str
    streamSid: str = ""
    media: _LoosePayload | None = None
    mark: _LooseName | None = None


_STRICT = msgspec.json.Decoder(_Message)
_LOOSE = msgspec.json.Decoder(_LooseMessage)
_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Inbox:
    """Reads what an agent sends on one stream.

    warnings  Twilio's code → what was wrong, the first time that it was
    """

    def __init__(self, stream_sid: str) -> None:
        self.stream_sid = stream_sid
        self.warnings: dict[int, str] = {}
        self._around: tuple[bytes, bytes] | None = None  # what stood around the last payload

    def read(self, data: bytes, *, binary: bool = False) -> Message | None:
        """One message; None if it is not to be acted on. Never raises."""
        if binary:
            self._warn(UNDECODABLE, f"a binary frame of {len(data)} bytes; send text frames")
            return None
        return self._like_the_last(data) or self._read(data)

    def _like_the_last(self, data: bytes) -> Media | None:
        """Media that differs from the last in its payload alone: nearly all of what agents send.

        Base64 holds no quotation mark, so that what can be decoded is the payload and no more.
        """
        if self._around is None:
            return None
        before, after = self._around
        if not (data.startswith(before) and data.endswith(after)):
            return None
        try:
            sound = binascii.a2b_base64(data[len(before) : -len(after)], strict_mode=True)
        except binascii.Error:
            return None
        return Media(sound) if sound else None

    def _read(self, data: bytes) -> Message | None:
        message = self._decoded(data)
        if message is None:
            return None
        if message.streamSid != self.stream_sid:
            self._warn(WRONG_MESSAGE, f"streamSid {message.streamSid!r} is not {self.stream_sid!r}")
            return None
        if message.event == "media" and message.media:
            if isinstance(message, _Message):
                self._remember(data, message.media.payload)
            return self._media(message.media.payload)
        if message.event == "mark" and message.mark:
            return Mark(message.mark.name)
        if message.event == "clear":
            return Clear()
        self._warn(WRONG_MESSAGE, f"event {message.event!r}; whole media, mark or clear expected")
        return None

    def _decoded(self, data: bytes) -> _Message | _LooseMessage | None:
        try:
            return _STRICT.decode(data)
        except _NO_JSON as error:
            self._warn(WRONG_MESSAGE, f"{_excerpt(data)}: {error}")
        try:
            return _LOOSE.decode(data)
        except _NO_JSON:
            return None

    def _remember(self, data: bytes, payload: str) -> None:
        before, found, after = data.rpartition(b'"%b"' % payload.encode())
        self._around = (before + b'"', b'"' + after) if found else None

    def _media(self, payload: str) -> Media | None:
        try:
            return Media(binascii.a2b_base64(payload, strict_mode=True))
        except (binascii.Error, ValueError) as error:
            self._warn(UNDECODABLE, f"payload {_excerpt(payload)}: {error}")
            return None

    def _warn(self, code: int, what: str) -> None:
        self.warnings.setdefault(code, what)


def _excerpt(data: str | bytes) -> str:
    return repr(data[:60] if isinstance(data, str) else data[:60].decode("utf-8", "replace"))
