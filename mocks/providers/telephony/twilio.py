"""Twilio's REST API for calls: read them, end them, send them on to other TwiML, start them.

Which calls there are it learns over the control API; what an agent orders goes the same way to
whoever has the calls. A call that is started rings nowhere: it stays `queued` until it is ended.
An agent may go on using its own account SID: calls are not told apart by account.
Source: twilio.com/docs/voice/api/call-resource; codes: twilio.com/docs/api/errors.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from kernel.actor import Emit, End, Instruction
from kernel.control import CallOrder
from kernel.fault import Stage

from ...exchange import Connection
from ...provider import Route
from ...refusing import STATUSES, retry_after, status_of
from ...wire import Body, Head, Request, Wire, json_reply, json_text
from ...work import Admitted, Begin, Note, Opened, Refused
from ...world import World
from ._calls import API, Trouble, not_found, outbound, page, resource

_ENDS: Mapping[str, Literal["completed", "canceled"]] = {
    "completed": "completed",
    "canceled": "canceled",
}
"""What `Status` may ask for. Only a call that is queued or rings can be cancelled."""
_PAGE_SIZE, _LARGEST_PAGE = 50, 1000
_MOST_FIELDS = 200
_STATUSES = {**STATUSES, "quota": 429}
_MESSAGES = {429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}

Form = Mapping[str, str]


class Asked:
    """What an operation may look at."""

    def __init__(self, request: Request, form: Form, world: World, now_ns: int) -> None:
        self.request, self.form, self.world, self.now_ns = request, form, world, now_ns
        self.account = request.params["account"]
        self.sid = request.params.get("sid", "")

    def connection(self) -> Connection:
        """The call that the path names, whosever account it is in. Trouble if there is none."""
        found = self.world.exchange.find(self.sid)
        if found is None:
            raise not_found(self.request.path)
        return found


def fetch(asked: Asked) -> dict[str, Any]:
    return resource(asked.connection(), asked.world)


def update(asked: Asked) -> dict[str, Any]:
    """End a call, or send it on. What it comes to is up to who has the call."""
    connection, form, exchange = asked.connection(), asked.form, asked.world.exchange
    wanted = form.get("Status", "").lower()
    end = _ENDS.get(wanted)
    if wanted and end is None:
        raise Trouble(400, 20001, f"Invalid status {wanted!r}; canceled or completed expected")
    goes_on = bool(form.get("Url") or form.get("Twiml"))
    if goes_on and connection.call.status != "in-progress":
        raise Trouble(400, 21220, "Call is not in-progress. Cannot redirect.")
    if connection.is_over:
        raise not_found(asked.request.path)
    if end == "completed" or (end and connection.call.status != "in-progress"):
        exchange.order(CallOrder(sid=asked.sid, status=end))
        exchange.become(asked.sid, end, asked.now_ns)
    elif goes_on:
        exchange.order(_onward(asked.sid, form))
    return resource(asked.connection(), asked.world)


def _onward(sid: str, form: Form) -> CallOrder:
    url = form.get("Url", "")
    return CallOrder(
        sid=sid,
        url=_url("Url", url) if url else "",
        twiml="" if url else form["Twiml"],
        method=_method(form, "Method"),
        fallback_url=form.get("FallbackUrl", ""),
        fallback_method=_method(form, "FallbackMethod"),
        status_callback=form.get("StatusCallback", ""),
        status_callback_method=_method(form, "StatusCallbackMethod"),
    )


def create(asked: Asked) -> dict[str, Any]:
    form = asked.form
    if not form.get("To"):
        raise Trouble(400, 21201, "No 'To' number is specified")
    if not form.get("From"):
        raise Trouble(400, 21213, "No 'From' number is specified")
    if not (form.get("Twiml") or form.get("ApplicationSid")):
        _url("Url", form.get("Url", ""))
    sid = "CA" + _digest("call", asked.world.serial())
    call = outbound(sid, asked.account, form["From"], form["To"])
    asked.world.exchange.connect([call], asked.now_ns)
    asked.sid = sid
    return resource(asked.connection(), asked.world)


def list_calls(asked: Asked) -> dict[str, Any]:
    """The newest first; `Status`, `To` and `From` choose among them."""
    wanted = {name: asked.request.argument(name) for name in ("Status", "To", "From")}
    found = [
        one
        for one in asked.world.exchange.newest_first()
        if wanted["Status"] in ("", one.call.status)
        and wanted["To"] in ("", one.call.to_number)
        and wanted["From"] in ("", one.call.from_number)
    ]
    size = _count(asked.request.argument("PageSize"), _PAGE_SIZE)
    number = _count(asked.request.argument("Page"), 0)
    size = min(max(size, 1), _LARGEST_PAGE)
    given = {name: value for name, value in wanted.items() if value}
    return page(found, asked.account, number, size, asked.world, given)


@dataclass(frozen=True)
class Operation:
    """One endpoint: its name in the journal, where it is, what it does, and its status."""

    name: str
    method: str
    path: str
    does: Callable[[Asked], dict[str, Any]]
    status: int = 200


_CALLS = API + "/{account}/Calls.json"
_CALL = API + "/{account}/Calls/{sid}.json"
OPERATIONS = (
    Operation("calls.fetch", "GET", _CALL, fetch),
    Operation("calls.update", "POST", _CALL, update),
    Operation("calls.create", "POST", _CALLS, create, 201),
    Operation("calls.list", "GET", _CALLS, list_calls),
)


class CallsAsked:
    """One request. What it changes is changed when it is admitted, before the answer goes out."""

    def __init__(self, operation: Operation, request: Request, world: World) -> None:
        self._operation, self._request, self._world = operation, request, world
        self._form: Form = {}

    def receive(self, message: Any, now_ns: int) -> Iterable[Instruction]:
        match message:
            case Opened():
                return self._open()
            case Admitted():
                return self._answer(now_ns, now_ns + self._world.first_ns(message.arrival))
        return ()

    def _open(self) -> Iterator[Instruction]:
        sid = self._request.params.get("sid", "")
        try:
            _authenticate(self._request)
            self._form = _form(self._request.body)
        except Trouble as trouble:
            yield Emit(Note("", {"tool": self._operation.name, "call": sid}))
            yield from self._refuse(trouble, None)
            return
        data = {"tool": self._operation.name, "call": sid, "arguments": json_text(self._form)}
        identity = _digest(self._operation.name, sid, data["arguments"])
        yield Emit(Begin(identity=identity, by="conversation", data=data))

    def _answer(self, now_ns: int, at_ns: int) -> Iterator[Instruction]:
        asked = Asked(self._request, self._form, self._world, now_ns)
        try:
            result = self._operation.does(asked)
        except Trouble as trouble:
            yield from self._refuse(trouble, at_ns)
        else:
            yield Emit(Note("", {"call": asked.sid}))
            yield from self._reply(self._operation.status, result, at_ns)

    def _refuse(self, trouble: Trouble, at_ns: int | None) -> Iterator[Instruction]:
        yield Emit(Note("", {"reason": str(trouble.code)}))
        yield from self._reply(trouble.status, trouble.body, at_ns)

    def _reply(self, status: int, value: Any, at_ns: int | None) -> Iterator[Instruction]:
        headers = {"Twilio-Request-Id": "RQ" + _digest("request", self._world.serial())}
        if status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        for wire in json_reply(status, value, headers):
            yield Emit(wire, at_ns)
        yield End()


class Twilio:
    """`api.twilio.com`, as far as it is about calls."""

    name = "twilio"
    stage: Stage = "telephony"

    def __init__(self) -> None:
        self.routes = tuple(
            Route(operation.method, operation.path, partial(CallsAsked, operation))
            for operation in OPERATIONS
        )

    def recognises(self, request: Request) -> bool:
        return False

    def refuse(self, refused: Refused, request: Request) -> Iterable[Wire]:
        """429 with code 20429, or the status in another of Twilio's 20xxx codes."""
        refusal = refused.refusal
        status = status_of(refusal, _STATUSES)
        message = _MESSAGES.get(status, f"HTTP {status}")
        request_id = "RQ" + _digest("refused", refused.arrival.span)
        headers = {"Twilio-Request-Id": request_id, **retry_after(refusal.retry_after_s)}
        return json_reply(status, Trouble(status, 20000 + status, message).body, headers)

    def no_route(self, request: Request, status: int, told: str) -> tuple[Head, Body]:
        return json_reply(status, Trouble(status, 20000 + status, told).body)


def _authenticate(request: Request) -> None:
    """Any secret will do, but there must be one, of an account or an API key."""
    try:
        pair = base64.b64decode(request.credential("Basic"), validate=True).decode()
    except ValueError:
        pair = ""
    user, _, secret = pair.partition(":")
    if not secret or not user.startswith(("AC", "SK")):
        raise Trouble(401, 20003, "Authenticate")


def _form(body: bytes) -> Form:
    try:
        return dict(parse_qsl(body.decode(), max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise Trouble(400, 20001, "The request's body is no form") from None


def _url(name: str, value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Trouble(400, 21205, f"{name} is not a valid URL: {value[:200]}")
    return value


def _method(form: Form, name: str) -> str:
    return "GET" if form.get(name, "").upper() == "GET" else "POST"


def _count(text: str, default: int) -> int:
    return int(text[:6]) if text[:6].isdecimal() else default


def _digest(*names: str) -> str:
    return blake2b("\x1f".join(names).encode(errors="replace"), digest_size=16).hexdigest()


PROVIDER = Twilio()
