"""Voice calls on unmodified aiohttp, in virtual and in real time: how long, and if repeatable.

    python -m bench.virtual_time [CALLS] [SECONDS]

Every call is a WebSocket with a 160-byte frame each 20 ms in both directions, and every three
seconds a streamed completion of 40 server-sent events, 30 ms apart.
"""

from __future__ import annotations

import asyncio
import hashlib
import platform
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import uvloop
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web

from fastbusy import virtual

FRAME_S, FRAME_BYTES = 0.020, 160
COMPLETION_S, TOKENS, TOKEN_S = 3.0, 40, 0.030


@dataclass
class Record:
    """What arrived and when: a digest of every frame and event in order."""

    frames: int = 0
    events: int = 0
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def frame(self, call: int, data: bytes) -> None:
        self.frames += 1
        self._note(call, data)

    def event(self, call: int, data: bytes) -> None:
        self.events += 1
        self._note(call, data)

    def digest(self) -> str:
        return self._digest.hexdigest()

    def _note(self, call: int, data: bytes) -> None:
        self._digest.update(f"{asyncio.get_running_loop().time():.9f} {call} ".encode() + data)


async def calls(count: int, seconds: float) -> Record:
    """Serve and make `count` calls of `seconds` each, dialled 100 ms apart."""
    record = Record()
    app = web.Application()
    app.router.add_get("/media", _media)
    app.router.add_get("/completion", _completion)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with (
        ClientSession(f"http://127.0.0.1:{site.port}") as session,
        asyncio.TaskGroup() as group,
    ):
        for call in range(count):
            group.create_task(_call(session, record, call, seconds))
    await runner.cleanup()
    return record


async def _call(session: ClientSession, record: Record, call: int, seconds: float) -> None:
    await asyncio.sleep(call * 0.1)
    async with session.ws_connect("/media") as socket, asyncio.TaskGroup() as group:
        group.create_task(_hear(socket, record, call))
        group.create_task(_think(session, record, call, round(seconds / COMPLETION_S)))
        await _every(FRAME_S, seconds, lambda n: socket.send_bytes(bytes([n % 256]) * FRAME_BYTES))
        await socket.close()


async def _hear(socket: ClientWebSocketResponse, record: Record, call: int) -> None:
    async for message in socket:
        record.frame(call, message.data)


async def _think(session: ClientSession, record: Record, call: int, completions: int) -> None:
    for _ in range(completions):
        async with session.get("/completion", params={"call": call}) as response:
            async for line in response.content:
                record.event(call, line)
        await asyncio.sleep(COMPLETION_S - TOKENS * TOKEN_S)


async def _media(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    speaking = asyncio.create_task(
        _every(FRAME_S, None, lambda n: socket.send_bytes(bytes([255 - n % 256]) * FRAME_BYTES))
    )
    async for message in socket:
        assert message.type is WSMsgType.BINARY, message
    speaking.cancel()
    return socket


async def _completion(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await _every(
        TOKEN_S, TOKENS * TOKEN_S, lambda n: response.write(b'data: {"token": %d}\n\n' % n)
    )
    return response


async def _every(
    period_s: float, seconds: float | None, act: Callable[[int], Awaitable[None]]
) -> None:
    loop = asyncio.get_running_loop()
    start, turn = loop.time(), 0
    while seconds is None or turn < round(seconds / period_s):
        await act(turn)
        turn += 1
        await asyncio.sleep(start + turn * period_s - loop.time())


def main(count: int = 20, seconds: float = 30.0) -> None:
    """Print one line per kind of loop."""
    print(f"{count} calls of {seconds:g} s; Python {platform.python_version()}")
    kinds: dict[str, Callable[[], Record]] = {
        "virtual": lambda: virtual.run(calls(count, seconds), seed=1),
        "virtual, again": lambda: virtual.run(calls(count, seconds), seed=1),
        "asyncio": lambda: asyncio.run(calls(count, seconds)),
        "uvloop": lambda: uvloop.run(calls(count, seconds)),
    }
    for name, run in kinds.items():
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        record = run()
        wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
        print(
            f"{name:15} {wall_s:7.2f} s wall {cpu_s:7.2f} s CPU   {record.frames} frames,"
            f" {record.events} events heard   {record.digest()[:12]}"
        )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
