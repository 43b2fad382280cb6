"""The mocks as a process of their own, as an agent meets them, and their control API."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from kernel.control import PREFIX, Journal
from kernel.dialogue import Script
from kernel.history import History
from kernel.records import Work

QUICK = ("stt.first=50ms", "llm.first=20ms", "llm.between=1ms", "tts.first=50ms")


class Mocks:
    """Running mocks; `netloc` is their host and port."""

    def __init__(self, netloc: str) -> None:
        self.netloc = netloc

    def control(self, method: str, path: str, value: Any = None) -> bytes:
        body = None if value is None else msgspec.json.encode(value)
        request = urllib.request.Request(
            f"http://{self.netloc}{PREFIX}/{path}", body, method=method
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            answer: bytes = response.read()
        return answer

    def follow(self, script: Script) -> None:
        self.control("PUT", "script", script)

    def apply(self, kind: str, target: str, **fields: Any) -> None:
        order = {"label": "f", "kind": kind, "target": target, "fields": fields}
        self.control("PUT", "faults/f", order)

    def heal(self) -> None:
        self.control("DELETE", "faults")

    def work(self) -> tuple[Work, ...]:
        page = msgspec.json.decode(self.control("GET", "journal"), type=Journal)
        return History(page.events).work


@contextmanager
def running() -> Iterator[Mocks]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    latencies = [word for latency in QUICK for word in ("--latency", latency)]
    command = [sys.executable, "-P", "-m", "mocks", "--one-port", "--port-base", str(port)]
    process = subprocess.Popen([*command, *latencies], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert "ready" in ready, f"the mocks did not start: {ready!r}"
        yield Mocks(f"127.0.0.1:{port}")
    finally:
        process.terminate()
        process.communicate(timeout=20)


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run an asynchronous test; the timeout is only for when it hangs."""

    async def bounded() -> None:
        async with asyncio.timeout(60):
            await test()

    asyncio.run(bounded())
