"""One call as the network has it before anything has happened on it: who calls whom, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from kernel.control import CallOrder
from kernel.roll import roll

from ..planning.plan import Target
from ..protocols import twilio, twiml
from ..protocols.course import Course

SOONEST_S, LATEST_S = 1.0, 4.0
"""So long people let their telephone ring."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """The telephone of somebody whom the agent calls.

    picks_up_s  when it is answered
    timeout_s   how long the agent lets it ring
    fields      what the form of the call says besides, once it is answered
    """

    picks_up_s: float
    timeout_s: float
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_answered(self) -> bool:
        return self.picks_up_s <= self.timeout_s


@dataclass(frozen=True, slots=True)
class Callback:
    """Who is told of a call's status, and of which `events`: `initiated`, `ringing`, …"""

    url: str
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)


@dataclass(frozen=True, slots=True)
class Leg:
    """`form` are the fields that every request about the call carries.

    rings   None where the agent is called
    direct  a media stream without TwiML before it
    """

    form: dict[str, str]
    course: Course
    callback: Callback
    rings: Ringing | None = None
    direct: bool = False

    @property
    def sid(self) -> str:
        return self.form["CallSid"]


def inbound(target: Target, sid: str, account_sid: str, from_number: str) -> Leg:
    """Somebody calls the agent."""
    parameters = _parameters(target)
    form = twilio.call_form(sid, account_sid, from_number) | parameters
    callback = Callback(str(target.status_callback))
    if urlsplit(target.webhook).scheme in ("ws", "wss"):
        stream = twiml.Stream(str(target.webhook), parameters)
        return Leg(form, Course.of(stream, shown=target.shown), callback, direct=True)
    urls = target.webhook, target.signed_as, target.fallback_url
    return Leg(form, Course(*map(str, urls), shown=target.shown), callback)


def outbound(target: Target, order: CallOrder, seed: int) -> Leg:
    """The agent calls somebody, who picks up after a while."""
    dial = order.dial
    assert dial is not None
    form = twilio.call_form(
        order.sid, dial.account, dial.from_number, dial.to_number, "outbound-api"
    )
    form |= _parameters(target)
    picks_up_s = SOONEST_S + (LATEST_S - SOONEST_S) * roll(seed, "picks up", dial.to_number)
    return Leg(
        form,
        Course.ordered(order, shown=target.shown),
        Callback(order.status_callback, order.status_callback_method, dial.status_events),
        Ringing(
            picks_up_s, dial.timeout_s, {"AnsweredBy": "human"} if dial.detects_machines else {}
        ),
    )


def _parameters(target: Target) -> dict[str, str]:
    return {name: str(value) for name, value in target.parameters.items()}
