"""Why a connection failed, in the words of the operating system and not of a library."""

from __future__ import annotations

import os

import aiohttp


def plainly(error: Exception) -> str:
    """`cannot connect: Connection refused`; what a library alone knows stays in its words."""
    if isinstance(error, aiohttp.ClientConnectorError) and not isinstance(
        error, aiohttp.ClientSSLError
    ):
        cause = error.os_error
        known = cause.errno is not None and cause.errno > 0
        return f"cannot connect: {os.strerror(cause.errno or 0) if known else _reason(cause)}"
    if isinstance(error, aiohttp.InvalidURL):
        return "this is no address that can be called"
    return " ".join(str(error).split()) or type(error).__name__


def _reason(cause: OSError) -> str:
    """Of a name that cannot be resolved it has words of its own; of several addresses each has."""
    return " ".join((cause.strerror or str(cause)).split())
