"""What the flaws of overload do to callers beyond the limit, without a server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from desk.front import FrontDesk
from desk.openai import Mind, Reply
from desk.settings import Settings
from flaws.overload import (
    OVERLOAD,
    DropsAdmitted,
    QueuedMind,
    RefusesAbruptly,
    RefusesLate,
    SilentDrop,
    UnboundedQueue,
)
from tests.agents.desk.test_front import offer
from tests.agents.jumping import now, run

FULL = Settings(call_limit=0)
ONE = Settings(call_limit=1)


class Line:
    """A line that is up until somebody hangs up, or for a minute."""

    def __init__(self, call_sid: str = "CA1") -> None:
        self.call_sid, self.played = call_sid, bytearray()
        self.hung_up = asyncio.Event()

    async def receive(self, hear: object) -> None:
        try:
            await asyncio.wait_for(self.hung_up.wait(), 60)
        except TimeoutError:
            return

    async def play(self, audio: bytes) -> int:
        self.played += audio
        return 0

    async def flush(self) -> None: ...

    async def drained(self) -> None: ...

    async def hang_up(self) -> None:
        self.hung_up.set()


class Clips:
    async def get(self, phrase: str) -> bytes:
        return phrase.encode()


async def refused(desk: FrontDesk) -> tuple[float, bytes]:
    """When a caller who got through is out again, and what it was told."""
    desk._clips = Clips()  # type: ignore[assignment]
    line: Any = Line()
    await desk.refuse(line)
    return now(), bytes(line.played)


def test_silent_drop_connects_everybody_and_says_nothing() -> None:
    async def main() -> None:
        assert await refused(SilentDrop(FULL)) == (60, b"")

    assert "<Stream" in str(offer(SilentDrop(FULL), {"CallSid": "CA1"}).text)
    run(main())


def test_an_abrupt_refusal_is_an_error_to_twilio() -> None:
    answer = offer(RefusesAbruptly(FULL), {"CallSid": "CA1"})
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert offer(RefusesAbruptly(ONE), {"CallSid": "CA1"}).status == 200


def test_a_late_refusal_is_a_polite_one() -> None:
    async def main() -> None:
        at_s, told = await refused(RefusesLate(FULL))
        assert at_s == 7.5
        assert b"lines are busy" in told

    assert "<Stream" in str(offer(RefusesLate(FULL), {"CallSid": "CA1"}).text)
    run(main())


def test_a_new_call_costs_the_oldest_its_place() -> None:
    async def main() -> None:
        desk, first, second = DropsAdmitted(ONE), Line("CA1"), Line("CA2")
        for line in (first, second):
            assert desk.admit(line.call_sid)
            assert desk.admission.enter(line.call_sid, now())
            desk._lines.append(line)  # type: ignore[arg-type]
        await asyncio.sleep(0)
        assert first.hung_up.is_set()
        assert not second.hung_up.is_set()
        assert desk.calls() == 1

    run(main())


def test_turns_queue_for_a_worker_whoever_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[tuple[float, float]] = []
    over: list[float] = []

    async def reply(self: Mind, messages: Any, say: Any, deadline: float) -> Reply:
        begun.append((now(), deadline - now()))
        await asyncio.sleep(10)
        return Reply()

    async def hang_up_soon(desk: FrontDesk, line: Any, session: Any) -> None:
        mind = desk.mind(session)
        assert type(mind) is QueuedMind
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await mind.reply([], lambda text: None, now() + 11)

    async def call(desk: UnboundedQueue, number: int) -> None:
        line: Any = Line(f"CA{number}")
        session: Any = number
        assert desk.admit(line.call_sid)
        await desk.converse(line, session)
        over.append(now())

    async def main() -> None:
        desk = UnboundedQueue(Settings(call_limit=8))
        await asyncio.gather(*(call(desk, number) for number in range(4)))

    monkeypatch.setattr(Mind, "reply", reply)
    monkeypatch.setattr(FrontDesk, "converse", hang_up_soon)
    run(main())
    assert begun == [(0, 11), (10, 11), (20, 11), (30, 11)]
    assert over == [10, 20, 30, 40]


def test_each_has_a_name_of_its_own() -> None:
    assert len({flaw.name for flaw in OVERLOAD}) == len(OVERLOAD) == 5
