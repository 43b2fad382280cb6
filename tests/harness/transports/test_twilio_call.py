from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from harness.media import announcing
from harness.media.playout import FRAME_NS, SILENCE
from harness.planning.plan import Target
from harness.transports.link import Answered, Ended, Refused
from harness.transports.twilio_call import TwilioCall
from harness.transports.twilio_leg import inbound
from harness.transports.twilio_streams import Place
from kernel.control import CallOrder

from ..desk import StepClock
from .agent_web import CLOSE, CUT, FakeNetwork, FakeSocket, FakeWeb

HOME, SID = "http://a.example/home", "CA1"
TALK = "ws://a.example/talk"
STREAM = f'<Connect><Stream url="{TALK}" statusCallback="/s"/></Connect>'
HANG_UP = CallOrder(sid=SID, status="completed")


class Scene:
    """One call to a `FakeWeb`."""

    def __init__(self, web: FakeWeb, **target: Any) -> None:
        self.web, self.network, self.clock = web, FakeNetwork(), StepClock()
        place = Place(
            Target(**{"webhook": HOME, **target}),
            web,  # type: ignore[arg-type]
            self.clock,
            self.network,
        )
        leg = inbound(place.target, SID, "AC1", "+14155550101")
        self.call = TwilioCall(place, leg, 8.0)

    async def refused(self) -> Refused:
        signal = await self.call.set_up()
        assert isinstance(signal, Refused), signal
        return signal

    async def answered(self) -> asyncio.Task[Ended]:
        """Set up, and receiving."""
        signal = await self.call.set_up()
        assert isinstance(signal, Answered), signal
        assert signal.link is self.call
        self.call.begin(self.clock.now)
        receiving = asyncio.create_task(self.call.receive())
        await turn_over()
        return receiving

    @property
    def socket(self) -> FakeSocket:
        return self.web.sockets[TALK]

    def order(self, **order: Any) -> None:
        self.network.obey[SID](CallOrder(sid=SID, **order))

    def hears(self, frames: int) -> list[bytes]:
        """What is played to the caller in its next frames, and is no silence."""
        first = self.clock.now // FRAME_NS
        heard = [self.call.take((first + number + 1) * FRAME_NS) for number in range(frames)]
        return [frame for frame in heard if frame is not SILENCE]


async def turn_over(times: int = 20) -> None:
    """Let everybody do what they can do without time."""
    for _ in range(times):
        turned: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(turned.set_result, None)
        await turned


