"""Child processes: the mocks and the agent under test, started, awaited and stopped by us."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from harness.planning.reach import Address
from harness.transports.schemes import other_scheme
from harness.transports.troubles import plainly
from kernel import redact
from kernel.clock import SECOND_NS, Clock
from kernel.errors import FastbusyError, StackError, UsageError
from kernel.ports import cannot_listen

_GRACE_S = 5.0
_POLL_S = 0.05
_POLL_LIMIT = aiohttp.ClientTimeout(total=2)
_NOT_YET = ("HTTP 502", "HTTP 503", "HTTP 504")
"""What a gateway answers while there is nobody behind it."""
_NO_SUCH_COMMAND = (126, 127)
"""What a shell ends with if it cannot run the command."""
_PR_SET_PDEATHSIG = 1

OpenSession = Callable[[], aiohttp.ClientSession]


class Child:
    """One child process in a group of its own; its output goes to `log`.

    failure  what is raised if it does not get ready: whose fault that is
    """

    def __init__(
        self,
        name: str,
        process: asyncio.subprocess.Process,
        log: Path,
        failure: type[FastbusyError] = StackError,
    ) -> None:
        self.name, self.log = name, log
        self._process, self._failure = process, failure

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ready(
        self,
        url: str,
        clock: Clock,
        within_s: float = 30.0,
        open_session: OpenSession = aiohttp.ClientSession,
        at: Address | None = None,
    ) -> None:
        """Wait until `url` answers over HTTP, whatever it says. A failed TLS handshake is an answer
        too; a gateway that finds nobody behind it is waited for, and taken as it is in the end.

        Its failure with the end of its log if the process ends first, the time runs out, or that
        port speaks another scheme than the URL. `at` is where it listens, if the URL names another.
        """
        give_up_ns = clock.now_ns() + round(within_s * SECOND_NS)
        seen = ""
        async with open_session() as session:
            while clock.now_ns() < give_up_ns:
                if not self.running:
                    raise self._ended_early()
                try:
                    seen = await _still_missing(session, url)
                except _NotHttpError as error:
                    seen = str(error)
                    if other := await other_scheme(url, at):
                        raise self._misnamed(url, other) from None
                if not seen:
                    return
                await clock.sleep(_POLL_S)
        if seen in _NOT_YET:
            return
        raise self._failure(
            f"{self.name} did not answer {redact.url(url)} within {within_s:g} s ({seen}); "
            f"its last words:\n{self._last_words()}",
            where=str(self.log),
            remedy=f"see that {self.name} listens at that URL",
        )

    def _misnamed(self, url: str, scheme: str) -> FastbusyError:
        told = redact.url(url)
        right = scheme + told[told.index(":") :]
        what = f"{self.name} speaks {scheme} at the port of {told}"
        return self._failure(what, where=str(self.log), remedy=f"write {right}")

    def _ended_early(self) -> FastbusyError:
        code = self._process.returncode
        known = code not in _NO_SUCH_COMMAND
        return self._failure(
            f"{self.name} ended with code {code} before it was ready; its last words:\n"
            f"{self._last_words()}",
            where=str(self.log),
            remedy=f"start {self.name} by itself and see" if known else "correct the command",
        )

    @contextlib.asynccontextmanager
    async def needed(self) -> AsyncIterator[None]:
        """The body is cancelled when the process ends under it; StackError then."""
        body = asyncio.current_task()
        assert body is not None
        missed = ""

        async def watch() -> None:
            nonlocal missed
            code = await self._process.wait()
            missed = f"{self.name} ended with code {code} in the middle of the run"
            body.cancel(missed)

        watching = asyncio.create_task(watch())
        try:
            yield
        except asyncio.CancelledError:
            if not missed or body.uncancel():
                raise
            raise StackError(
                f"{missed}; its last words:\n{self._last_words()}",
                where=str(self.log),
                remedy="see what ended it (out of memory?), and run again",
            ) from None
        finally:
            watching.cancel()

    async def stop(self, grace_s: float = _GRACE_S) -> None:
        """SIGTERM to the whole group, SIGKILL to what is left after `grace_s` or a cancellation."""
        try:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), grace_s)
        finally:
            self._signal(signal.SIGKILL)
        await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _last_words(self, lines: int = 12) -> str:
        try:
            text = self.log.read_text(errors="replace")
        except OSError as error:
            return f"  (no log: {error})"
        return "\n".join(f"  {line}" for line in text.splitlines()[-lines:]) or "  (nothing)"


class _NotHttpError(Exception):
    """Somebody takes the connection, and what comes back is no answer. Empty if TLS failed: then
    whoever is meant to be there is there, and the preflight tells what is wrong."""


async def _still_missing(session: aiohttp.ClientSession, url: str) -> str:
    """Why there is nobody yet, empty if there is. _NotHttpError if HTTP is not what is spoken."""
    try:
        async with session.get(url, timeout=_POLL_LIMIT, allow_redirects=False) as response:
            answer = f"HTTP {response.status}"
            return answer if answer in _NOT_YET else ""
    except aiohttp.ClientSSLError:
        raise _NotHttpError from None
    except aiohttp.ClientConnectorError as error:
        return plainly(error)
    except TimeoutError:
        raise _NotHttpError("no answer to a request") from None
    except (aiohttp.ClientError, OSError) as error:
        raise _NotHttpError(plainly(error)) from None


async def start(
    name: str,
    command: Sequence[str] | str,
    *,
    env: Mapping[str, str],
    log: Path,
    failure: type[FastbusyError] = StackError,
) -> Child:
    """Start a command; a string goes through the shell. `failure` if it cannot be started."""
    words = ["/bin/sh", "-c", command] if isinstance(command, str) else command
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *words, env={**os.environ, **env}, stdin=asyncio.subprocess.DEVNULL,
                stdout=output, stderr=asyncio.subprocess.STDOUT, start_new_session=True,
                preexec_fn=_ends_with_us(),
            )  # fmt: skip
    except OSError as error:
        raise failure(f"{name} cannot be started: {error}", where=str(command)) from error
    return Child(name, process, log, failure)


def _ends_with_us() -> Callable[[], object] | None:
    """What a child calls so that SIGTERM reaches it even if we are killed; Linux has that."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def refuse_taken_ports(host: str, ports: Sequence[int], remedy: str) -> None:
    """UsageError that names the first port on which nobody of ours can listen."""
    for port in ports:
        try:
            family, *_, address = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address[0], port))
        except OSError as error:
            raise cannot_listen(host, port, error, remedy) from error
        except UnicodeError:
            # What a name looked up is encoded with takes no label that is empty or too long.
            nameless = OSError(errno.EADDRNOTAVAIL, "this is no name of a machine")
            raise cannot_listen(host, port, nameless, remedy) from None
        except OverflowError:
            nowhere = OSError(errno.EADDRNOTAVAIL, "ports go from 0 to 65535")
            raise cannot_listen(host, port, nowhere, remedy) from None


def refuse_strangers(url: str, at: tuple[str, int] | None = None) -> None:
    """UsageError if somebody answers already where a child is going to listen.

    `at` is where that is, if it is not what the URL names.
    """
    place = urlsplit(url)
    port = place.port or (443 if place.scheme in ("https", "wss") else 80)
    host, port = at or (place.hostname or "", port)
    try:
        socket.create_connection((host, port), timeout=_GRACE_S).close()
    except OSError:
        return
    raise UsageError(
        f"port {port} is taken: somebody listens there before the agent is started",
        where=redact.url(url),
        remedy="stop it, or leave --agent-command out and call what is running",
    )
