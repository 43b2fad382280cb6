"""Mocks on real sockets, in the test's own process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from kernel.clock import SystemClock
from kernel.fault import FaultOrder
from kernel.units import builtins, convert
from mocks.provider import Catalogue, Provider
from mocks.serve import serving
from mocks.serve_shell import Shell
from mocks.service import Service
from mocks.world import World
from tests.mocks.echo import ECHO, a_world

CONTROL = "/_fastbusy"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class OnAir:
    """A service with its sockets, and a client of it."""

    shell: Shell
    client: aiohttp.ClientSession
    port: int

    @property
    def service(self) -> Service:
        return self.shell.service

    async def apply(self, kind: str, label: str = "f", target: str = "tts", **fields: Any) -> int:
        shared = {key: fields.pop(key) for key in ("share", "heal_after") if key in fields}
        order = {"label": label, "kind": kind, "target": target, "fields": fields, **shared}
        body = builtins(convert(order, FaultOrder))
        async with self.client.put(f"{CONTROL}/faults/{label}", json=body) as response:
            return response.status

    async def heal(self) -> None:
        async with self.client.delete(f"{CONTROL}/faults") as response:
            assert response.status == 200

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait for something that must come about; the timeout is only for when it does not."""
        async with asyncio.timeout(20):
            while not done():  # noqa: ASYNC110 - what it waits for has no event
                await asyncio.sleep(0.01)


@asynccontextmanager
async def on_air(
    *providers: Provider, world: World | None = None, token: str = ""
) -> AsyncIterator[OnAir]:
    service = Service(Catalogue(providers or (ECHO,)), world or a_world())
    port = free_port()
    async with (
        serving(service, SystemClock(), ports={port: ()}, token=token) as shell,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
    ):
        yield OnAir(shell, client, port)


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run an asynchronous test."""

    async def bounded() -> None:
        async with asyncio.timeout(60):
            await test()

    asyncio.run(bounded())
