"""The appointment book of a clinic: free slots, appointments, customer records.

Plain JSON over HTTP, as an agent's own backend would speak it; under `/tools` and without it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import blake2b
from itertools import count
from typing import Any, NoReturn

import msgspec
from faker import Faker

from kernel.actor import Emit, End, Instruction
from kernel.facts import PHONES, phone_fact
from kernel.fault import Stage

from ...provider import Route
from ...refusing import retry_after
from ...wire import NO_JSON, Body, Head, Request, Wire, json_reply, json_text
from ...work import Admitted, Begin, Note, Opened, Refused
from ...world import World

SLOTS = tuple(f"{hour:02}:{minute}" for hour in range(9, 17) for minute in ("00", "30"))
_CUSTOMERS = 200
_BIRTHDAYS = (dt.date(1936, 1, 1), dt.date(2006, 12, 31))
_MOST_APPOINTMENTS = 100_000


class Appointment(msgspec.Struct, frozen=True):
    """A slot that is taken; `status` is `booked` or `cancelled`."""

    id: str
    date: str
    time: str
    name: str
    status: str = "booked"


class Customer(msgspec.Struct, frozen=True):
    """A synthetic person with a fictional phone number."""

    id: str
    name: str
    phone: str
    birthday: str
    city: str


class Trouble(Exception):
    """The request cannot be served; `code` is for programs, the message for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass
class Book:
    """The state behind the tools: a seed's own customers, and no appointments at first."""

    seed: int
    appointments: dict[str, Appointment] = field(default_factory=dict)
    taken: dict[tuple[str, str], str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=partial(count, 1))

    @cached_property
    def customers(self) -> dict[str, Customer]:
        people = Faker("en_US")
        people.seed_instance(self.seed)
        found = {}
        for number in range(1, _CUSTOMERS + 1):
            name = f"{people.first_name()} {people.last_name()}"
            born = people.date_between_dates(*_BIRTHDAYS).isoformat()
            phone = phone_fact(number % PHONES).value
            customer = Customer(f"cus_{number:04}", name, phone, born, people.city())
            found[customer.id] = customer
        return found

    def slots(self, date: str) -> dict[str, Any]:
        """The free slots of a day."""
        day = _date(date)
        return {"date": day, "slots": [time for time in SLOTS if (day, time) not in self.taken]}

    def book(self, date: str, time: str, name: str) -> Appointment:
        day, slot = _date(date), _time(time)
        if not name.strip():
            raise Trouble(400, "invalid_name", "name is missing: whose appointment is it?")
        if (day, slot) in self.taken:
            raise Trouble(409, "slot_taken", f"{day} {slot} is taken; GET /slots lists free ones")
        if len(self.appointments) >= _MOST_APPOINTMENTS:
            raise Trouble(507, "book_full", f"the book holds {_MOST_APPOINTMENTS} appointments")
        made = Appointment(f"apt_{next(self._numbers):06}", day, slot, name.strip())
        self.appointments[made.id] = made
        self.taken[day, slot] = made.id
        return made

    def appointment(self, id: str) -> Appointment:
        return self.appointments.get(id) or _missing("appointment", id)

    def cancel(self, id: str) -> Appointment:
        """Free the slot. Cancelling twice is no error."""
        cancelled = msgspec.structs.replace(self.appointment(id), status="cancelled")
        self.appointments[id] = cancelled
        if self.taken.get((cancelled.date, cancelled.time)) == id:
            del self.taken[cancelled.date, cancelled.time]
        return cancelled

    def find(self, phone: str = "", name: str = "") -> dict[str, Any]:
        """Customers by phone number (digits count) or part of the name."""
        if not phone and not name:
            raise Trouble(400, "missing_argument", "give phone= or name=")
        digits, part = _digits(phone), name.casefold()
        return {
            "customers": [
                one
                for one in self.customers.values()
                if (not phone or _digits(one.phone) == digits) and part in one.name.casefold()
            ]
        }

    def customer(self, id: str) -> Customer:
        return self.customers.get(id) or _missing("customer", id)


def _missing(kind: str, id: str) -> NoReturn:
    raise Trouble(404, "not_found", f"there is no {kind} {id[:80]!r}")


def _date(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        told = f"date {text[:80]!r} is not a day written YYYY-MM-DD"
        raise Trouble(400, "invalid_date", told) from None


def _time(text: str) -> str:
    hour, _, minute = text.partition(":")
    slot = f"{hour:0>2}:{minute[:2]}"
    if slot not in SLOTS:
        told = f"time {text[:80]!r} is no slot; they begin every half hour from 09:00 to 16:30"
        raise Trouble(400, "invalid_time", told)
    return slot


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))[-10:]


