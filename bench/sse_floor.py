"""The least that a mock can do: a bare uvloop server that waits and writes, stream by stream.

`python -m bench.sse_floor PORT FIRST_S BETWEEN_S WORDS` reads no request and checks nothing. What a
client sees of it later than asked is what the machine, the loop and the client cost.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from typing import cast

import uvloop

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = (
    b'data: {"id":"chatcmpl-000000000000000000000000","object":"chat.completion.chunk",'
    b'"created":1700000000,"model":"m","service_tier":"default","system_fingerprint":null,'
    b'"choices":[{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}]}\n\n'
)


def framed(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


class Streaming(asyncio.Protocol):
    """Whatever arrives is a request."""

    def __init__(self, first_s: float, between_s: float, chunks: int) -> None:
        self._first_s, self._between_s, self._chunks = first_s, between_s, chunks
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._from_s = self._loop.time() + self._first_s
        self._loop.call_at(self._from_s, self._write, 0)

    def _write(self, index: int) -> None:
        self._transport.write((b"" if index else HEAD) + framed(CHUNK))
        if index + 1 < self._chunks:
            due = self._from_s + (index + 1) * self._between_s
            self._loop.call_at(due, self._write, index + 1)
        else:
            self._transport.write(framed(b"data: [DONE]\n\n") + b"0\r\n\r\n")


async def main(port: int, first_s: float, between_s: float, words: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Streaming(first_s, between_s, words), "127.0.0.1", port, backlog=1024
    )
    gc.disable()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    port, first_s, between_s, words = sys.argv[1:]
    uvloop.run(main(int(port), float(first_s), float(between_s), int(words)))
