"""What the HTTP server says of clients: in one line, where a client alone is to blame."""

from __future__ import annotations

import logging

from aiohttp.http_exceptions import HttpProcessingError


class OneLine(logging.Filter):
    """Of bytes that are no HTTP it tells who sent them and what is wrong, without a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            told = " ".join(error.message.split()).rstrip(" ^")
            record.msg, record.args = "%s: answered 400: %s", (*(record.args or ()), told)
            record.exc_info, record.exc_text = None, None
        return True


LOG = logging.getLogger("mocks.server")
LOG.addFilter(OneLine())
