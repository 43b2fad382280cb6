from __future__ import annotations

from harness.files.grammar import Filled
from harness.planning.plan import Target
from harness.protocols.course import Fetch
from harness.protocols.twiml import Stream
from harness.transports.link import Refused
from harness.transports.twilio_leg import (
    LATEST_S,
    SOONEST_S,
    Callback,
    Ringing,
    inbound,
    outbound,
)
from kernel.control import CallOrder, Dialling

HOME = Filled("http://a.example/home")
MORE = {"tenant": Filled("demo")}


def order(to_number: str = "+14155550101", twiml: str = "", **dial: object) -> CallOrder:
    numbers = {"account": "AC9", "from_number": "+14155550100", "to_number": to_number}
    return CallOrder(
        sid="CA9",
        dial=Dialling(**numbers, **dial),  # type: ignore[arg-type]
        url="" if twiml else "http://a.example/twiml",
        twiml=twiml,
        method="GET",
        status_callback="http://a.example/told",
    )


def test_somebody_calls_the_agent() -> None:
    told = Filled("http://a.example/over")
    leg = inbound(Target(webhook=HOME, status_callback=told, parameters=MORE), "CA1", "AC1", "+1")
    assert (leg.sid, leg.form["Direction"], leg.form["tenant"]) == ("CA1", "inbound", "demo")
    assert leg.callback == Callback("http://a.example/over", "POST", ("completed",))
    assert (leg.rings, leg.direct) == (None, False)
    assert leg.course.next() == Fetch(HOME, HOME)


def test_a_stream_may_be_all_there_is() -> None:
    leg = inbound(Target(webhook=Filled("ws://a.example/s"), parameters=MORE), "CA1", "AC1", "+1")
    assert leg.direct
    assert leg.course.next() == Stream("ws://a.example/s", {"tenant": "demo"})


def test_the_agent_calls_somebody() -> None:
    leg = outbound(Target(webhook=HOME, parameters=MORE), order(status_events=("ringing",)), 1)
    form = leg.form
    assert (form["CallSid"], form["AccountSid"], form["tenant"]) == ("CA9", "AC9", "demo")
    assert (form["From"], form["To"]) == ("+14155550100", "+14155550101")
    assert form["Direction"] == "outbound-api"
    assert leg.callback == Callback("http://a.example/told", "POST", ("ringing",))
    assert leg.course.next() == Fetch("http://a.example/twiml", "http://a.example/twiml", "GET")


def test_people_let_it_ring_for_a_while_each_as_long_as_the_seed_says() -> None:
    rings = [outbound(Target(), order(f"+1415555{n:04}"), 1).rings for n in range(50)]
    picks_up = [each.picks_up_s for each in rings if each]
    assert all(SOONEST_S <= seconds <= LATEST_S for seconds in picks_up)
    assert len(set(picks_up)) == 50
    assert outbound(Target(), order("+14155550000"), 1).rings == rings[0]


def test_it_is_answered_if_the_agent_lets_it_ring_for_long_enough() -> None:
    assert Ringing(3.0, 3.0).is_answered
    assert not Ringing(3.1, 3.0).is_answered


def test_who_asks_for_it_learns_that_a_person_has_answered() -> None:
    rings = outbound(Target(), order(detects_machines=True), 1).rings
    assert rings
    assert rings.fields == {"AnsweredBy": "human"}


def test_what_has_been_answered_cannot_be_rejected() -> None:
    leg = outbound(Target(), order(twiml="<Response><Reject/></Response>"), 1)
    end = leg.course.next()
    assert isinstance(end, Refused)
    assert end.how == "closed"
