"""Twilio's REST API for calls: read them, end them, send them on to other TwiML, start them.

Which calls there are it learns over the control API; what an agent orders goes the same way to
whoever has the calls. Without anybody who has some, a call that is started stays `queued`.
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

from kernel.actor import Emit, End, Instruction
from kernel.control import CallOrder
from kernel.fault import Stage

from ...exchange import Connection
from ...provider import Route
from ...refusing import STATUSES, retry_after, status_of
from ...wire import Body, Head, Request, Wire, json_reply, json_text
from ...work import Admitted, Begin, Note, Opened, Refused
from ...world import World
from ._calls import API, Trouble, not_found, page, resource
from ._ordering import Form, form_of, new_call, other_course, queued

_ENDS: Mapping[str, Literal["completed", "canceled"]] = {
    "completed": "completed",
    "canceled": "canceled",
}
"""What `Status` may ask for. Only a call that is queued or rings can be cancelled."""
_PAGE_SIZE, _LARGEST_PAGE = 50, 1000
_STATUSES = {**STATUSES, "quota": 429}
_MESSAGES = {429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}


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
        exchange.order(other_course(asked.sid, form))
    return resource(asked.connection(), asked.world)


def create(asked: Asked) -> dict[str, Any]:
    """Place a call. Whether anybody answers it is up to who has the people."""
    order = new_call("CA" + _digest("call", asked.world.serial()), asked.account, asked.form)
    asked.sid = order.sid
    asked.world.exchange.connect([queued(order)], asked.now_ns)
    asked.world.exchange.order(order)
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
            _find_account(self._request)
            self._form = form_of(self._request.body)
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


def _find_account(request: Request) -> None:
    if not request.params["account"].startswith("AC"):
        raise not_found(request.path)


def _count(text: str, default: int) -> int:
    return int(text[:6]) if text[:6].isdecimal() else default


def _digest(*names: str) -> str:
    return blake2b("\x1f".join(names).encode(errors="replace"), digest_size=16).hexdigest()


PROVIDER = Twilio()
