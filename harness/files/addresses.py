"""Whether an agent can be called at a URL at all, before anybody tries."""

from __future__ import annotations

from urllib.parse import urlsplit


def address_flaw(url: str) -> str:
    """What is wrong with a URL that has a scheme; empty if nothing is."""
    if not url.isprintable() or " " in url:
        return "a space or a control character stands in it"
    try:
        place = urlsplit(url)
        port = place.port
    except ValueError as error:
        return str(error)
    if not place.hostname:
        return "it names no host"
    return "no server listens at port 0" if port == 0 else ""
