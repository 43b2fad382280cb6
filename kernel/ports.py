"""Where the mocks listen: a base port that serves everything, and above it one for each stage."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from types import MappingProxyType

from .errors import UsageError
from .fault import Stage

DEFAULT_PORT_BASE = 8700
PORT_OFFSETS: Mapping[Stage, int] = MappingProxyType(
    {"stt": 1, "llm": 2, "tts": 3, "realtime": 4, "tools": 5, "telephony": 6}
)
"""A stage's port counted from the base port."""
_HIGHEST_BASE = 65_535 - max(PORT_OFFSETS.values())


def port_base(text: str) -> int:
    """The base port that an option or a variable says. UsageError if a stage would have no port."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 5 else 0
    if not 0 < number <= _HIGHEST_BASE:
        raise UsageError(
            f"{text!r} cannot be the first of the mocks' ports",
            where="--port-base",
            remedy=f"give a number from 1 to {_HIGHEST_BASE}, such as {DEFAULT_PORT_BASE}",
        )
    return number


def cannot_listen(host: str, port: int, error: OSError, remedy: str) -> UsageError:
    """Why a port could not be opened, with the remedy if somebody else has it."""
    why = error.strerror or str(error)
    if error.errno == errno.EADDRINUSE:
        return UsageError(f"port {port} is taken ({why})", where=host, remedy=remedy)
    return UsageError(
        f"nothing can listen on port {port}: {why}",
        where=host,
        remedy="give an address of this machine as --host, and a free --port-base above 1023",
    )
