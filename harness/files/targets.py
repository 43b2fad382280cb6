"""What must hold for an agent's address and all that belongs to it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kernel import redact
from kernel.errors import brief

from ..planning.plan import Target
from ..planning.reach import DialOut
from ..protocols.twilio import OWN_HEADERS
from .addresses import address_flaw
from .grammar import Filled, Flaw

SAMPLES = ("reference",)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What the name of a header is made of (RFC 9110, 5.6.2)."""
_USER = re.compile(r"https?://[^/?#]*@", re.IGNORECASE)


def target_flaws(target: Target) -> Iterator[Flaw]:
    """What is wrong with a target, whether a file or the command line gives it."""
    address, limit = target.webhook, target.limit
    # Which schemes there are is the transports' to say.
    if address and ":" not in address and address not in SAMPLES:
        remedy = "give reference, flawed:FLAW or the http(s):// address of a Twilio voice webhook"
        yield Flaw(("webhook",), f"no agent can be reached at {address.shown!r}", remedy)
    elif "://" in address and (wrong := address_flaw(address)):
        remedy = "write the whole URL, such as http://127.0.0.1:8080/incoming"
        what = f"no agent can be called at {brief(address.shown)}: {wrong}"
        yield Flaw(("webhook",), what, remedy)
    if target.status_callback and not target.status_callback.startswith(("http://", "https://")):
        what = f"status_callback: nobody can be told at {target.status_callback.shown!r}"
        yield Flaw(("status_callback",), what, "give its http:// or https:// address")
    if target.command and not (target.webhook or target.stream or target.dial_out):
        remedy = "give its webhook or its stream as well"
        yield Flaw(("command",), "nobody knows where the agent is to be called", remedy)
    if limit is not None and limit < 1:
        remedy = "write how many calls the agent takes at once, or unknown"
        yield Flaw(("limit",), f"limit: {limit} calls is no limit", remedy)
    if redact.is_telling(target.correlate.header):
        what = f"{target.correlate.header} carries a secret, which is no name for a call"
        remedy = "name the header in which the agent sends the CallSid"
        yield Flaw(("correlate", "header"), what, remedy)
    if target.dial_out:
        yield from _dial_out_flaws(target.dial_out, target.webhook)
    yield from _url_flaws(target)
    for name, value in target.headers.items():
        yield from _header_flaws(name, value)
        if name.lower() == "authorization" and _USER.match(target.webhook):
            what = f"{name}: the user in the webhook's URL makes this header as well"
            yield Flaw(("headers", name), what, "take one of them out")


def _dial_out_flaws(dial_out: DialOut, webhook: Filled) -> Iterator[Flaw]:
    url, wrong = dial_out.url, ""
    if "://" in url:
        http = url.startswith(("http://", "https://"))
        wrong = address_flaw(url) if http else "it is no http:// or https:// URL"
    elif not webhook or webhook.startswith(("ws://", "wss://")):
        wrong = "no webhook says of which server"
    if wrong:
        what = f"dial_out: nobody can be told to call at {brief(url.shown)}: {wrong}"
        remedy = "write the whole URL, such as http://127.0.0.1:7860/dialout"
        yield Flaw(("dial_out", "url"), what, remedy)
    if dial_out.within_s <= 0:
        what = f"within: no call can be ordered within {dial_out.within_s}"
        yield Flaw(("dial_out", "within"), what, "write how long the agent may take: 30s")


def _url_flaws(target: Target) -> Iterator[Flaw]:
    for key, url, schemes in (
        ("stream", target.stream, ("ws", "wss")),
        ("signed_as", target.signed_as, ("http", "https", "ws", "wss")),
    ):
        if url and url.partition(":")[0].lower() not in schemes:
            listed = " or ".join(f"{scheme}://" for scheme in schemes)
            what = f"{key}: {url.shown!r} is no {listed} URL"
            yield Flaw((key,), what, f"write the whole URL, beginning with {listed}")
        elif url and (wrong := address_flaw(url)):
            yield Flaw((key,), f"{key}: {brief(url.shown)}: {wrong}", "write the whole URL")


def _header_flaws(name: str, value: Filled) -> Iterator[Flaw]:
    path = ("headers", name)
    if not _TOKEN.fullmatch(name):
        yield Flaw(path, f"{name!r} cannot name a header", "use letters, digits and -")
    elif name.lower() == "host":
        remedy = "put that name into the URL, and the address itself into connect_to"
        yield Flaw(path, "Host is the host of the URL", remedy)
    elif name.lower() in OWN_HEADERS:
        remedy = "take it out: Twilio's requests have their own"
        if name.lower().startswith("x-twilio"):
            remedy = "give what signs as auth_token, and the URL that is signed as signed_as"
        yield Flaw(path, f"{name} is not free", remedy)
    elif not value.isprintable():
        yield Flaw(path, f"the value of {name} has a line break in it", "write it in one line")
    elif redact.is_telling(name) and not value.secrets:
        remedy = "write ${NAME} and set NAME in the environment"
        yield Flaw(path, f"{name}: a secret does not belong here", remedy)
