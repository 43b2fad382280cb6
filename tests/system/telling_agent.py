"""The reference agent, which tells its log what it is told, and its providers which call it is.

It speaks TLS with the files in the folder TLS, and only to who shows a certificate of the same CA.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

sys.path.insert(0, str(Path(__file__).parents[2] / "agents"))

from desk import front
from desk.line import Line
from desk.settings import Settings
from reference import build_app, serve

CALL = ContextVar("CALL", default="")


class TellingDesk(front.FrontDesk):
    async def incoming(self, request: web.Request) -> web.Response:
        form = await request.post()
        sys.stderr.write(f"asked: {dict(request.headers)} {dict(form)}\n")
        answer = await super().incoming(request)
        if answer.status == 403:
            answer.text = f"you said {request.headers.get('Authorization')} and {dict(form)}"
        return answer

    async def talk(self, line: Line) -> None:
        CALL.set(line.call_sid)
        await super().talk(line)


def naming_session(**more: Any) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"X-Call-Sid": CALL.get()}, **more)


class _Aiohttp:
    """What `desk.front` takes for aiohttp."""

    ClientSession = staticmethod(naming_session)
    TCPConnector = aiohttp.TCPConnector


def mutual_tls(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(folder / "voice.example.pem", folder / "voice.example.key")
    return context


if __name__ == "__main__":
    tls = mutual_tls(Path(os.environ["TLS"]))
    web.TCPSite = partial(web.TCPSite, ssl_context=tls)  # type: ignore[assignment, misc]
    front.aiohttp = _Aiohttp  # type: ignore[assignment, attr-defined]
    settings = Settings.from_environment(os.environ)
    asyncio.run(serve(build_app(settings, TellingDesk), settings))
