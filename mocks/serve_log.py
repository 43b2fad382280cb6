"""What the HTTP server says of clients: in one line, where a client alone is to blame."""

from __future__ import annotations

import logging

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import RequestPayloadError


class OneLine(logging.Filter):
    """Of bytes that are no HTTP it tells who sent them and what is wrong, without a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError | RequestPayloadError):
            told = " ".join(str(error).split()).removeprefix("400, message: ").rstrip(" ^")
            who = record.args[0] if isinstance(record.args, tuple) and record.args else "a client"
            record.msg, record.args = "%s: answered 400: %s", (who, told)
            record.exc_info, record.exc_text = None, None
        return True


LOG = logging.getLogger("mocks.server")
LOG.addFilter(OneLine())
