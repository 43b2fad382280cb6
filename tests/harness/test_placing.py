import asyncio

import pytest

from harness.media.playout import FRAME_NS
from harness.planning.plan import PlannedBehaviour
from harness.transports.link import Ended, Refused
from kernel.dialogue import Dialogue, Fact, Reply, ToolCall

from .desk import Desk, kind, place, planned


def test_a_refused_call_is_told_and_has_no_media() -> None:
    async def run() -> Desk:
        desk = Desk(kind)
        desk.transport.refuse = Refused("http_503", "fail", status=503, retry_after_s=7.0)
        await desk.place(planned())
        return desk

    desk = asyncio.run(run())
    (call,) = desk.history.calls
    assert (call.type, call.how, call.ended_by) == ("fail", "http_503", "agent")
    assert (call.retry_after_s, call.media, call.answered_ns) == (7.0, {}, None)
    assert desk.phones == {}


def test_a_call_is_kept_with_both_sides_once_it_is_over() -> None:
    desk = place(kind)
    phone = desk.phones["c0001"]
    assert len(phone.said) == len(phone.heard) == phone.sent * 160
    (call,) = desk.history.calls
    assert call.media["frames_sent"] == phone.sent
    assert call.media["recording"] == "kept"
    assert call.media["from_at_ns"] == phone.from_ns == phone.due_ns - (phone.sent + 1) * FRAME_NS


def test_cancelling_a_call_ends_it_as_ours() -> None:
    async def run() -> Desk:
        desk = Desk(kind)
        placing = asyncio.create_task(desk.place(planned()))
        while desk.clock.now < 1_000_000_000:
            await desk.clock.sleep(0)
        desk.placing.stop_how = "stopped"
        placing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await placing
        return desk

    desk = asyncio.run(run())
    (call,) = desk.history.calls
    assert (call.type, call.how, call.ended_by) == ("info", "stopped", "us")
    assert desk.transport.links["c0001"].hung_up
    assert call.media
    assert "c0001" in desk.phones


def test_cancelling_a_call_that_rings_tells_setup_and_call() -> None:
    async def run() -> Desk:
        desk = Desk(kind)

        async def ring(_: object) -> Refused:
            await asyncio.get_running_loop().create_future()
            raise AssertionError

        desk.transport.dial = ring  # type: ignore[method-assign, assignment]
        placing = asyncio.create_task(desk.place(planned()))
        for _ in range(5):
            await desk.clock.sleep(0)
        placing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await placing
        return desk

    (call,) = asyncio.run(run()).history.calls
    assert (call.type, call.how, call.ended_by) == ("info", "stopped", "us")
    assert call.setup_how == "stopped"


def test_a_link_that_breaks_in_our_hands_ends_the_call_and_is_no_secret() -> None:
    async def run() -> Desk:
        desk = Desk(kind)
        placing = asyncio.create_task(desk.place(planned()))
        while not desk.transport.links:
            await desk.clock.sleep(0)
        desk.transport.links["c0001"].over.set_exception(ZeroDivisionError("ours"))
        with pytest.raises(ZeroDivisionError):
            await placing
        return desk

    (call,) = asyncio.run(run()).history.calls
    assert (call.how, call.ended_by) == ("cut", "network")


def test_the_network_can_end_a_call() -> None:
    async def run() -> Desk:
        desk = Desk(kind)
        placing = asyncio.create_task(desk.place(planned()))
        while desk.clock.now < 1_000_000_000:
            await desk.clock.sleep(0)
        desk.transport.links["c0001"].end(Ended("network", "cut"))
        await placing
        return desk

    (call,) = asyncio.run(run()).history.calls
    assert (call.type, call.how, call.ended_by) == ("info", "cut", "network")


@pytest.mark.parametrize(
    ("reply", "how"),
    [
        (Reply(say="Okay, {name}."), "completed"),
        (Reply(say="Nine is free, {name}."), "patience"),
        (Reply(call=ToolCall("book", {}), then="Okay, {name}."), "completed"),
    ],
)
def test_a_caller_knows_what_the_script_answers(reply: Reply, how: str) -> None:
    """Its agent says "Okay, Ada." to everything, and no more."""

    def terse(turn: int) -> str:
        return "Okay, Ada." if turn else "Hello, how can I help?"

    async def run() -> Desk:
        desk = Desk(terse)
        replies = {1: reply, 2: Reply(say="Okay.")}
        desk.placing.dialogues = {"book": Dialogue("book", (), replies=replies)}
        await desk.place(planned(facts={"name": Fact("person", "Ada", "Ada")}))
        return desk

    (call,) = asyncio.run(run()).history.calls
    assert call.how == how


def test_a_caller_does_what_is_planned_beside_its_lines() -> None:
    """Its agent never stops by itself; it interrupts the greeting, and nods at the answer."""
    call = planned(
        1, "Hi, this is Ada.", "12#", "Bye.",
        keyed=(2,), pauses={3: 2.0},
        behaviours=(PlannedBehaviour(1, "barge_in", "100%"), PlannedBehaviour(1, "backchannel")),
    )  # fmt: skip

    def act(turn: int) -> str:
        return [
            "Hello there, this is the clinic. How can I help you today?",
            *["I have nine. Or ten."] * 5,
        ][turn]

    desk = place(act, call)
    (told,) = desk.history.calls
    first, pressed, last = told.turns
    assert first.barge_in
    assert told.heard[0].from_at_ns < first.from_at_ns < told.heard[0].until_at_ns
    assert desk.transport.links["c0001"].pressed == ["1", "2", "#"]
    assert pressed.answer == "I have nine. Or ten."
    assert pressed.answer_until_at_ns is not None
    assert 2.5e9 < last.from_at_ns - pressed.answer_until_at_ns < 3.0e9
