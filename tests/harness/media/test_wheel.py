import asyncio
import itertools

from harness.callers.messages import LineClosed
from harness.media.playout import FRAME_NS
from harness.media.wheel import CATCH_UP_FRAMES, SLOT_CALLS, SLOT_NS, Wheel
from harness.transports.link import Ended
from speech.ear import Ear
from speech.encoding import Encoding
from speech.identity import caller_identity
from speech.transcript import Transcript

from ..desk import Desk, StepClock, kind, place, planned

MS = 1_000_000


def test_a_call_from_greeting_to_goodbye() -> None:
    desk = place(kind)
    (call,) = desk.history.calls
    assert (call.type, call.how, call.ended_by) == ("ok", "completed", "caller")
    assert [turn.answer for turn in call.turns] == ["Nine is free.", "Nine is free."]
    assert [heard.role for heard in call.heard] == ["greeting", "answer", "answer"]
    assert all(heard.verified and heard.identity == 4242 for heard in call.heard)
    assert desk.transport.links["c0001"].hung_up
    assert desk.wheel.live == 0


def test_latency_is_exact_where_nothing_is_late() -> None:
    (call,) = place(kind).history.calls
    # The agent acts 15 silent frames after the frame that held the last voiced sample.
    for turn in call.turns:
        assert turn.answer_ms is not None
        assert 300 <= turn.answer_ms < 300 + 20 + 4


def test_a_frame_is_sent_every_20_ms_and_never_early() -> None:
    desk = place(kind)
    times = [at_ns for at_ns, _ in desk.transport.links["c0001"].sent]
    assert {later - earlier for earlier, later in itertools.pairwise(times)} == {FRAME_NS}
    sample = desk.wheel.lateness.sample()
    assert (sample.sent, sample.late, sample.late_max_ms) == (len(times), 0, 0.0)


def test_the_callers_words_carry_text_and_identity() -> None:
    desk = place(kind, planned(77))
    ear, transcript = Ear(8000), Transcript()
    stream = ear.open(Encoding.MULAW)
    said = b"".join(frame for _, frame in desk.transport.links["c0077"].sent)
    heard = []
    for symbol in ear.hear({stream: said + b"\xff" * 1600}):
        transcript.add(symbol)
        if transcript.verified and transcript.utterance not in heard:
            heard.append(transcript.utterance)
    assert [(one.text, one.identity) for one in heard] == [
        ("Hi, this is Ada.", caller_identity(77, 1)),
        ("Bye.", caller_identity(77, 2)),
    ]


def test_the_last_voiced_sample_ends_a_frame() -> None:
    desk = place(kind)
    (call,) = desk.history.calls
    first_ns = desk.transport.links["c0001"].sent[0][0]
    for turn in call.turns:
        assert (turn.until_at_ns - first_ns) % FRAME_NS == 0


def test_a_stall_is_caught_up_a_few_frames_at_a_time() -> None:
    async def run() -> Desk:
        desk = Desk(kind)
        desk.clock.stalls[1000 * MS] = 300 * MS
        await desk.place(planned())
        return desk

    desk = asyncio.run(run())
    times = [at_ns for at_ns, _ in desk.transport.links["c0001"].sent]
    bursts = [times.count(at_ns) for at_ns in sorted(set(times))]
    assert max(bursts) == CATCH_UP_FRAMES
    assert len(times) * FRAME_NS == times[-1] - times[0] + FRAME_NS  # none was left out
    (call,) = desk.history.calls
    assert call.media["frames_late"] >= 14
    assert call.media["late_max_ms"] >= 280
    assert all(heard.verified for heard in call.heard)


def test_few_calls_share_a_slot_and_many_are_spread() -> None:
    calls = [planned(number, "Bye.") for number in range(1, SLOT_CALLS + 3)]
    desk = place(kind, *calls)
    slots = [link.sent[0][0] % FRAME_NS // SLOT_NS for link in desk.transport.links.values()]
    assert slots.count(slots[0]) == SLOT_CALLS
    assert len(set(slots)) == 2
    assert [call.how for call in desk.history.calls] == ["completed"] * len(calls)


def test_an_agent_that_does_not_read_is_let_go() -> None:
    async def run() -> Desk:
        desk = Desk(kind)
        placing = asyncio.create_task(desk.place(planned()))
        await desk.clock.sleep(0)
        while not desk.transport.links:
            await desk.clock.sleep(0)
        desk.transport.links["c0001"].reads = False
        await placing
        return desk

    (call,) = asyncio.run(run()).history.calls
    assert (call.type, call.how, call.ended_by) == ("info", "not_reading", "network")


def test_what_was_played_is_heard_before_the_line_closes() -> None:
    words = "We are busy, call again later."
    frames: list[int] = []

    async def run() -> Desk:
        desk = Desk(lambda turn: words)
        placing = asyncio.create_task(desk.place(planned()))
        while not desk.transport.links:
            await desk.clock.sleep(0)
        link = desk.transport.links["c0001"]
        while link._playout.queued_s or not link.sent:
            frames.append(len(link.sent))
            await desk.clock.sleep(0)
        link.end(Ended("agent"))
        await placing
        return desk

    (call,) = asyncio.run(run()).history.calls
    assert [heard.text for heard in call.heard] == [words]
    assert call.heard[0].verified
    assert (call.type, call.how, call.ended_by) == ("fail", "spoken_refusal", "agent")


def test_closing_a_call_twice_does_nothing() -> None:
    desk = place(kind)
    desk.wheel.close(desk.phones["c0001"], LineClosed("network", "cut"))
    assert [call.how for call in desk.history.calls] == ["completed"]


def test_the_wheel_rests_while_there_are_no_calls() -> None:
    async def run() -> int:
        desk = Desk(kind)
        turning = asyncio.create_task(desk.wheel.run())
        for _ in range(100):
            await desk.clock.sleep(0)
        turning.cancel()
        return desk.clock.now

    assert asyncio.run(run()) == 0


class TickingClock(StepClock):
    """Half a millisecond passes each time that somebody looks."""

    def now_ns(self) -> int:
        self.now += MS // 2
        return self.now


class Speaker:
    """What the wheel needs of a telephone whose words take some steps to make."""

    over = False

    def __init__(self, steps: int) -> None:
        self.left = steps

    def prepare(self) -> bool:
        self.left -= 1
        return self.left > 0


def test_a_turn_is_not_held_up_until_all_words_are_made() -> None:
    wheel = Wheel(TickingClock())
    speakers = [Speaker(3), Speaker(2)]
    wheel._to_prepare.extend(speakers)  # type: ignore[arg-type]
    left = []
    while wheel._to_prepare:
        wheel._prepare()
        left.append(sum(speaker.left for speaker in speakers))
    assert len(left) >= 3
    assert left[-1] == 0
