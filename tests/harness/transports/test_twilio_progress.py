from __future__ import annotations

import pytest

from harness.planning.plan import Target
from harness.protocols.course import Course
from harness.protocols.twilio import call_form
from harness.transports.twilio_leg import Callback, Leg
from harness.transports.twilio_progress import Progress
from harness.transports.twilio_streams import Place
from kernel.control import CallOrder

from ..desk import StepClock
from .agent_web import FakeNetwork, FakeWeb

TOLD = "http://a.example/told"
ALL = ("initiated", "ringing", "answered", "completed")


class Scene:
    def __init__(self, *events: str) -> None:
        self.web, self.network, self.clock = FakeWeb(), FakeNetwork(), StepClock()
        place = Place(Target(), self.web, self.clock, self.network)  # type: ignore[arg-type]
        form = call_form("CA1", "AC1", "+1", "+2", "outbound-api")
        self.leg = Leg(form, Course(""), Callback(TOLD, "GET", events))
        self.progress = Progress(place, self.leg)

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(form["CallStatus"], form["SequenceNumber"]) for _, _, form in self.web.told]


def test_everything_is_told_to_who_wants_everything() -> None:
    scene = Scene(*ALL)
    for status in ("queued", "ringing", "in-progress", "completed"):
        scene.progress.become(status)  # type: ignore[arg-type]
        scene.clock.now += 61_000_000_000
    assert scene.told == [
        ("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3"),
    ]  # fmt: skip
    assert scene.network.statuses == ["queued", "ringing", "in-progress", "completed"]
    assert {call.direction for call in scene.network.told} == {"outbound-api"}
    assert {method for _, method, _ in scene.web.told} == {"GET"}
    *before, (_, _, over) = scene.web.told
    assert (over["CallDuration"], over["Duration"]) == ("61", "2")
    assert not any("CallDuration" in form for _, _, form in before)
    assert scene.leg.form["CallStatus"] == "completed"


def test_by_default_only_the_end_is_told() -> None:
    scene = Scene("completed")
    for status in ("queued", "ringing", "no-answer"):
        scene.progress.become(status)  # type: ignore[arg-type]
    assert scene.told == [("no-answer", "0")]
    assert scene.web.told[0][2]["CallDuration"] == "0"


@pytest.mark.parametrize("status", ["in-progress", "busy"])
def test_what_is_over_stays_over(status: str) -> None:
    scene = Scene(*ALL)
    scene.progress.become("completed")
    scene.progress.become(status)  # type: ignore[arg-type]
    assert scene.network.statuses == ["completed"]


def test_it_is_answered_once() -> None:
    scene = Scene(*ALL)
    scene.progress.become("in-progress")
    scene.clock.now = 5
    scene.progress.become("in-progress")
    assert (scene.progress.answered_ns, len(scene.told)) == (0, 1)


def test_others_may_be_told_of_the_end() -> None:
    scene = Scene(*ALL)
    scene.progress.redirect(CallOrder(sid="CA1"))
    scene.progress.become("ringing")
    scene.progress.redirect(CallOrder(sid="CA1", status_callback="http://a.example/other"))
    scene.progress.become("in-progress")
    scene.progress.become("completed")
    assert [url for url, _, _ in scene.web.told] == [TOLD, "http://a.example/other"]
