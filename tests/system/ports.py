"""Neighbouring free ports, out of the way of those that the system hands out."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from itertools import count

_FIRST, _LAST, _STEP = 20_000, 32_000, 100
_turns = count()


def free_port_base() -> int:
    """A port base: it, the six above it and the sample agent's below it are free."""
    blocks = (_LAST - _FIRST) // _STEP
    # Workers of one test run have neighbouring process ids; their blocks must not meet.
    start = os.getpid() * 7
    for turn in _turns:
        base = _FIRST + (start + turn) % blocks * _STEP + 50
        if _free([base - 50, *range(base, base + 7)]):
            return base
    raise AssertionError("count() has no end")


def _free(ports: Iterable[int]) -> bool:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
