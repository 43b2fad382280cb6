import asyncio

from harness.call_log import CallLog
from harness.callers.messages import Over
from harness.callers.redial import PlannedRedial
from harness.calling import Calling
from harness.planning.plan import PlannedCall, PlannedPhase
from kernel.event import Event

from .desk import StepClock, planned

S = 1_000_000_000
PHASES = [PlannedPhase("baseline", 0, False, 0, 60 * S)]


class Placing:
    """A call ends as it is written for its span; one for which nothing is, goes on."""

    def __init__(self, **overs: Over) -> None:
        self.overs, self.stop_how = overs, "stopped"
        self.placed: list[tuple[str, int]] = []
        self.cancelled: list[str] = []

    async def place(self, call: PlannedCall) -> CallLog:
        self.placed.append((call.span, call.due_ns))
        log = CallLog(call, ignore)
        log.dialled(call.due_ns)
        if call.span not in self.overs:
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                self.cancelled.append(self.stop_how)
        log.report(self.overs[call.span], call.due_ns)
        return log


def ignore(event: Event) -> None: ...


def test_who_gave_up_calls_again_and_is_not_counted_as_dialled_twice() -> None:
    placing = Placing(
        c0001=Over("info", "patience", "caller"), c0001r2=Over("ok", "completed", "caller")
    )

    async def run() -> Calling:
        async with asyncio.TaskGroup() as group:
            calling = Calling(placing, StepClock(), PHASES, group)  # type: ignore[arg-type]
            calling.dial(planned(1, redials=(PlannedRedial(2, 5 * S),)))
            assert calling.on == 1
        assert calling.on == 0
        return calling

    calling = asyncio.run(run())
    assert [span for span, _ in placing.placed] == ["c0001", "c0001r2"]
    assert placing.placed[1][1] == 5 * S
    assert calling.dialled == 1
    assert calling.over.total() == 2


def test_draining_ends_the_calls_that_go_on() -> None:
    placing = Placing()

    async def run() -> None:
        async with asyncio.TaskGroup() as group:
            clock = StepClock()
            calling = Calling(placing, clock, PHASES, group)  # type: ignore[arg-type]
            calling.dial(planned(1))
            calling.dial(planned(2))
            await clock.sleep(0)
            await calling.drain(0)
            assert calling.on == 0

    asyncio.run(run())
    assert placing.cancelled == ["drained", "drained"]