@dataclass(frozen=True)
class Operation:
    """A tool: its name in the journal, where it is, the arguments it takes, and what it does."""

    name: str
    method: str
    path: str
    takes: tuple[str, ...]
    does: Callable[..., Any]
    status: int = 200


OPERATIONS = (
    Operation("lookup_slots", "GET", "/slots", ("date",), Book.slots),
    Operation(
        "book_appointment", "POST", "/appointments", ("date", "time", "name"), Book.book, 201
    ),
    Operation("get_appointment", "GET", "/appointments/{id}", ("id",), Book.appointment),
    Operation("cancel_appointment", "DELETE", "/appointments/{id}", ("id",), Book.cancel),
    Operation("find_customers", "GET", "/customers", ("phone", "name"), Book.find),
    Operation("get_customer", "GET", "/customers/{id}", ("id",), Book.customer),
)


class ToolCalled:
    """One call of one operation; the book changes when the call is admitted."""

    def __init__(self, operation: Operation, request: Request, world: World) -> None:
        self._operation, self._request, self._world = operation, request, world
        self._given: dict[str, str] = {}

    def receive(self, message: Any, now_ns: int) -> Iterable[Instruction]:
        match message:
            case Opened():
                return self._open()
            case Admitted():
                return self._answer(now_ns + self._world.first_ns(message.arrival))
        return ()

    def _open(self) -> Iterator[Instruction]:
        trouble = None
        try:
            self._given = self._arguments()
        except Trouble as found:
            trouble = found
        arguments = json_text(self._given)
        data = {"tool": self._operation.name, "arguments": arguments}
        if trouble is not None:
            yield Emit(Note("", {**data, "reason": trouble.code}))
            yield from _reply(trouble.status, _told(trouble), None)
            return
        named = f"{self._operation.name} {arguments}".encode(errors="replace")
        identity = blake2b(named, digest_size=12).hexdigest()
        yield Emit(Begin(identity=identity, by="conversation", data=data))

    def _answer(self, at_ns: int) -> Iterator[Instruction]:
        book = self._world.state(Book)
        try:
            result = self._operation.does(book, **self._given)
        except Trouble as trouble:
            yield Emit(Note("", {"reason": trouble.code}))
            yield from _reply(trouble.status, _told(trouble), at_ns)
        else:
            yield from _reply(self._operation.status, result, at_ns)

    def _arguments(self) -> dict[str, str]:
        """What the operation takes, from path, query and JSON body."""
        request, given = self._request, {}
        if request.method == "POST":
            try:
                given = msgspec.json.decode(request.body, type=dict[str, Any])
            except NO_JSON:
                raise Trouble(400, "invalid_json", "the body is not a JSON object") from None
        found: dict[str, str] = {}
        for name in self._operation.takes:
            value = request.params.get(name) or request.argument(name) or given.get(name, "")
            if not isinstance(value, str):
                raise Trouble(400, f"invalid_{name}", f"{name} must be a text")
            found[name] = value
        return found


def _reply(status: int, value: Any, at_ns: int | None) -> Iterator[Instruction]:
    for wire in json_reply(status, value):
        yield Emit(wire, at_ns)
    yield End()


def _told(trouble: Trouble) -> dict[str, str]:
    return {"error": trouble.code, "message": str(trouble)}


class Clinic:
    """The backend of a clinic. It asks for no key."""

    name = "clinic"
    stage: Stage = "tools"
    tools: Mapping[str, tuple[str, ...]] = {
        operation.name: operation.takes for operation in OPERATIONS
    }

    def __init__(self) -> None:
        self.routes = tuple(
            Route(operation.method, prefix + operation.path, partial(ToolCalled, operation))
            for operation in OPERATIONS
            for prefix in ("", "/tools")
        )

    def recognises(self, request: Request) -> bool:
        return False

    def refuse(self, refused: Refused, request: Request) -> Iterable[Wire]:
        """As a small service behind a gateway does it."""
        refusal = refused.refusal
        limited = refusal.reason in ("rate_limit", "concurrency", "quota", "tokens")
        status = refusal.status or (429 if limited else 503)
        told = {"error": refusal.reason, "message": "the service cannot take this request now"}
        return json_reply(status, told, retry_after(refusal.retry_after_s))

    def no_route(self, request: Request, status: int, told: str) -> tuple[Head, Body]:
        return json_reply(status, _told(Trouble(status, "unknown_url", told)))


PROVIDER = Clinic()
