"""Child processes: the mocks and the agent under test, started, awaited and stopped by us."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp

from kernel.clock import SECOND_NS, Clock
from kernel.errors import StackError

_GRACE_S = 5.0
_POLL_S = 0.05


class Child:
    """One child process in a group of its own; its output goes to `log`."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name, self.log = name, log
        self._process = process

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ready(self, url: str, clock: Clock, within_s: float = 30.0) -> None:
        """Wait until `url` answers anything at all below 500.

        StackError with the end of its log if the process ends first or the time runs out.
        """
        give_up_ns = clock.now_ns() + round(within_s * SECOND_NS)
        async with aiohttp.ClientSession() as session:
            while clock.now_ns() < give_up_ns:
                if not self.running:
                    raise StackError(
                        f"{self.name} ended with code {self._process.returncode} before it was "
                        f"ready; its last words:\n{self._last_words()}",
                        where=str(self.log),
                    )
                with contextlib.suppress(aiohttp.ClientError, asyncio.TimeoutError, OSError):
                    timeout = aiohttp.ClientTimeout(total=2)
                    async with session.get(url, timeout=timeout) as response:
                        if response.status < 500:
                            return
                await clock.sleep(_POLL_S)
        raise StackError(
            f"{self.name} did not answer {url} within {within_s:g} s; its last words:\n"
            f"{self._last_words()}",
            where=str(self.log),
        )

    async def stop(self, grace_s: float = _GRACE_S) -> None:
        """SIGTERM to the whole group, SIGKILL to what is left after `grace_s`."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            if not self.running:
                continue
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._process.wait(), grace_s)

    def _last_words(self, lines: int = 12) -> str:
        try:
            text = self.log.read_text(errors="replace")
        except OSError as error:
            return f"  (no log: {error})"
        return "\n".join(f"  {line}" for line in text.splitlines()[-lines:]) or "  (nothing)"


async def start(
    name: str, command: Sequence[str] | str, *, env: Mapping[str, str], log: Path
) -> Child:
    """Start a command; a string goes through the shell. StackError if it cannot be started."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        try:
            if isinstance(command, str):
                process = await asyncio.create_subprocess_shell(
                    command, env={**os.environ, **env}, stdin=asyncio.subprocess.DEVNULL,
                    stdout=output, stderr=asyncio.subprocess.STDOUT, start_new_session=True,
                )  # fmt: skip
            else:
                process = await asyncio.create_subprocess_exec(
                    *command, env={**os.environ, **env}, stdin=asyncio.subprocess.DEVNULL,
                    stdout=output, stderr=asyncio.subprocess.STDOUT, start_new_session=True,
                )  # fmt: skip
        except OSError as error:
            raise StackError(f"{name} cannot be started: {error}", where=str(command)) from error
    return Child(name, process, log)


def refuse_taken_ports(host: str, ports: Sequence[int], remedy: str) -> None:
    """StackError that names the first port somebody else listens on."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise StackError(
                    f"port {port} is taken ({error.strerror})", where=host, remedy=remedy
                ) from error
