"""The same scenes on real sockets and in virtual time: both sides see the same."""

import asyncio
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from fastbusy import virtual

pytestmark = pytest.mark.system

PAUSE_S = 0.1  # long enough for loopback to settle
ROOT = Path(__file__).parents[2]


class Witness(asyncio.Protocol):
    """Writes down what it sees; joins bytes that arrive one after another."""

    def __init__(self, half_open: bool) -> None:
        self.half_open = half_open
        self.seen: list[str] = []
        self.received = 0
        self.made = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.made.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        self._see("data")

    def eof_received(self) -> bool:
        self._see("eof")
        return self.half_open

    def pause_writing(self) -> None:
        self._see("pause")

    def resume_writing(self) -> None:
        self._see("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self._see(f"lost: {exc}")

    def _see(self, what: str) -> None:
        if self.seen[-1:] != [what]:
            self.seen.append(what)

    async def has_received(self, size: int) -> None:
        """Return when `size` bytes have come in."""
        async with asyncio.timeout(30):
            while self.received < size:  # noqa: ASYNC110 - the bytes arrive in no set number
                await asyncio.sleep(PAUSE_S)

    def linger_for_zero(self) -> None:
        self.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )


Scene = Callable[[Witness, Witness], Awaitable[None]]


async def goodbye(client: Witness, server: Witness) -> None:
    client.transport.write(b"bye")
    client.transport.close()


async def half_open(client: Witness, server: Witness) -> None:
    client.transport.write(b"question")
    client.transport.write_eof()
    await asyncio.sleep(PAUSE_S)
    server.transport.write(b"answer")
    server.transport.close()
    await asyncio.sleep(PAUSE_S)
    client.transport.close()


async def reset(client: Witness, server: Witness) -> None:
    server.linger_for_zero()
    server.transport.abort()


async def words_before_a_reset(client: Witness, server: Witness) -> None:
    server.transport.write(b"wait")
    await asyncio.sleep(PAUSE_S)
    server.linger_for_zero()
    server.transport.close()


async def closed_over_unread_bytes(client: Witness, server: Witness) -> None:
    server.transport.pause_reading()
    client.transport.write(b"unread")
    await asyncio.sleep(PAUSE_S)
    server.transport.close()


async def written_to_the_departed(client: Witness, server: Witness) -> None:
    client.transport.close()
    await asyncio.sleep(PAUSE_S)
    server.transport.write(b"anybody?")
    await asyncio.sleep(PAUSE_S)
    server.transport.write(b"nobody.")


async def stalled_reader(client: Witness, server: Witness) -> None:
    server.transport.pause_reading()
    client.transport.write(bytes(20_000_000))
    await asyncio.sleep(PAUSE_S)
    server.transport.resume_reading()
    await server.has_received(20_000_000)
    client.transport.close()


async def closed_while_the_reader_stalls(client: Witness, server: Witness) -> None:
    server.transport.pause_reading()
    client.transport.write(bytes(20_000_000))
    client.transport.close()
    await asyncio.sleep(PAUSE_S)
    assert client.seen == ["pause"]
    server.transport.resume_reading()
    await server.has_received(20_000_000)


async def gives_up_on_a_full_pipe(client: Witness, server: Witness) -> None:
    server.transport.pause_reading()
    client.transport.write(bytes(20_000_000))
    await asyncio.sleep(PAUSE_S)
    server.linger_for_zero()
    server.transport.abort()


async def play(scene: Scene, keeps_half_open: bool) -> dict[str, list[str]]:
    """What each side saw of a scene."""
    loop = asyncio.get_running_loop()
    accepted: list[Witness] = []

    def accept() -> Witness:
        accepted.append(Witness(keeps_half_open))
        return accepted[-1]

    server = await loop.create_server(accept, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    _, client = await loop.create_connection(lambda: Witness(keeps_half_open), *address)
    await asyncio.sleep(PAUSE_S)
    await scene(client, accepted[0])
    await asyncio.sleep(2 * PAUSE_S)
    server.close()
    for side in (client, accepted[0]):
        if not side.seen[-1:] or not side.seen[-1].startswith("lost"):
            side.transport.abort()
    seen = {"client": list(client.seen), "server": list(accepted[0].seen)}
    await asyncio.sleep(0)
    return seen


@pytest.mark.parametrize("keeps_half_open", [False, True])
@pytest.mark.parametrize(
    "scene",
    [
        goodbye,
        half_open,
        reset,
        words_before_a_reset,
        closed_over_unread_bytes,
        written_to_the_departed,
        stalled_reader,
        closed_while_the_reader_stalls,
        gives_up_on_a_full_pipe,
    ],
)
def test_a_scene_looks_the_same(scene: Scene, keeps_half_open: bool) -> None:
    real = asyncio.run(play(scene, keeps_half_open))
    assert virtual.run(play(scene, keeps_half_open), seed=1) == real


def test_the_order_of_events_does_not_depend_on_the_hash_seed_or_the_process() -> None:
    program = (
        "from bench.virtual_time import calls; from fastbusy import virtual;"
        "print(virtual.run(calls(40, 6.0), seed=1).digest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
