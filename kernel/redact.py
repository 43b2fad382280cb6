"""What may be written down of a URL or a command: everything but its secrets."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

HIDDEN = "…"
_SECRET = re.compile(
    r"\b(\w*(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)\w*)=(\"[^\"]*\"|'[^']*'|\S+)",
    re.IGNORECASE,
)


def url(text: str) -> str:
    """A URL without user, password and the values of its query."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    _, at, place = parts.netloc.rpartition("@")
    query = re.sub(r"=[^&]*", f"={HIDDEN}", parts.query)
    return urlunsplit(parts._replace(netloc=f"{HIDDEN}@{place}" if at else place, query=query))


def command(text: str) -> str:
    """A command whose `NAME=value` words tell no value where the name speaks of a secret."""
    return _SECRET.sub(rf"\1={HIDDEN}", text)
