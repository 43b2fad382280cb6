"""The sockets of the mocks: aiohttp servers in front of a service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from aiohttp import web

from kernel.clock import Clock, cpu_ns
from kernel.fault import Refusal, Stage
from kernel.ports import cannot_listen

from .astray import astray
from .control import Control
from .provider import Found
from .serve_connection import Connection
from .serve_log import LOG
from .serve_shell import Shell
from .service import Service
from .wire import UPGRADE, Request

SHUTDOWN_S = 2.0
_ELSEWHERE = "stop what listens there, or choose other ports with --port-base"
_TOO_LARGE = Refusal("too_large", status=413)
_TOO_SLOW = Refusal("too_slow", status=408)
_MALFORMED = Refusal("malformed", status=400)
_NO_HANDSHAKE = Refusal("malformed", status=400, where="before")


class Gateway:
    """Answers the requests of one port. `stages` are those that it serves, all if empty."""

    def __init__(self, shell: Shell, stages: Sequence[Stage] = ()) -> None:
        self._shell, self._stages = shell, stages

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Any request that is not for the control API."""
        service = self._shell.service
        asked = self._request(request)
        found = service.catalogue.find(asked, self._stages)
        if found is None:
            return self._unserved(asked)
        body = _handshake(request) if found.request.upgrades else await self._body(request)
        if isinstance(body, Refusal):
            number = service.reject(found, body, self._shell.arrived_ns())
        else:
            whole = Found(found.provider, found.route, replace(found.request, body=body))
            number = service.open(whole, self._shell.arrived_ns())
        connection = Connection(self._shell, number, request, upgrades=found.request.upgrades)
        self._shell.connections[number] = connection
        try:
            return await connection.run()
        finally:
            del self._shell.connections[number]

    def _unserved(self, request: Request) -> web.Response:
        service = self._shell.service
        found = astray(request, service.catalogue.serving(self._stages))
        service.journal.unserved(found, self._shell.clock.now_ns())
        head, body = found.answer()
        return web.Response(status=head.status, headers=head.headers, body=body.data)

    def _request(self, request: web.Request) -> Request:
        asks = request.headers.get("Upgrade", "").lower() == "websocket"
        upgrade = asks and request.method == "GET"
        query: dict[str, list[str]] = {}
        for name, value in request.query.items():
            query.setdefault(name, []).append(value)
        return Request(
            method=UPGRADE if upgrade else request.method,
            path=request.path,
            query=query,
            headers={name.lower(): _text(value) for name, value in request.headers.items()},
            connection=self._shell.client(request.transport),
        )

    async def _body(self, request: web.Request) -> bytes | Refusal:
        settings = self._shell.service.world.settings
        body = bytearray()
        try:
            async with asyncio.timeout(settings.upload_s):
                async for chunk in request.content.iter_any():
                    body += chunk
                    if len(body) > settings.body_bytes:
                        return _TOO_LARGE
        except TimeoutError:
            return _TOO_SLOW
        except (web.RequestPayloadError, ValueError):
            return _MALFORMED
        return bytes(body)


def _handshake(request: web.Request) -> bytes | Refusal:
    """What is wrong with a request to upgrade, if anything is (RFC 6455, 4.2.1)."""
    return b"" if web.WebSocketResponse().can_prepare(request) else _NO_HANDSHAKE


def _text(value: str) -> str:
    """A header whose bytes are no UTF-8 has surrogates, which no answer could quote."""
    return value if value.isascii() else value.encode(errors="replace").decode()


def build_app(shell: Shell, stages: Sequence[Stage] = (), token: str = "") -> web.Application:
    """The application of one port: control API and metrics, and all providers of `stages`."""
    app = web.Application()
    control = Control(
        shell.levers,
        shell.service.journal,
        shell.metrics,
        shell.clock,
        stages=stages or shell.service.catalogue.stages,
        token=token,
        pump=shell.pump,
    )
    app.add_routes(control.routes())
    app.router.add_route("*", "/{path:.*}", Gateway(shell, stages).answer)
    app.on_shutdown.append(shell.say_goodbye)
    return app


@asynccontextmanager
async def serving(
    service: Service,
    clock: Clock,
    *,
    host: str = "127.0.0.1",
    ports: Mapping[int, Sequence[Stage]],
    token: str = "",
    cpu_ns: Callable[[], int] = cpu_ns,
) -> AsyncIterator[Shell]:
    """Serve on every port the stages that it is given for, all where it is given none.

    The control API asks for `token` unless it is empty. `cpu_ns` is what the instrument takes for
    the CPU time of this process. StackError if a port is taken, UsageError if it cannot be had.
    """
    shell = Shell(service, clock, cpu_ns)
    async with AsyncExitStack() as stack:
        for port, stages in ports.items():
            runner = web.AppRunner(
                build_app(shell, stages, token),
                access_log=None,
                logger=LOG,
                # Who closes but its own half is taken for gone too, as front ends do it: an agent
                # that breaks an answer off gives no other sign.
                handler_cancellation=True,
                shutdown_timeout=SHUTDOWN_S,
            )
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            try:
                await web.TCPSite(runner, host, port).start()
            except OSError as error:
                raise cannot_listen(host, port, error, _ELSEWHERE) from error
        stack.push_async_callback(shell.stop)
        shell.start()
        yield shell
