"""One call before a run: is the agent wired to caller and mocks?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from kernel import redact
from kernel.clock import Clock, RunClock
from kernel.errors import NotWired
from kernel.event import Event, Type
from kernel.history import History

from .call_log import CallLog
from .callers.manners import Manners
from .media.clips import Clips
from .media.phone import Phone
from .media.wheel import Wheel
from .nemesis.mock_control import MockControl
from .placing import Placing
from .planning.plan import Plan, PlannedCall, Target
from .recorder import Kept, Recorder
from .transports.by_scheme import scheme_of, transport_for
from .transports.schemes import other_scheme
from .transports.switchboard import Switchboard
from .wiring import MissingLink, missing_link

SPAN = "preflight"
ANSWER_WAIT_S = 12.0
DIRECT = ("ws", "wss")
"""Schemes of an agent that is a media stream without a webhook."""
MISTAKEN = ("reset", "no_answer", "garbage", "tls", "http_400", "upgrade_400")
"""How calls end whose URL has the wrong scheme, among others."""
AFTERWARDS_S = 1.0
"""What agent and mocks have after the call to put their last lines into the journals."""


async def preflight(
    plan: Plan, target: Target, *, clock: Clock, mocks: Sequence[MockControl], recorder: Recorder
) -> None:
    """Place one call of the plan and say so much of it that every link is needed once.

    NotWired names the first gap.

    The call is no part of the history: only the event `preflight` is, before the run's time 0, and
    its recording. The mocks are open and have the plan's script.
    """
    run_clock = RunClock(clock)
    for mock in mocks:
        await mock.set_clock(run_clock)
    probe, tool = choose_probe(plan)
    events = await _place(probe, target, plan, run_clock, mocks, recorder)
    await clock.sleep(AFTERWARDS_S)
    stages = {stage for mock in mocks for stage in mock.services}
    for mock in mocks:
        events += await mock.fetch_journal()
    missing = missing_link(History(events), stages if tool else stages - {"tools"}, tool)
    if missing and missing.how in MISTAKEN:
        missing = await _with_scheme(missing, target)
    if missing is None:
        data: dict[str, object] = {"link": "", "remedy": ""}
    else:
        data = {"link": missing.link, "seen": missing.seen, "remedy": missing.remedy}
        data["known_until"] = missing.known_until
    data["untried"] = _untried(target, tool)
    data["without"] = [] if target.dial_out else ["dial_out"]
    type_: Type = "ok" if missing is None else "fail"
    recorder.record(Event(-run_clock.now_ns(), "runner", SPAN, type_, SPAN, "run", data=data))
    if missing:
        recorder.flush()
        raise NotWired(missing.seen, where=f"{missing.link} of the agent", remedy=missing.remedy)


def _untried(target: Target, tool: str) -> dict[str, str]:
    """Links that this call had no use for, each with the reason."""
    untried = {} if tool else {"tools": "the dialogue asks for none"}
    if scheme_of(target.webhook) in DIRECT:
        untried["webhook"] = "there is none: the stream is dialled itself"
    return untried


async def _with_scheme(missing: MissingLink, target: Target) -> MissingLink:
    """With another remedy, if it speaks TLS where its URL says plain HTTP, or the reverse."""
    direct = scheme_of(target.webhook) in DIRECT
    url = target.webhook if missing.link == "webhook" or direct else target.stream
    other = await other_scheme(url, target.connect_to)
    if not other:
        return missing
    shown = redact.url(url)
    remedy = f"its port speaks {other}: write {other}{shown[shown.index(':') :]}"
    return replace(missing, remedy=remedy)


def choose_probe(plan: Plan) -> tuple[PlannedCall, str]:
    """Nobody's call: number 0, which no planned call has. And the tool that it has called, if any.

    It is the first call whose task wants a tool that answered, up to the line that has one called;
    if there is none, the first line of the first call.
    """
    for call in plan.calls:
        dialogue = plan.dialogues.get(call.dialogue)
        if dialogue and dialogue.done.tool_ok:
            calls = {number: each.call for number, each in dialogue.replies.items() if each.call}
            first = min(calls, default=1)
            return _lines(call, first), calls[first].name if calls else ""
    return _lines(plan.calls[0], 1), ""


def _lines(call: PlannedCall, count: int) -> PlannedCall:
    lines = call.lines[:count]
    return msgspec.structs.replace(
        call, span=SPAN, number=0, due_ns=0, lines=lines, behaviours=(), redials=()
    )


async def _place(
    call: PlannedCall,
    target: Target,
    plan: Plan,
    clock: Clock,
    mocks: Sequence[MockControl],
    recorder: Recorder,
) -> list[Event]:
    events: list[Event] = []

    def keep(_: CallLog, phone: Phone) -> Kept:
        return recorder.keep_recording(SPAN, phone.said, phone.heard)

    async with (
        Switchboard(mocks, clock, events.append) as network,
        transport_for(target, clock, seed=plan.seed, network=network) as transport,
    ):
        wheel = Wheel(clock)
        # The only line of this call is no goodbye: its answer is what matters.
        manners = Manners(goodbye_wait_s=ANSWER_WAIT_S)
        clips = Clips.read(target.clips)
        placing = Placing(
            transport, wheel, clock, events.append, manners, keep, plan.dialogues, clips=clips
        )
        async with asyncio.TaskGroup() as group:
            turning = group.create_task(wheel.run())
            await placing.place(call)
            turning.cancel()
    return events
