"""An agent's end of many media streams that costs next to nothing, so that callers can be measured.

`python -m bench.media_peer` prints its webhook URL. It answers every frame of a caller with one of
its own, so that the callers' pace is its pace: the words of an agent, four seconds of silence, and
so on. Of what it is sent it reads the stream's name and no more.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import hashlib
import itertools
import re
from collections.abc import Sequence
from typing import cast

import uvloop

from speech.alphabet import Role
from speech.g711 import mulaw_encode
from speech.mouth import Mouth

from .stub_agent import ANSWERS, FRAME

SILENT_FRAMES = 200
_ACCEPT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
_KEY = re.compile(rb"sec-websocket-key: *(\S+)", re.IGNORECASE)
_STREAM = re.compile(rb'"streamSid": *"([^"]+)"')
_OPCODE, _TEXT, _CLOSE, _PING = 0x0F, 0x01, 0x08, 0x09


def payloads() -> list[bytes]:
    """One round of what the agent says, frame by frame."""
    mouth, found = Mouth(Role.AGENT, 8000), []
    for text in ANSWERS:
        sound = mulaw_encode(mouth.speak(text).samples) + b"\xff" * FRAME * SILENT_FRAMES
        ends = range(FRAME, len(sound) + 1, FRAME)
        found += [base64.b64encode(sound[end - FRAME : end]) for end in ends]
    return found


class Stream(asyncio.Protocol):
    """One connection: the webhook, or a media stream."""

    def __init__(self, host: str, said: Sequence[bytes], number: int) -> None:
        self._host, self._left = host, b""
        # Not all calls hear the agent at the same time.
        from_ = number * len(said) // 16 % len(said)
        self._said = itertools.cycle([*said[from_:], *said[:from_]])
        self._talking = False
        self._before = self._after = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._left += data
        if self._talking:
            self._frames()
        elif b"\r\n\r\n" in self._left:
            self._answer()

    def _answer(self) -> None:
        head, _, rest = self._left.partition(b"\r\n\r\n")
        if key := _KEY.search(head):
            accept = base64.b64encode(hashlib.sha1(key[1] + _ACCEPT).digest())
            self._transport.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Accept: %b\r\n\r\n" % accept
            )
            self._talking, self._left = True, rest
            self._frames()
            return
        url = f"ws://{self._host}/media"
        twiml = f'<Response><Connect><Stream url="{url}"/></Connect></Response>'.encode()
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(twiml), twiml)
        )
        self._transport.close()

    def _frames(self) -> None:
        """Take in whole frames; a client's are masked."""
        left, at = self._left, 0
        while len(left) - at >= 6:
            length, head = left[at + 1] & 0x7F, 2
            if length == 126:
                length, head = int.from_bytes(left[at + 2 : at + 4], "big"), 4
            body = at + head + 4
            if len(left) < body + length:
                break
            self._frame(left[at] & _OPCODE, left[body - 4 : body], left[body : body + length])
            at = body + length
        self._left = left[at:]

    def _frame(self, opcode: int, mask: bytes, masked: bytes) -> None:
        if opcode == _CLOSE:
            self._transport.write(b"\x88\x00")
            self._transport.close()
        elif opcode == _PING:
            self._transport.write(b"\x8a\x00")
        elif self._after:
            self._transport.write(self._before + next(self._said) + self._after)
        elif opcode == _TEXT:
            text = bytes(one ^ mask[place % 4] for place, one in enumerate(masked))
            if found := _STREAM.search(text):
                self._prepare(found[1])

    def _prepare(self, sid: bytes) -> None:
        """All frames of a stream have the same length."""
        before = b'{"event":"media","streamSid":"%b","media":{"payload":"' % sid
        self._after = b'"}}'
        length = len(before) + len(next(self._said)) + len(self._after)
        self._before = b"\x81\x7e" + length.to_bytes(2, "big") + before


async def main() -> None:
    """Serve until ended."""
    said, numbers, host = payloads(), itertools.count(), ""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Stream(host, said, next(numbers)), "127.0.0.1", 0, backlog=1024
    )
    host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(f"http://{host}/incoming", flush=True)
    gc.disable()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
