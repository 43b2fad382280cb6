from __future__ import annotations

import pytest

from harness.files.grammar import Filled
from harness.media.playout import FRAME_NS, SILENCE, Playout
from harness.planning.plan import Target
from harness.protocols.twilio import call_form
from harness.protocols.twiml import Stream
from harness.transports.twilio_streams import Place, Streams
from harness.transports.twilio_web import Unreached

from ..desk import StepClock
from .agent_web import CLOSE, CUT, FakeNetwork, FakeWeb
from .test_twilio_call import act, turn_over

TALK = Stream("ws://a.example/talk", status_callback="http://a.example/s")
EAR = Stream("ws://a.example/ear", name="ear", status_callback="http://a.example/e")


def a_call(web: FakeWeb, target: Target = Target()) -> tuple[Streams, Playout]:  # noqa: B008
    place = Place(target, web, StepClock(), FakeNetwork())  # type: ignore[arg-type]
    playout = Playout(0)
    return Streams(place, call_form("CA1", "AC1", "+1"), playout), playout


def events(web: FakeWeb) -> list[tuple[str, str]]:
    return [(form["StreamName"], form["StreamEvent"]) for _, _, form in web.told]


def test_all_streams_hear_the_caller() -> None:
    async def test() -> None:
        web = FakeWeb()
        streams, _ = a_call(web)
        assert not streams
        await streams.open(EAR, talks=False)
        await streams.open(TALK, talks=True)
        assert streams
        assert streams.talking == TALK
        assert streams.send(SILENCE)
        await streams.stop_all()
        for url in (EAR.url, TALK.url):
            assert web.sockets[url].events == ["connected", "start", "media", "stop"]
            assert web.sockets[url].closed
        assert not streams
        names = [name for name, event in events(web) if event == "stream-stopped"]
        assert len(names) == 2
        assert "ear" in names

    act(test)


def test_only_the_stream_that_talks_is_dialled_elsewhere() -> None:
    async def test() -> None:
        web = FakeWeb()
        streams, _ = a_call(web, Target(stream=Filled("ws://here/talk")))
        await streams.open(EAR, talks=False)
        await streams.open(TALK, talks=True)
        assert web.dialled == [(EAR.url, EAR.url), ("ws://here/talk", TALK.url)]
        await streams.stop_all()

    act(test)


@pytest.mark.parametrize(("end", "closed"), [(CLOSE, True), (CUT, False)])
def test_what_is_not_played_when_it_closes_is_dropped(end: bool, closed: bool) -> None:
    async def test() -> None:
        web = FakeWeb()
        streams, playout = a_call(web)
        await streams.open(TALK, talks=True)
        playout.push(b"\x01" * 1600, 0)
        playout.mark("late")
        web.sockets[TALK.url].incoming.put_nowait(end)
        assert await streams.talk() is closed
        assert streams.talking is None
        assert playout.take(FRAME_NS) is SILENCE
        assert playout.returned_marks(10 * FRAME_NS) == []
        assert streams.measures["clears"] == 0

    act(test)


def test_one_that_listens_is_stopped_by_its_name_or_leaves_by_itself() -> None:
    async def test() -> None:
        web = FakeWeb()
        streams, _ = a_call(web)
        await streams.open(EAR, talks=False)
        streams.stop("nobody")
        assert streams
        streams.stop("ear")
        assert not streams
        await streams.stop_all()
        await streams.open(EAR, talks=False)
        web.sockets[EAR.url].incoming.put_nowait(CLOSE)
        await turn_over()
        assert not streams
        assert events(web) == [("ear", "stream-started"), ("ear", "stream-stopped")] * 2

    act(test)


def test_a_stream_that_cannot_be_opened_is_told() -> None:
    async def test() -> None:
        web = FakeWeb()
        web.no_stream = True
        streams, _ = a_call(web)
        with pytest.raises(Unreached):
            await streams.open(EAR, talks=False)
        assert events(web) == [("ear", "stream-error")]
        assert not streams

    act(test)


def test_measures_are_those_of_all_streams() -> None:
    async def test() -> None:
        web = FakeWeb()
        streams, _ = a_call(web)
        for _ in range(2):
            await streams.open(TALK, talks=True)
            web.sockets[TALK.url].incoming.put_nowait(b"tea")
            web.sockets[TALK.url].incoming.put_nowait(CLOSE)
            await streams.talk()
        assert list(streams.measures["warnings"]) == ["31951"]

    act(test)
