"""The one loop in which plan, callers, nemesis and recorder meet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from kernel.clock import SECOND_NS, Clock, RunClock, cpu_ns, wall_time_s
from kernel.errors import StackError
from kernel.timeline import Timeline

from .analysis.fates import Fate
from .call_log import CallLog
from .callers.manners import Manners
from .calling import Calling
from .media.clips import Clips
from .media.phone import Phone
from .media.voicing import voice_ahead
from .media.wheel import Wheel
from .nemesis.mock_control import MockControl
from .nemesis.nemesis import Nemesis
from .placing import Placing
from .planning.plan import Plan, PlannedFault, PlannedPhase, Target
from .preflight import preflight as place_preflight
from .recorder import Keep, Kept, Recorder, keeps
from .run_log import RunLog
from .transports.by_scheme import transport_for
from .transports.link import Transport
from .transports.switchboard import Switchboard

SAMPLE_EVERY_S = 5
SETTLE_S = 16.0
"""Provider work that outlives its call by 15 s is an orphan: so long the mocks are watched."""
END_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Progress:
    """A glance at a run.

    phase    the one that is on; empty while the last calls end
    dialled  of `planned` calls
    talking  calls that are up; ringing are those that wait for the agent's webhook or stream
    over     fate of the calls that are over, as far as each call alone shows → how many
    faults   names of those that are on
    """

    elapsed_s: float
    total_s: float
    phase: str
    planned: int
    dialled: int
    ringing: int
    talking: int
    over: Mapping[Fate, int]
    faults: tuple[str, ...]


Act = Callable[[], None]
OnProgress = Callable[[Progress], None]


async def run_plan(
    plan: Plan,
    target: Target,
    *,
    clock: Clock,
    mocks: Sequence[MockControl],
    recorder: Recorder,
    on_progress: OnProgress | None = None,
    keep: Keep = "failed",
    preflight: bool = True,
) -> None:
    """Carry out a plan. What happens is in the recorder's folder; it returns when all is over.

    Cancelling it ends the calls, heals the faults, completes the history and then raises; the
    message of the cancellation is the reason that stands there. NotWired if the preflight fails.
    """
    try:
        await voice_ahead(plan.calls, clock)
        for mock in mocks:
            await mock.prepare(plan)
        if preflight:
            await place_preflight(plan, target, clock=clock, mocks=mocks, recorder=recorder)
            for mock in mocks:
                await mock.prepare(plan)
        run_clock = RunClock(clock)
        for mock in mocks:
            await mock.set_clock(run_clock)
        async with (
            Switchboard(mocks, run_clock, recorder.record) as network,
            transport_for(target, run_clock, seed=plan.seed, network=network) as transport,
        ):
            run = _Run(plan, target, run_clock, mocks, recorder, transport, keep, on_progress)
            await run.conduct()
    finally:
        recorder.flush()
        for mock in mocks:
            await mock.close()


class _Run:
    def __init__(
        self,
        plan: Plan,
        target: Target,
        clock: RunClock,
        mocks: Sequence[MockControl],
        recorder: Recorder,
        transport: Transport,
        keep: Keep,
        on_progress: OnProgress | None,
    ) -> None:
        self._plan, self._clock, self._mocks = plan, clock, mocks
        self._recorder, self._keep_policy, self._on_progress = recorder, keep, on_progress
        self._recordings = 0
        self._log = RunLog(plan, target, recorder.record)
        self._nemesis = Nemesis(mocks, clock, recorder.record)
        self._wheel = Wheel(clock)
        self._group = asyncio.TaskGroup()
        placing = Placing(
            transport, self._wheel, clock, recorder.record, Manners(), self._keep_recording,
            plan.dialogues, clips=Clips.read(target.clips),
        )  # fmt: skip
        self._calling = Calling(placing, clock, plan.phases, self._group)

    async def conduct(self) -> None:
        """From the first phase to the healing of the last fault."""
        self._log.begin(self._clock.now_ns(), cpu_ns(), self._keep_policy, wall_time_s())
        reason = "interrupted"
        try:
            async with self._group:
                housekeeping = [
                    self._group.create_task(self._wheel.run()),
                    self._group.create_task(self._keep_house()),
                ]
                await self._follow(self._agenda())
                await self._calling.drain(self._plan.drain_s)
                for task in housekeeping:
                    task.cancel()
            await self._settle()
            reason = ""
        except asyncio.CancelledError as cancelled:
            reason = str(cancelled.args[0]) if cancelled.args else reason
            raise
        except BaseExceptionGroup as group:
            reason = f"broken: {group.exceptions[0]}"
            raise group.exceptions[0] from None
        finally:
            await self._finish(reason)

    def _agenda(self) -> Timeline:
        """Everything of the plan. Where instants are equal, what ends comes before what begins."""
        plan, acts = self._plan, list[tuple[int, Act]]()
        acts += [(phase.until_ns, partial(self._end_phase, phase)) for phase in plan.phases]
        acts += [(fault.heal_at_ns, partial(self._heal, fault)) for fault in plan.faults]
        acts += [(phase.from_ns, partial(self._begin_phase, phase)) for phase in plan.phases]
        acts += [(fault.apply_at_ns, partial(self._apply, fault)) for fault in plan.faults]
        acts += [(call.due_ns, partial(self._calling.dial, call)) for call in plan.calls]
        agenda = Timeline()
        for order, (due_ns, act) in enumerate(acts):
            agenda.add(order, act, due_ns)
        return agenda

    async def _follow(self, agenda: Timeline) -> None:
        """Everything at its time; nothing here waits for anything else."""
        while (wake_ns := agenda.next_wake()) is not None:
            await self._clock.sleep_until(wake_ns)
            for _, act, _ in agenda.due(self._clock.now_ns()):
                act()

    def _begin_phase(self, phase: PlannedPhase) -> None:
        self._log.begin_phase(phase, self._clock.now_ns())

    def _end_phase(self, phase: PlannedPhase) -> None:
        self._log.end_phase(phase, self._clock.now_ns())

    def _apply(self, fault: PlannedFault) -> None:
        self._group.create_task(self._nemesis.apply(fault))

    def _heal(self, fault: PlannedFault) -> None:
        self._group.create_task(self._nemesis.heal(fault.order.label))

    def _keep_recording(self, log: CallLog, phone: Phone) -> Kept:
        failed = log.over is None or log.over.type != "ok"
        if not keeps(self._keep_policy, failed=failed, kept=self._recordings):
            return "unwanted"
        became = self._recorder.keep_recording(log.call.span, phone.said, phone.heard)
        self._recordings += became == "kept"
        return became

    async def _settle(self) -> None:
        """Watch what the agent leaves behind at its providers."""
        until_ns = self._clock.now_ns() + round(SETTLE_S * SECOND_NS)
        while self._clock.now_ns() < until_ns and await self._unfinished():
            await self._clock.sleep(0.5)
            await self._nemesis.fetch_journals()

    async def _unfinished(self) -> int:
        try:
            healths = [await mock.health() for mock in self._mocks]
        except StackError as error:
            self._nemesis.troubles.append(str(error))
            return 0
        return sum(health.live.get("sockets", 0) + health.live.get("work", 0) for health in healths)

    async def _keep_house(self) -> None:
        """Every second what was recorded goes to disk; every five the instrument is looked at."""
        second = 0
        await self._nemesis.renew()
        while True:
            second += 1
            await self._clock.sleep_until(second * SECOND_NS)
            self._recorder.flush()
            self._show_progress()
            if second % SAMPLE_EVERY_S == 0:
                self._sample()
                await self._nemesis.renew()
                await self._nemesis.fetch_journals()

    def _sample(self) -> None:
        self._log.sample(self._wheel.lateness.sample(), self._clock.now_ns(), cpu_ns())

    def _show_progress(self) -> None:
        if self._on_progress is None:
            return
        talking = self._wheel.live
        self._on_progress(
            Progress(
                elapsed_s=self._clock.now_ns() / SECOND_NS,
                total_s=max((phase.until_ns for phase in self._plan.phases), default=0) / SECOND_NS,
                phase=self._log.phase,
                planned=len(self._plan.calls),
                dialled=self._calling.dialled,
                ringing=self._calling.on - talking,
                talking=talking,
                over=dict(self._calling.over),
                faults=self._nemesis.active,
            )
        )

    async def _finish(self, reason: str) -> None:
        """Heal, complete the history and write it, whatever has happened."""
        self._sample()
        complete = False
        try:
            async with asyncio.timeout(END_LIMIT_S):
                await self._nemesis.heal_all()
                complete = await self._nemesis.fetch_journals()
        except TimeoutError:
            self._nemesis.troubles.append(f"the mocks did not answer within {END_LIMIT_S:g} s")
        finally:
            self._tell_end(reason, complete=complete)

    def _tell_end(self, reason: str, *, complete: bool) -> None:
        lost = sum(mock.lost for mock in self._mocks)
        data = {
            "complete": complete and not lost and not self._recorder.lost_lines,
            "clocks": {
                mock.url: {"offset_ns": mock.offset_ns, "uncertainty_ns": mock.uncertainty_ns}
                for mock in self._mocks
            },
            "journal_lost": lost,
            "troubles": [*self._nemesis.troubles, *self._recorder.errors],
            "recordings": self._recordings,
            "words_lost": self._recorder.lost_words,
        }
        self._log.end(reason, self._clock.now_ns(), data)
        self._show_progress()
