"""Many streamed chat completions at once, read by a client that does next to nothing.

`python -m bench.sse_client PORT STREAMS SPREAD_S WORDS FILE` writes what it saw to a file, as JSON.
Every stream has a connection of its own, made beforehand. What counts is read off the socket: when
the request was handed to it, and when the bytes of each `data:` line came out of it.
"""

from __future__ import annotations

import asyncio
import gc
import resource
import socket
import sys
import time
from pathlib import Path

import msgspec
import uvloop

TICK_S = 0.005
"""How often the client looks whether it keeps up itself."""
DATA, DONE = b"data: {", b"data: [DONE]"


class Seen(msgspec.Struct):
    """What one client saw; times in nanoseconds of the machine's monotonic clock.

    asked_ns  when each stream's request was written, chunks_ns when each of its chunks was read
    late_ms   how late the client's own timers rang meanwhile
    cpu       the share of a core that it used
    """

    asked_ns: list[int]
    chunks_ns: list[list[int]]
    late_ms: list[float]
    cpu: float


class Stream(asyncio.Protocol):
    """One connection, one request."""

    def __init__(self, number: int, words: int) -> None:
        said = " ".join(f"w{word}" for word in range(words))
        content = f"number {number} {said}"
        body = msgspec.json.encode(
            {"model": "m", "stream": True, "messages": [{"role": "user", "content": content}]}
        )
        self._request = (
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Authorization: Bearer sk-x\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        self.asked_ns = 0
        self.chunks_ns: list[int] = []
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def connect(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.create_connection(lambda: self, sock=self._socket)

    def ask(self) -> None:
        # Past the loop, which would write it at the end of its turn only.
        self.asked_ns = time.monotonic_ns()
        self._socket.send(self._request)

    def data_received(self, data: bytes) -> None:
        now_ns = time.monotonic_ns()
        self.chunks_ns.extend([now_ns] * data.count(DATA))
        if DONE in data and not self.over.done():
            self.over.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(error or ConnectionError("closed before the stream was over"))


async def watch(late_ms: list[float]) -> None:
    """What the timers of this process are late by: nothing that it reads can be truer."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + TICK_S
        await asyncio.sleep(TICK_S)
        late_ms.append((loop.time() - due) * 1000)


async def read(port: int, count: int, spread_s: float, words: int) -> Seen:
    """All streams to their end, begun evenly over `spread_s`, or in one go if it is 0."""
    streams = [Stream(number, words) for number in range(count)]
    for stream in streams:
        await stream.connect(port)
    await asyncio.sleep(0.5)
    gc.collect()
    gc.disable()
    late_ms: list[float] = []
    watching = asyncio.create_task(watch(late_ms))
    from_s, from_cpu = time.monotonic(), time.process_time()
    if spread_s:
        loop = asyncio.get_running_loop()
        for number, stream in enumerate(streams):
            loop.call_later(spread_s * number / count, stream.ask)
    else:
        for stream in streams:
            stream.ask()
    await asyncio.gather(*(stream.over for stream in streams))
    cpu = (time.process_time() - from_cpu) / (time.monotonic() - from_s)
    watching.cancel()
    asked_ns = [stream.asked_ns for stream in streams]
    return Seen(asked_ns, [stream.chunks_ns for stream in streams], late_ms, cpu)


def main() -> None:
    """Run, and write it down."""
    port, count, spread_s, words, file = sys.argv[1:]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    seen = uvloop.run(read(int(port), int(count), float(spread_s), int(words)))
    Path(file).write_bytes(msgspec.json.encode(seen))


if __name__ == "__main__":
    main()
