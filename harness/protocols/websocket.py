"""WebSocket frames as a client writes and reads them, without extensions (RFC 6455, section 5)."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import lru_cache
from struct import Struct

MESSAGE_LIMIT_BYTES = 4 << 20
NORMAL, PROTOCOL_ERROR, NO_TEXT, TOO_BIG, INTERNAL_ERROR = 1000, 1002, 1007, 1009, 1011
"""Why a connection is closed (RFC 6455, section 7.4.1)."""

_HEAD_BYTES = 2
_SHORT_HEAD, _HEAD, _LONG_HEAD = Struct("!BB"), Struct("!BBH"), Struct("!BBQ")
_FIN = _MASKED = 0x80
_SHORT, _TWO_BYTES, _EIGHT_BYTES = 125, 126, 127
_CODES = frozenset({*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)})
"""Those that a close frame may carry."""


class Opcode(IntEnum):
    """What a frame is."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


_CLOSE = Opcode.CLOSE
_OPCODES = {_FIN | opcode: opcode for opcode in Opcode}
_OPCODES |= {int(opcode): opcode for opcode in Opcode if opcode < _CLOSE}
"""By the first byte of a frame: the last of a message, or another. All other bytes are wrong."""

Message = tuple[Opcode, bytes]
"""A whole message, or a control frame."""
Masked = Callable[[bytes, bytes], bytes | bytearray]
"""What `masked` does, by whatever means."""


class Violation(Exception):
    """What a server must not send; the connection is to be closed with `code`."""

    def __init__(self, code: int, what: str) -> None:
        super().__init__(what)
        self.code = code


def masked(payload: bytes, mask: bytes) -> bytes:
    """The payload under a mask of four bytes."""
    # As one number each, payload and mask meet in one step.
    words = (len(payload) + 3) // 4
    covering = int.from_bytes(mask, "little") * _repeating(words)
    covered = int.from_bytes(payload, "little") ^ covering
    return covered.to_bytes(4 * words, "little")[: len(payload)]


@lru_cache(maxsize=256)
def _repeating(words: int) -> int:
    """The number by which a 32-bit one is multiplied to stand `words` times in a row."""
    return ((1 << 32 * words) - 1) // ((1 << 32) - 1)


def frame(opcode: Opcode, payload: bytes, mask: bytes, masked: Masked = masked) -> bytes:
    """A whole message or control frame of a client; nobody may be able to foretell `mask`."""
    first, length = _FIN | opcode, len(payload)
    if length <= _SHORT:
        head = _SHORT_HEAD.pack(first, _MASKED | length)
    elif length < 1 << 16:
        head = _HEAD.pack(first, _MASKED | _TWO_BYTES, length)
    else:
        head = _LONG_HEAD.pack(first, _MASKED | _EIGHT_BYTES, length)
    return head + mask + masked(payload, mask)


class Frames:
    """Reads what a server sends, in pieces of any size."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._opcode: Opcode | None = None  # of the message whose fragments arrive
        self._fragments = bytearray()

    @property
    def unread_bytes(self) -> int:
        """What has been fed and not been read."""
        return len(self._data)

    def feed(self, data: bytes) -> None:
        self._data += data

    def read(self) -> Message | None:
        """The next whole message or control frame; None until more is fed. Raises Violation."""
        while found := self._frame():
            last, opcode, payload = found
            if opcode < _CLOSE and not (last and opcode and self._opcode is None):
                self._join(opcode, payload)
                if not last:
                    continue
                opcode, payload = self._joined()
            if opcode is _CLOSE or not payload.isascii():
                _check(opcode, payload)
            return opcode, payload
        return None

    def _frame(self) -> tuple[int, Opcode, bytes] | None:
        """The next frame: whether it is a message's last, what it is, and what it carries."""
        data = self._data
        if len(data) < _HEAD_BYTES:
            return None
        first, length = data[0], data[1]
        opcode = _OPCODES.get(first)
        if opcode is None or length > (_EIGHT_BYTES if opcode < _CLOSE else _SHORT):
            raise _wrong(first, length)
        start = _HEAD_BYTES
        if length > _SHORT:
            start += 2 if length == _TWO_BYTES else 8
            if len(data) < start:
                return None
            length = int.from_bytes(data[_HEAD_BYTES:start], "big")
        if length + len(self._fragments) > MESSAGE_LIMIT_BYTES:
            raise Violation(TOO_BIG, f"a message of more than {MESSAGE_LIMIT_BYTES} bytes")
        end = start + length
        if len(data) < end:
            return None
        payload = bytes(data[start:end])
        del data[:end]
        return first & _FIN, opcode, payload

    def _join(self, opcode: Opcode, payload: bytes) -> None:
        """Keep a fragment of a message."""
        if (opcode is Opcode.CONTINUATION) is (self._opcode is None):
            raise Violation(PROTOCOL_ERROR, f"{opcode.name} out of turn")
        self._opcode = self._opcode or opcode
        self._fragments += payload

    def _joined(self) -> Message:
        assert self._opcode is not None
        whole = self._opcode, bytes(self._fragments)
        self._opcode, self._fragments = None, bytearray()
        return whole


def _wrong(first: int, length: int) -> Violation:
    """What is wrong with a frame that begins with these two bytes."""
    if length & _MASKED:
        return Violation(PROTOCOL_ERROR, "a masked frame from a server")
    return Violation(PROTOCOL_ERROR, f"a frame that begins with 0x{first:02x}{length:02x}")


def _check(opcode: Opcode, payload: bytes) -> None:
    """Text and the reason of a close are UTF-8, and a close has an allowed code or none."""
    if opcode is _CLOSE and payload:
        code, payload = int.from_bytes(payload[:2], "big"), payload[2:]
        if code not in _CODES:
            raise Violation(PROTOCOL_ERROR, f"a close with code {code}")
    if opcode in (Opcode.TEXT, _CLOSE):
        try:
            payload.decode()
        except UnicodeDecodeError as error:
            raise Violation(NO_TEXT, f"a text that is no UTF-8: {error}") from None
