"""An agent without sockets that is told to place calls, and orders what the test says."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from harness.analysis.fates import fate_of
from harness.call_log import CallLog
from harness.files.grammar import Filled
from harness.planning.plan import Persona, PlannedCall, Target
from harness.planning.reach import DialOut
from harness.transports.link import Answered, Refused
from harness.transports.twilio_callees import Callees
from harness.transports.twilio_streams import Place
from kernel.control import CallOrder, CallStatus, Dialling
from kernel.dialogue import Fact
from kernel.event import Event
from kernel.history import History
from kernel.units import Duration

from ..desk import StepClock, planned
from .agent_web import FakeNetwork, FakeSocket, FakeWeb
from .test_twilio_call import act, turn_over

URL = Filled("http://a.example/dialout")
TALK = "ws://a.example/talk"
STREAM = f'<Connect><Stream url="{TALK}"/></Connect>'
ADA, DESK = "+14155550101", "+14155550100"
ALL = ("initiated", "ringing", "answered", "completed")


class Web(FakeWeb):
    """`answer` is what the agent says to the task; None while it says nothing."""

    def __init__(self, **pages: str) -> None:
        super().__init__(**pages)
        self.tasks: list[tuple[str, Any]] = []
        self.answer: asyncio.Future[Refused | None] = asyncio.get_running_loop().create_future()

    def ask(self, url: str, body: Any) -> asyncio.Task[Refused | None]:
        self.tasks.append((url, body))

        async def answered() -> Refused | None:
            return await asyncio.shield(self.answer)

        self.asking = asyncio.create_task(answered())
        return self.asking


class Scene:
    def __init__(self, twiml: str = STREAM, within_s: float = 30, **body: Any) -> None:
        self.web, self.network, self.clock = Web(twiml=twiml), FakeNetwork(), StepClock()
        more = {"body": body} if body else {}
        self.dial_out = DialOut(URL, within_s=Duration(within_s), **more)
        target = Target(webhook=URL, dial_out=self.dial_out)
        place = Place(target, self.web, self.clock, self.network)  # type: ignore[arg-type]
        self.callees = Callees(place, 1)

    def wait(self, call: PlannedCall | None = None) -> asyncio.Task[Answered | Refused]:
        return asyncio.create_task(self.callees.be_called(call or a_call(), self.dial_out))

    def order(self, to_number: str = ADA, sid: str = "CA1", **dial: Any) -> None:
        numbers = {"account": "AC1", "from_number": DESK, "to_number": to_number}
        order = CallOrder(
            sid=sid, dial=Dialling(**numbers, status_events=ALL, **dial),
            url="http://a.example/twiml", status_callback="http://a.example/told",
        )  # fmt: skip
        self.network.place(order)

    @property
    def callbacks(self) -> list[str]:
        return [form["CallStatus"] for _, _, form in self.web.told]

    @property
    def socket(self) -> FakeSocket:
        return self.web.sockets[TALK]


def a_call(**changes: Any) -> PlannedCall:
    persona = Persona(patience_s=Duration(8))
    return planned(from_number=ADA, **{"persona": persona, **changes})


def fate(refused: Refused) -> str:
    events: list[Event] = []
    log = CallLog(planned(), events.append)
    log.dialled(0)
    log.refused(refused, 1)
    (call,) = History(events).calls
    return fate_of(call)


def test_a_person_is_called_and_answers() -> None:
    async def test() -> None:
        scene = Scene()
        waiting = scene.wait()
        await turn_over()
        assert scene.web.tasks == [(URL, {"to_number": ADA, "from_number": DESK})]
        scene.order()
        answered = await waiting
        assert isinstance(answered, Answered)
        assert (answered.sid, answered.called) == ("CA1", True)
        assert 1e9 <= scene.clock.now <= 4e9
        ((asked, form),) = scene.web.asked
        assert (asked.url, form["CallStatus"]) == ("http://a.example/twiml", "in-progress")
        assert (form["Direction"], form["To"], form["From"]) == ("outbound-api", ADA, DESK)
        assert scene.socket.sent[1]["start"]["callSid"] == "CA1"
        await answered.link.hang_up()
        assert scene.callbacks == ["initiated", "ringing", "in-progress", "completed"]
        assert scene.network.statuses == ["queued", "ringing", "in-progress", "completed"]

    act(test)


def test_an_agent_is_told_what_the_scenario_writes() -> None:
    async def test() -> None:
        scene = Scene(dialout_settings={"phone_number": "{to}", "who": ["{name}", 3]})
        fact = Fact("date", "December 3rd", "2026-12-03")
        waiting = scene.wait(a_call(facts={"name": fact}))
        await turn_over()
        settings = {"phone_number": ADA, "who": ["2026-12-03", 3]}
        assert scene.web.tasks == [(URL, {"dialout_settings": settings})]
        waiting.cancel()

    act(test)


@pytest.mark.parametrize(
    ("how", "type_", "fate_"),
    [
        ("dial_out_503", "fail", "refused_politely"),
        ("dial_out_429", "fail", "refused_politely"),
        ("dial_out_404", "fail", "refused_abruptly"),
        ("unreachable", "info", "refused_abruptly"),
    ],
)
def test_an_agent_may_refuse_the_task(how: str, type_: Any, fate_: str) -> None:
    async def test() -> None:
        scene = Scene()
        waiting = scene.wait()
        scene.web.answer.set_result(Refused(how, type_, step="dial_out"))
        refused = await waiting
        assert isinstance(refused, Refused)
        assert (refused.how, fate(refused)) == (how, fate_)
        assert scene.network.told == []

    act(test)


def test_a_refusal_after_the_order_changes_nothing() -> None:
    async def test() -> None:
        scene = Scene()
        waiting = scene.wait()
        await turn_over()
        scene.order()
        scene.web.answer.set_result(Refused("dial_out_500", "fail", step="dial_out"))
        assert isinstance(await waiting, Answered)

    act(test)


def test_an_agent_may_answer_when_the_call_is_over() -> None:
    async def test() -> None:
        scene = Scene()
        waiting = scene.wait()
        await turn_over()
        scene.order()
        assert isinstance(await waiting, Answered)
        assert not scene.web.asking.done()
        scene.web.asking.cancel()

    act(test)


@pytest.mark.parametrize(("answers", "said"), [(True, "took the task"), (False, "did not answer")])
def test_who_never_orders_is_told_so(answers: bool, said: str) -> None:
    async def test() -> None:
        scene = Scene(within_s=0.01)
        waiting = scene.wait()
        if answers:
            scene.web.answer.set_result(None)
        refused = await waiting
        assert isinstance(refused, Refused)
        assert (refused.how, refused.type, fate(refused)) == (
            "no_order", "info", "refused_abruptly",
        )  # fmt: skip
        assert said in refused.detail
        await turn_over()
        assert scene.web.asking.done(), "nobody waits for its answer any more"

    act(test)


async def missed(scene: Scene) -> tuple[str, CallStatus, str]:
    scene.order(sid="CA2")
    (found,) = scene.network.missed
    return found


def test_an_order_after_the_wait_finds_nobody() -> None:
    async def test() -> None:
        scene = Scene(within_s=0.01)
        await scene.wait()
        sid, status, why = await missed(scene)
        assert (sid, status) == ("CA2", "no-answer")
        assert "any more" in why
        assert scene.callbacks == ["initiated", "no-answer"]
        assert scene.network.statuses == ["queued", "no-answer"]

    act(test)


def test_an_order_in_the_turn_in_which_the_wait_is_called_off() -> None:
    async def test() -> None:
        scene = Scene()
        waiting = scene.wait()
        scene.web.answer.set_result(None)
        await turn_over()
        waiting.cancel()
        sid, status, _ = await missed(scene)
        assert (sid, status) == ("CA2", "no-answer")
        with pytest.raises(asyncio.CancelledError):
            await waiting

    act(test)


@pytest.mark.parametrize("answers", [True, False])
def test_a_call_that_is_taken_while_the_wait_is_called_off_ends(answers: bool) -> None:
    async def test() -> None:
        scene = Scene()
        waiting = scene.wait()
        if answers:
            scene.web.answer.set_result(None)
        await turn_over()
        if answers:
            scene.order()
            waiting.cancel()
        else:
            waiting.cancel()
            scene.order()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert scene.network.statuses == ["completed"]
        assert (await missed(scene))[1] == "no-answer", "nobody is on the telephone"

    act(test)


def test_an_order_in_the_turn_in_which_the_time_is_over_counts() -> None:
    async def test() -> None:
        scene = Scene(within_s=0)  # over as soon as it begins
        waiting = scene.wait()
        while not scene.web.tasks:
            await turn_over(1)
        scene.order()
        assert isinstance(await waiting, Answered)

    act(test)


def test_a_second_order_finds_the_line_engaged() -> None:
    async def test() -> None:
        scene = Scene()
        waiting = scene.wait()
        await turn_over()
        scene.order()
        answered = await waiting
        assert isinstance(answered, Answered)
        sid, status, _ = await missed(scene)
        assert (sid, status) == ("CA2", "busy")
        await answered.link.hang_up()
        scene.order(sid="CA3")
        assert scene.network.missed[1][:2] == ("CA3", "no-answer")

    act(test)


def test_a_number_that_nobody_has_cannot_be_reached() -> None:
    async def test() -> None:
        scene = Scene()
        scene.order("+4930901820", sid="CA7")
        assert scene.network.missed[0][:2] == ("CA7", "failed")

    act(test)


def test_two_with_one_number_are_called_one_after_the_other() -> None:
    async def test() -> None:
        scene = Scene()
        first, second = scene.wait(), scene.wait(a_call(span="c0002"))
        await turn_over()
        scene.order(sid="CA1")
        scene.order(sid="CA2")
        found = await first, await second
        assert [each.sid for each in found if isinstance(each, Answered)] == ["CA1", "CA2"]

    act(test)


def test_it_may_not_ring_for_long_enough() -> None:
    async def test() -> None:
        scene = Scene()
        waiting = scene.wait()
        await turn_over()
        scene.order(timeout_s=0.5)
        refused = await waiting
        assert isinstance(refused, Refused)
        assert (refused.how, refused.step, fate(refused)) == (
            "rang_out", "dial_out", "refused_abruptly",
        )  # fmt: skip
        assert scene.callbacks == ["initiated", "ringing", "no-answer"]
        assert scene.web.asked == []

    act(test)


def test_a_call_can_be_taken_back_before_anybody_answers() -> None:
    async def test() -> None:
        scene = Scene()
        waiting = scene.wait()
        await turn_over()
        scene.order()
        scene.network.obey["CA1"](CallOrder(sid="CA1", status="canceled"))
        refused = await waiting
        assert isinstance(refused, Refused)
        assert (refused.how, scene.network.statuses[-1]) == ("canceled", "canceled")

    act(test)


def test_who_has_picked_up_does_not_wait_for_ever() -> None:
    async def test() -> None:
        scene = Scene()

        async def never(*_: object) -> bytes:
            return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

        scene.web.fetch = never  # type: ignore[method-assign]
        waiting = scene.wait(a_call(persona=Persona(patience_s=Duration(0.01))))
        await turn_over()
        scene.order()
        refused = await waiting
        assert isinstance(refused, Refused)
        assert (refused.how, refused.by, fate(refused)) == ("patience", "caller", "abandoned")

    act(test)


def test_what_answered_for_a_machine_detection() -> None:
    async def test() -> None:
        scene = Scene()
        waiting = scene.wait()
        await turn_over()
        scene.order(detects_machines=True)
        await waiting
        assert scene.web.asked[0][1]["AnsweredBy"] == "human"
        assert ["AnsweredBy" in form for _, _, form in scene.web.told] == [False, False, True]

    act(test)
