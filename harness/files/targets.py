"""What must hold for an agent's address and all that belongs to it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from kernel import redact
from kernel.errors import brief

from ..planning.plan import Target
from ..planning.reach import ClientCert, Correlate, DialOut
from ..protocols.twilio import OWN_HEADERS
from .addresses import address_flaw
from .grammar import Filled, Flaw, Rule

SAMPLES = ("reference",)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What the name of a header is made of (RFC 9110, 5.6.2)."""
_USER = re.compile(r"https?://[^/?#]*@", re.IGNORECASE)
_SECRET_FIELD = re.compile(
    r"(?:api|access|auth|bearer|private|session)[_-]?(?:key|token)|secret|passw(?:or)?d|credential"
    r"|^(?:key|token|authorization)$",
    re.IGNORECASE,
)
"""The name of a field that is a secret for sure; `keyword` and `max_tokens` are none."""
_FROM_ENVIRONMENT = "write ${NAME} and set NAME in the environment"


def target_flaws(target: Target) -> Iterator[Flaw]:
    """What is wrong with a target, whether a file or the command line gives it."""
    for part in PARTS:
        yield from part(target)


def correlate_flaws(correlate: Correlate) -> Iterator[Flaw]:
    name = correlate.header
    if not name and not correlate.metadata:
        remedy = "write {header: x-call-sid} or {metadata: call_sid}, or take correlate out"
        yield Flaw((), "correlate: it names nothing to tell calls by", remedy)
    elif name and not _TOKEN.fullmatch(name):
        yield Flaw(("header",), f"{name!r} cannot name a header", "use letters, digits and -")
    elif redact.is_telling(name):
        what = f"{name} carries a secret, which is no name for a call"
        yield Flaw(("header",), what, "name the header in which the agent sends the CallSid")


def client_cert_flaws(shown: ClientCert) -> Iterator[Flaw]:
    if _is_short(str(shown.password)):
        yield _short(("password",))


def _webhook_flaws(target: Target) -> Iterator[Flaw]:
    address = target.webhook
    # Which schemes there are is the transports' to say.
    if address and ":" not in address and address not in SAMPLES:
        remedy = "give reference, flawed:FLAW or the http(s):// address of a Twilio voice webhook"
        yield Flaw(("webhook",), f"no agent can be reached at {address.shown!r}", remedy)
    elif "://" in address and (wrong := address_flaw(address)):
        remedy = "write the whole URL, such as http://127.0.0.1:8080/incoming"
        what = f"no agent can be called at {brief(address.shown)}: {wrong}"
        yield Flaw(("webhook",), what, remedy)


def _callback_flaws(target: Target) -> Iterator[Flaw]:
    if target.status_callback and not target.status_callback.startswith(("http://", "https://")):
        what = f"status_callback: nobody can be told at {target.status_callback.shown!r}"
        yield Flaw(("status_callback",), what, "give its http:// or https:// address")


def _command_flaws(target: Target) -> Iterator[Flaw]:
    if target.command and not (target.webhook or target.stream or target.dial_out):
        remedy = "give its webhook or its stream as well"
        yield Flaw(("command",), "nobody knows where the agent is to be called", remedy)


def _limit_flaws(target: Target) -> Iterator[Flaw]:
    if target.limit is not None and target.limit < 1:
        remedy = "write how many calls the agent takes at once, or unknown"
        yield Flaw(("limit",), f"limit: {target.limit} calls is no limit", remedy)


def _dial_out_flaws(target: Target) -> Iterator[Flaw]:
    if target.dial_out:
        yield from _order_flaws(target.dial_out, target.webhook)


def _order_flaws(dial_out: DialOut, webhook: Filled) -> Iterator[Flaw]:
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


def _token_flaws(target: Target) -> Iterator[Flaw]:
    if _is_short(str(target.auth_token)):
        yield _short(("auth_token",))


def _header_flaws(target: Target) -> Iterator[Flaw]:
    for name, value in target.headers.items():
        yield from _one_header_flaws(name, value)


def _one_header_flaws(name: str, value: Filled) -> Iterator[Flaw]:
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
    elif redact.is_telling(name):
        yield from _secret_flaws(path, value)


def _user_flaws(target: Target) -> Iterator[Flaw]:
    for name in target.headers:
        if name.lower() == "authorization" and _USER.match(target.webhook):
            what = f"{name}: the user in the webhook's URL makes this header as well"
            yield Flaw(("headers", name), what, "take one of them out")


def _parameter_flaws(target: Target) -> Iterator[Flaw]:
    for name, value in target.parameters.items():
        if _SECRET_FIELD.search(name):
            yield from _secret_flaws(("parameters", name), value)


def _secret_flaws(path: tuple[str, str], value: Filled) -> Iterator[Flaw]:
    if not value.secrets:
        yield Flaw(path, f"{path[-1]}: a secret does not belong here", _FROM_ENVIRONMENT)
    elif any(map(_is_short, value.secrets)):
        yield _short(path)


def _is_short(secret: str) -> bool:
    return 0 < len(secret) < redact.SHORTEST


def _short(path: tuple[str, ...]) -> Flaw:
    what = f"{path[-1]}: a secret of fewer than {redact.SHORTEST} characters is taken for a word"
    return Flaw(path, what, "set a longer one: this one would stand in what a run writes")


PARTS: Mapping[Rule, Collection[str]] = {
    _webhook_flaws: ("webhook",),
    _callback_flaws: ("status_callback",),
    _command_flaws: ("command", "webhook", "stream", "dial_out"),
    _limit_flaws: ("limit",),
    _dial_out_flaws: ("dial_out", "webhook"),
    _url_flaws: ("stream", "signed_as"),
    _token_flaws: ("auth_token",),
    _header_flaws: (),
    _user_flaws: ("webhook",),
    _parameter_flaws: (),
}
"""The rules of a target, each with the keys that must be readable for it."""
