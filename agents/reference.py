"""The reference agent: Twilio, Deepgram, OpenAI and Cartesia, well behaved under load and failure.

    python agents/reference.py --port 8650 --limit 20

Settings come from the environment (desk/settings.py lists them), the command line wins. The modules
in `desk/` hold the agent; start with `desk/call.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import logging
import os
import signal
from collections.abc import Sequence
from contextlib import suppress

from aiohttp import web

from desk.front import FrontDesk
from desk.settings import Settings

DESK = web.AppKey("desk", FrontDesk)


def build_app(settings: Settings, desk: type[FrontDesk] = FrontDesk) -> web.Application:
    """The agent as an aiohttp application; `app[DESK]` is what its calls share."""
    app = web.Application()
    app[DESK] = front = desk(settings)
    app.add_routes(front.routes())
    app.cleanup_ctx.append(front.recordings)
    app.on_shutdown.append(front.hang_up_all)
    return app


async def serve(app: web.Application, settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C; then refuse new calls politely and finish those that are up.

    A second signal ends them at once.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    host, port = runner.addresses[0][:2]
    print(f"listening on http://{host}:{port}/incoming", flush=True)
    await stop.wait()

    stop.clear()
    front = app[DESK]
    front.admission.close()
    while front.calls() and not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.1)
    await runner.cleanup()


def parser() -> argparse.ArgumentParser:
    """The command line that all agents on a FrontDesk share."""
    options = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--host", help="address to listen on")
    options.add_argument("--port", type=int, help="port to listen on")
    options.add_argument("--limit", type=int, dest="call_limit", help="calls taken at a time")
    options.add_argument("--verbose", action="store_true", help="log retries too")
    return options


def settings_from(arguments: argparse.Namespace) -> Settings:
    """Settings of the environment, overridden by the command line."""
    names = {field.name for field in dataclasses.fields(Settings)}
    given = {
        name: value
        for name, value in vars(arguments).items()
        if name in names and value is not None
    }
    return dataclasses.replace(Settings.from_environment(os.environ), **given)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the agent."""
    options = parser()
    options.description = __doc__
    arguments = options.parse_args(argv)
    logging.basicConfig(level=logging.INFO if arguments.verbose else logging.WARNING)
    settings = settings_from(arguments)
    asyncio.run(serve(build_app(settings), settings))


if __name__ == "__main__":
    main()
