"""An aiohttp server and a client of it, inside a run in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import ClientSession, web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(answer: Answer, *, shutdown_timeout: float = 60.0) -> AsyncIterator[ClientSession]:
    """A session whose base URL is a server that gives every request to `answer`."""
    app = web.Application(client_max_size=2**30)
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=shutdown_timeout)
    await runner.setup()
    site = web.TCPSite(runner, "localhost", 0)
    await site.start()
    try:
        base_url, connector = f"http://localhost:{site.port}", aiohttp.TCPConnector(limit=0)
        async with ClientSession(base_url, connector=connector) as session:
            yield session
    finally:
        await runner.cleanup()


def now() -> float:
    """Virtual seconds."""
    return asyncio.get_running_loop().time()
