import errno
import socket
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from harness.transports.troubles import plainly

KEY: Any = SimpleNamespace(host="127.0.0.1", port=1, ssl=True, is_ssl=False)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            aiohttp.ClientConnectorError(KEY, OSError(errno.ECONNREFUSED, "Connect call failed")),
            "cannot connect: Connection refused",
        ),
        (
            aiohttp.ClientConnectorDNSError(KEY, socket.gaierror(-2, "Name not known")),
            "cannot connect: Name not known",
        ),
        (
            aiohttp.ClientConnectorError(KEY, OSError("Multiple exceptions:\n[Errno 111]")),
            "cannot connect: Multiple exceptions: [Errno 111]",
        ),
        (aiohttp.InvalidURL("ws://"), "this is no address that can be called"),
        (aiohttp.ServerDisconnectedError(), "Server disconnected"),
        (OSError(), "OSError"),
    ],
)
def test_a_failed_connection_is_told_plainly(error: Exception, told: str) -> None:
    assert plainly(error) == told
