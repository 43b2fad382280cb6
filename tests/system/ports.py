"""Neighbouring free ports, out of the way of those that the system hands out."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from contextlib import suppress

_FIRST, _LAST, _STEP = 10_000, 32_000, 100
_reserved: list[socket.socket] = []


def free_port_base() -> int:
    """A port base: it, the six above it and the sample agent's below it are free.

    It stays ours until this process ends: other test processes on this machine take other ones.
    """
    blocks = (_LAST - _FIRST) // _STEP
    for turn in range(blocks):
        base = _FIRST + (os.getpid() * 7 + turn) % blocks * _STEP + 50
        if _reserve(base) and _free([base - 50, *range(base, base + 7)]):
            return base
    raise AssertionError(f"no free block of ports between {_FIRST} and {_LAST}")


def _reserve(base: int) -> bool:
    """Whether nobody else has taken this block: its number is a name that one process can hold."""
    sign = socket.socket(socket.AF_UNIX)
    # Names that begin with a zero byte live in Linux's memory and end with their process.
    with suppress(OSError):
        sign.bind(f"\0fastbusy-tests-{base}")
        _reserved.append(sign)
        return True
    sign.close()
    return False


def _free(ports: Iterable[int]) -> bool:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
