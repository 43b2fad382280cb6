"""What may be written down of a URL, a command or a text: everything but its secrets."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit, urlunsplit

HIDDEN = "…"
SHORTEST = 6
"""Characters of a value that is looked for; shorter ones stand in too many innocent words."""
_TELLING = r"(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)"
_SECRET = re.compile(rf"\b(\w*{_TELLING}\w*)=(\"[^\"]*\"|'[^']*'|\S+)", re.IGNORECASE)
_AFTER_EQUALS = re.compile(r"=[^&#]*")
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_USER = re.compile(r"//[^/?#]*@")
_HEADER = re.compile(rf"{_TELLING}|^(?:proxy-)?authorization$|^cookie$", re.IGNORECASE)


def url(text: str) -> str:
    """A URL without user, password and the values of its query."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return _AFTER_EQUALS.sub(f"={HIDDEN}", _USER.sub(f"//{HIDDEN}@", text))
    _, at, place = parts.netloc.rpartition("@")
    query = _AFTER_EQUALS.sub(f"={HIDDEN}", parts.query)
    return urlunsplit(parts._replace(netloc=f"{HIDDEN}@{place}" if at else place, query=query))


def credentials(text: str) -> tuple[str, ...]:
    """The password in a URL, and how user and password stand in an Authorization header."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ()
    if not parts.password:
        return ()
    user, password = unquote(parts.username or ""), unquote(parts.password)
    return password, b64encode(f"{user}:{password}".encode()).decode()


def command(text: str) -> str:
    """A command whose `NAME=value` words tell no value where the name speaks of a secret."""
    return _SECRET.sub(rf"\1={HIDDEN}", text)


def private_keys(text: str) -> str:
    """A text without the private keys in it (PEM, RFC 7468), also where one is cut off."""
    return _PRIVATE_KEY.sub(f"{HIDDEN} (a private key)", text)


def is_telling(name: str) -> bool:
    """Whether a header of this name carries a secret."""
    return bool(_HEADER.search(name))


class Secrets:
    """Values that nobody is to read, however they are spelled; `conceal` takes them out."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        found = {each for value in values if len(value) >= SHORTEST for each in _spellings(value)}
        # Of two secrets one may be the beginning of the other.
        self._spelled = sorted(found, key=len, reverse=True)

    def conceal(self, text: str) -> str:
        """The text without them; at its end also without the beginning of one that is cut off."""
        for secret in self._spelled:
            text = text.replace(secret, HIDDEN)
            at = text.rfind(secret[:SHORTEST], max(0, len(text) - len(secret)))
            if at >= 0 and secret.startswith(text[at:]):
                text = text[:at] + HIDDEN
        return text

    def conceal_in(self, value: Any) -> Any:
        """The same for every text in lists and mappings; keys stay as they are."""
        if not self._spelled:
            return value
        if isinstance(value, str):
            return self.conceal(value)
        if isinstance(value, Mapping):
            return {key: self.conceal_in(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.conceal_in(each) for each in value]
        return value

    def __bool__(self) -> bool:
        return bool(self._spelled)


NO_SECRETS = Secrets()


def _spellings(value: str) -> Iterator[str]:
    """As it is, and as it stands in URLs, JSON and HTML."""
    yield from (value, quote(value, safe=""), quote_plus(value), html.escape(value))
    yield from (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