def act(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await test()

    asyncio.run(bounded())


def refused_by(web: FakeWeb, **target: Any) -> tuple[Refused, Scene]:
    async def run() -> tuple[Refused, Scene]:
        scene = Scene(web, **target)
        return await scene.refused(), scene

    return asyncio.run(run())


def test_words_take_their_time_and_are_heard() -> None:
    refused, scene = refused_by(FakeWeb(home="<Pause/><Say>We are busy.</Say><Play>a.wav</Play>"))
    assert (refused.type, refused.how, refused.words, refused.sid) == (
        "fail", "spoken_refusal", "We are busy.", SID,
    )  # fmt: skip
    say, clip = refused.heard
    assert (say.from_at_ns, say.until_at_ns) == (1_000_000_000, 1_720_000_000)
    assert (say.text, say.role, say.verified, clip.sound) == (
        "We are busy.", "refusal", True, "clip",
    )  # fmt: skip
    assert clip.until_at_ns == scene.clock.now == 1_720_000_000 + round(announcing.CLIP_S * 1e9)
    assert scene.network.statuses == ["ringing", "in-progress", "completed"]


@pytest.mark.parametrize(
    ("verbs", "how", "status"),
    [
        ('<Reject reason="busy"/>', "reject", "busy"),
        ("<Reject/>", "reject", "no-answer"),
        ("<Pause/><Hangup/>", "closed", "completed"),
        ("<Dial>+1</Dial>", "deflected", "completed"),
    ],
)
def test_the_network_knows_what_became_of_a_call(verbs: str, how: str, status: str) -> None:
    refused, scene = refused_by(FakeWeb(home=verbs), status_callback="http://a.example/over")
    assert (refused.how, scene.network.statuses[-1]) == (how, status)
    ((url, method, form),) = scene.web.told
    assert (url, method, form["CallStatus"]) == ("http://a.example/over", "POST", status)


def test_the_whole_form_is_sent_on_with_every_redirect() -> None:
    web = FakeWeb(home="<Redirect method='GET'>on</Redirect>", on="<Reject/>")
    refused, _ = refused_by(web, parameters={"ForwardedFrom": "+1"})
    assert refused.how == "reject"
    (first, form), (second, again) = web.asked
    assert (first.method, second.method, second.url) == ("POST", "GET", "http://a.example/on")
    assert form == again
    assert (form["CallSid"], form["ForwardedFrom"], form["CallStatus"]) == (SID, "+1", "ringing")


def test_a_failing_webhook_has_a_fallback() -> None:
    web = FakeWeb(sorry="<Say>Sorry.</Say>")
    refused, _ = refused_by(web, fallback_url="/sorry")
    assert (refused.how, refused.words) == ("deflected", "Sorry.")
    assert web.asked[1][1]["ErrorCode"] == "11200"
    assert refused_by(FakeWeb())[0].how == "http_503"


def test_a_queue_is_left_when_patience_ends() -> None:
    refused, scene = refused_by(FakeWeb(home="<Enqueue>support</Enqueue>"))
    assert (refused.how, refused.by) == ("queued", "caller")
    assert scene.clock.now == 16_000_000_000
    assert scene.network.statuses[-1] == "completed"


def test_so_is_one_that_an_agent_has_made_itself() -> None:
    web = FakeWeb(home="<Say>Please hold.</Say><Pause length='5'/><Redirect/>")
    refused, scene = refused_by(web)
    assert (refused.type, refused.how, refused.by) == ("info", "patience", "caller")
    assert scene.clock.now == 16_000_000_000
    assert len(web.asked) > 2


def test_out_of_a_queue_to_a_stream() -> None:
    async def test() -> None:
        scene = Scene(FakeWeb(home="<Enqueue>support</Enqueue>", on=STREAM))
        waits = scene.clock.sleep_until

        async def wait(due_ns: int) -> None:
            scene.order(url="http://a.example/on")
            await waits(due_ns)

        scene.clock.sleep_until = wait  # type: ignore[method-assign]
        answered = await scene.call.set_up()
        assert isinstance(answered, Answered)
        assert answered.queued
        assert scene.socket.events == ["connected", "start"]
        await scene.call.hang_up()

    act(test)


@pytest.mark.parametrize(
    ("home", "queued"),
    [
        ("<Pause length='2'/><Redirect>/on</Redirect>", False),
        ("<Pause length='2'/><Redirect/>", True),
    ],
)
def test_a_loop_is_a_queue_and_a_redirect_is_none(home: str, queued: bool) -> None:
    async def test() -> None:
        scene = Scene(FakeWeb(home=home, on=STREAM))
        waits = scene.clock.sleep_until

        async def wait(due_ns: int) -> None:
            if due_ns > 3_000_000_000:
                scene.order(url="http://a.example/on")
            await waits(due_ns)

        scene.clock.sleep_until = wait  # type: ignore[method-assign]
        answered = await scene.call.set_up()
        assert isinstance(answered, Answered)
        assert answered.queued is queued
        await scene.call.hang_up()

    act(test)


def test_a_call_that_is_ended_while_it_rings() -> None:
    async def test() -> None:
        scene = Scene(FakeWeb(home="<Enqueue>support</Enqueue>"))
        waits = scene.clock.sleep_until

        async def wait(due_ns: int) -> None:
            scene.order(status="canceled")
            await waits(due_ns)

        scene.clock.sleep_until = wait  # type: ignore[method-assign]
        assert (await scene.refused()).how == "closed"

    act(test)


def test_a_talk_and_the_caller_hangs_up() -> None:
    async def test() -> None:
        scene = Scene(FakeWeb(home=f"<Say>Hello.</Say>{STREAM}"), status_callback="/over")
        signal = await scene.call.set_up()
        assert isinstance(signal, Answered)
        assert (signal.sid, [heard.text for heard in signal.heard]) == (SID, ["Hello."])
        receiving = asyncio.create_task(scene.call.receive())
        assert scene.call.send(SILENCE)
        await turn_over()
        await scene.call.hang_up()
        assert await receiving == Ended("caller", "hung_up")
        assert scene.socket.events == ["connected", "start", "media", "stop"]
        assert scene.socket.closed
        assert scene.network.statuses == ["ringing", "in-progress", "completed"]
        started, over, stopped = scene.web.told
        assert [form.get("StreamEvent") for _, _, form in (started, stopped)] == [
            "stream-started", "stream-stopped",
        ]  # fmt: skip
        assert (over[0], over[2]["CallStatus"]) == ("/over", "completed")
        assert scene.call.measures == {"received_s": 0.0, "clears": 0, "marks": 0, "warnings": {}}

    act(test)


@pytest.mark.parametrize(
    ("message", "after", "ended"),
    [
        (CLOSE, "", Ended("agent", "closed")),
        (CLOSE, "<Dial>+1</Dial>", Ended("agent", "transferred")),
        (CLOSE, "<Redirect>nowhere</Redirect>", Ended("agent", "http_503")),
        (CUT, "", Ended("network", "cut")),
        (CUT, "<Dial>+1</Dial>", Ended("agent", "transferred")),
    ],
)
def test_behind_the_stream_the_call_goes_on(message: Any, after: str, ended: Ended) -> None:
    async def test() -> None:
        scene = Scene(FakeWeb(home=STREAM + after))
        receiving = await scene.answered()
        scene.socket.incoming.put_nowait(message)
        assert await receiving == ended
        await scene.call.hang_up()

    act(test)


def test_the_network_speaks_into_the_callers_ear() -> None:
    async def test() -> None:
        scene = Scene(FakeWeb(home=f"{STREAM}<Say>One moment.</Say><Dial>+1</Dial>"))
        receiving = await scene.answered()
        begun_ns = scene.clock.now
        scene.socket.incoming.put_nowait(CLOSE)
        assert await receiving == Ended("agent", "transferred")
        lasted_s = (scene.clock.now - begun_ns) / 1e9
        assert lasted_s >= announcing.length_s(announcing.words("One moment."))
        scene.clock.now = begun_ns
        assert b"".join(scene.hears(100))

    act(test)


def test_an_agent_that_hangs_up_over_the_api() -> None:
    async def test() -> None:
        scene = Scene(FakeWeb(home=f"{STREAM}<Say>Never.</Say>"))
        receiving = await scene.answered()
        scene.order(status="completed")
        assert await receiving == Ended("agent", "hung_up")
        await scene.call.hang_up()
        assert scene.socket.events[-1] == "stop"
        assert scene.clock.now == 0

    act(test)


def test_an_order_that_comes_before_anybody_receives() -> None:
    async def test() -> None:
        scene = Scene(FakeWeb(home=STREAM))
        assert isinstance(await scene.call.set_up(), Answered)
        scene.order(status="completed")
        assert await scene.call.receive() == Ended("agent", "hung_up")
        await scene.call.hang_up()

    act(test)


def test_a_transfer_over_the_api_stops_the_stream() -> None:
    async def test() -> None:
        scene = Scene(FakeWeb(home=STREAM))
        receiving = await scene.answered()
        scene.order(
            twiml="<Response><Dial>+1</Dial></Response>", status_callback="http://b.example/over"
        )
        assert await receiving == Ended("agent", "transferred")
        await scene.call.hang_up()
        assert scene.socket.events[-1] == "stop"
        assert scene.socket.closed
        assert scene.web.told[-1][0] == "http://b.example/over"

    act(test)


def test_another_document_with_another_stream() -> None:
    async def test() -> None:
        other = '<Connect><Stream url="ws://a.example/other"/></Connect>'
        scene = Scene(FakeWeb(home=STREAM, on=other))
        receiving = await scene.answered()
        scene.order(url="http://a.example/on")
        await turn_over()
        assert scene.socket.events == ["connected", "start", "stop"]
        second = scene.web.sockets["ws://a.example/other"]
        assert scene.call.send(SILENCE)
        assert second.events == ["connected", "start", "media"]
        assert second.sent[1]["streamSid"] != scene.socket.sent[1]["streamSid"]
        await scene.call.hang_up()
        assert await receiving == Ended("caller", "hung_up")

    act(test)


def test_a_bot_that_listens_and_speaks_by_documents() -> None:
    async def test() -> None:
        ear = '<Start><Stream url="ws://a.example/ear"/></Start>'
        scene = Scene(FakeWeb(home=f"{ear}<Say>Hello.</Say>", on="<Dial>+1</Dial>"))
        signal = await scene.call.set_up()
        assert isinstance(signal, Answered)
        assert signal.heard == ()
        scene.call.begin(0)
        assert scene.call.send(SILENCE)
        receiving = asyncio.create_task(scene.call.receive())
        await turn_over(1)
        scene.order(url="http://a.example/on")
        assert await receiving == Ended("agent", "transferred")
        socket = scene.web.sockets["ws://a.example/ear"]
        assert socket.events == ["connected", "start", "media"]
        await scene.call.hang_up()
        assert socket.events[-1] == "stop"

    act(test)


@pytest.mark.parametrize(
    ("verbs", "ended"),
    [
        ("<Dial>+1</Dial>", Ended("agent", "deflected")),
        ("<Say>We are busy.</Say>", Ended("agent", "spoken_refusal")),
        ("<Enqueue>x</Enqueue>", Ended("caller", "queued")),
    ],
)
def test_who_is_only_listened_to_has_not_talked(verbs: str, ended: Ended) -> None:
    async def test() -> None:
        ear = '<Start><Stream url="ws://a.example/ear"/></Start>'
        scene = Scene(FakeWeb(home=ear + verbs))
        assert await (await scene.answered()) == ended
        await scene.call.hang_up()

    act(test)


def test_an_order_cuts_the_network_short() -> None:
    async def test() -> None:
        scene = Scene(FakeWeb(home=f"{STREAM}<Say>This takes long.</Say>", on="<Pause/>"))
        waits = scene.clock.sleep_until

        async def wait(_: int) -> None:
            scene.order(url="http://a.example/on")
            scene.clock.sleep_until = waits  # type: ignore[method-assign]
            await asyncio.Event().wait()

        receiving = await scene.answered()
        scene.clock.sleep_until = wait  # type: ignore[method-assign]
        scene.socket.incoming.put_nowait(CLOSE)
        assert await receiving == Ended("agent", "closed")
        scene.clock.now = 0
        assert scene.hears(100) == []

    act(test)


def test_a_stream_that_is_refused() -> None:
    web = FakeWeb(home=STREAM)
    web.no_stream = True
    refused, _ = refused_by(web)
    assert (refused.how, refused.step) == ("upgrade_403", "stream")
    (told,) = web.told
    assert (told[0], told[2]["StreamEvent"]) == ("http://a.example/s", "stream-error")
    assert told[2]["StreamError"] == "31920: HTTP 403"
    refused, _ = refused_by(web, webhook=TALK)
    assert refused.how == "upgrade_403"


def test_dialling_can_be_given_up() -> None:
    async def test() -> None:
        scene = Scene(FakeWeb(home="<Enqueue>x</Enqueue>"))
        hold = asyncio.Event()

        async def wait(_: int) -> None:
            await hold.wait()

        scene.clock.sleep_until = wait  # type: ignore[method-assign]
        dialling = asyncio.create_task(scene.call.set_up())
        await turn_over()
        dialling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dialling
        assert scene.network.statuses[-1] == "completed"

    act(test)
