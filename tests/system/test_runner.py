import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from harness.nemesis.mock_control import MockControl
from harness.planning.plan import Plan, PlannedCall, PlannedFault, PlannedPhase, Target
from harness.recorder import Recorder
from harness.runner import Progress, run_plan
from kernel.clock import SystemClock
from kernel.dialogue import Dialogue, Line, Script
from kernel.errors import NotWired
from kernel.event import Event, from_lines
from kernel.fault import FaultOrder
from kernel.history import History
from kernel.units import Share
from speech.wav import read_wav

from .calls import planned
from .mock_stub import MockStub
from .scripted_agent import Line as AgentLine
from .scripted_agent import ScriptedAgent

pytestmark = pytest.mark.system

S = 1_000_000_000
BOOK = Dialogue("book", (Line("Bye."),))


def plan(calls: Sequence[PlannedCall], *, until_s: float = 2.0, **changes: Any) -> Plan:
    until_ns = round(until_s * S)
    order = FaultOrder(label="f", kind="rate_limit", target="llm", share=Share(0.5))
    fields: dict[str, Any] = {
        "scenario": "demo",
        "why": "a test",
        "seed": 7,
        "phases": (
            PlannedPhase("baseline", 0, False, 0, S),
            PlannedPhase("surge", 1, False, S, until_ns),
        ),
        "calls": tuple(calls),
        "faults": (PlannedFault(order, "LLM throttles", "#cc0000", S // 2, 3 * S // 2),),
        "script": Script((BOOK,), 7),
        "dialogues": {"book": BOOK},
        "latency": {"llm": {"first": "300ms"}},
        "drain_s": 20.0,
    }
    return Plan(**{**fields, **changes})


def read(folder: Path) -> History:
    return History(from_lines((folder / "events.jsonl").read_bytes().splitlines()))


async def carry_out(
    what: Plan,
    agent: ScriptedAgent,
    stub: MockStub,
    folder: Path,
    *,
    stop_after_s: float | None = None,
    **settings: Any,
) -> History:
    recorder = Recorder(folder)
    recorder.write_plan(what)
    async with agent.serving() as url, stub.serving() as mock_url:
        running = asyncio.create_task(
            run_plan(
                what,
                Target(webhook=url),
                clock=SystemClock(),
                mocks=[MockControl(mock_url)],
                recorder=recorder,
                **{"preflight": False, **settings},
            )
        )
        try:
            if stop_after_s is not None:
                await asyncio.sleep(stop_after_s)
                running.cancel("the tester has seen enough")
            async with asyncio.timeout(60):
                await running
        finally:
            recorder.close()
    return read(folder)


def calls_at(*due_s: float, phase: str = "baseline") -> list[PlannedCall]:
    return [
        msgspec.structs.replace(planned(number, "Bye."), due_ns=round(at_s * S), phase=phase)
        for number, at_s in enumerate(due_s, start=1)
    ]


def test_a_whole_run_leaves_a_folder_that_tells_all(tmp_path: Path) -> None:
    stub, agent, seen = MockStub(), ScriptedAgent(), list[Progress]()
    stub.live = {"sockets": 0, "work": 0, "faults": 1}
    history = asyncio.run(
        carry_out(
            plan(calls_at(0.1, 0.2, 1.2)),
            agent,
            stub,
            tmp_path,
            keep="all",
            on_progress=seen.append,
        )
    )
    assert [call.how for call in history.calls] == ["completed"] * 3
    assert history.interrupted == ""
    for call in history.calls:
        assert 0 <= call.dialled_ns - call.due_ns < S // 5
        assert call.answered_ns is not None
        assert call.media["frames_sent"] > 100
    assert [(phase.name, phase.index) for phase in history.phases] == [
        ("baseline", 0),
        ("surge", 1),
    ]
    (fault,) = history.faults
    assert fault.until_ns is not None
    assert abs(fault.from_ns - S // 2) < S // 5
    assert abs(fault.until_ns - 3 * S // 2) < S // 5
    assert (fault.bites, fault.identities) == (3, 2)
    run = history.run
    assert (run["scenario"], run["seed"]) == ("demo", 7)
    assert run["dialogues"]["book"]["caller"] == [
        {"say": "Bye.", "dtmf": "", "pause": None, "behaviours": {}}
    ]
    assert stub.script == Script((BOOK,), 7)
    assert stub.latency == {"llm": {"first": "300ms"}}
    assert stub.leases
    assert stub.faults == {}
    samples = history.of_kind("instrument")
    assert sum(event.data["sent"] for event in samples) == sum(
        call.media["frames_sent"] for call in history.calls
    )
    assert sorted(path.name for path in (tmp_path / "recordings").iterdir()) == [
        "c0001.wav",
        "c0002.wav",
        "c0003.wav",
    ]
    samples_, rate_hz = read_wav(tmp_path / "recordings" / "c0001.wav")
    assert (rate_hz, samples_.shape[1]) == (8000, 2)
    assert b'"Hello."' in (tmp_path / "transcripts.jsonl").read_bytes()
    assert msgspec.json.decode((tmp_path / "plan.json").read_bytes())["scenario"] == "demo"
    assert seen[-1].over == {"served": 3}
    assert (seen[-1].planned, seen[-1].dialled, seen[-1].talking, seen[-1].ringing) == (3, 3, 0, 0)
    assert any(progress.faults == ("LLM throttles",) for progress in seen)


def test_journals_are_in_the_history_in_its_time(tmp_path: Path) -> None:
    stub = MockStub()

    async def script(line: AgentLine) -> None:
        stub.events.append(Event(stub.now_ns(), "mock.llm", "work", "invoke", "llm-w1"))
        await line.say("Hello.")
        await line.turn()
        stub.events.append(Event(stub.now_ns(), "mock.llm", "work", "ok", "llm-w1"))
        await line.say("Bye.")
        await line.stopped.wait()

    history = asyncio.run(carry_out(plan(calls_at(0.1)), ScriptedAgent(script), stub, tmp_path))
    (work,) = history.work
    (call,) = history.calls
    assert call.answered_ns is not None
    assert abs(work.from_at_ns - call.answered_ns) < S // 5
    assert work.type == "ok"
    closing = history.of_kind("run")[-1].data
    (clock,) = closing["clocks"].values()
    assert clock["uncertainty_ns"] < S // 5
    assert closing["troubles"] == []


def test_a_cancelled_run_heals_ends_its_calls_and_says_why(tmp_path: Path) -> None:
    async def silent(line: AgentLine) -> None:
        await line.stopped.wait()

    stub, agent = MockStub(), ScriptedAgent(silent)
    what = plan(calls_at(0.0, 0.1, 30.0), until_s=40.0, faults=())
    order = FaultOrder(label="f", kind="rate_limit", target="llm")
    what = msgspec.structs.replace(
        what, faults=(PlannedFault(order, "LLM throttles", "#cc0000", 0, 30 * S),)
    )
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(carry_out(what, agent, stub, tmp_path, stop_after_s=0.8))
    history = read(tmp_path)
    assert [(call.how, call.ended_by) for call in history.calls] == [("stopped", "us")] * 2
    assert history.interrupted == "the tester has seen enough"
    assert stub.faults == {}
    assert history.faults[0].until_ns is not None
    assert all(line.stopped.is_set() for line in agent.lines)
    phase = history.of_kind("phase")[-1]
    assert phase.type == "info"


def test_calls_that_do_not_end_are_ended_when_the_drain_is_over(tmp_path: Path) -> None:
    async def endless(line: AgentLine) -> None:
        while True:
            await line.say("One moment, please.")
            await asyncio.sleep(1.5)

    what = plan(calls_at(0.0), until_s=1.2, drain_s=0.5)
    history = asyncio.run(carry_out(what, ScriptedAgent(endless), MockStub(), tmp_path))
    (call,) = history.calls
    assert (call.type, call.how, call.ended_by) == ("info", "drained", "us")
    assert history.interrupted == ""


def test_a_slow_call_delays_no_other(tmp_path: Path) -> None:
    agent = ScriptedAgent()

    async def slow(request: Any) -> Any:
        if len(agent.forms) == 1:
            await asyncio.sleep(1.5)
        return agent.xml('<Reject reason="busy"/>')

    agent.webhook = slow
    due_s = [0.1 * number for number in range(10)]
    history = asyncio.run(carry_out(plan(calls_at(*due_s)), agent, MockStub(), tmp_path))
    assert [call.how for call in history.calls] == ["reject"] * 10
    assert all(call.dialled_ns - call.due_ns < S // 5 for call in history.calls)
    ends = [call.ended_ns - call.dialled_ns for call in history.calls]
    assert ends[0] > S
    assert max(ends[1:]) < S


def test_a_mock_that_dies_is_a_trouble_and_the_run_goes_on(tmp_path: Path) -> None:
    stub = MockStub()
    stub.broken = {"lease", "journal", "faults"}
    history = asyncio.run(carry_out(plan(calls_at(0.1)), ScriptedAgent(), stub, tmp_path))
    (call,) = history.calls
    assert call.how == "completed"
    troubles = history.of_kind("run")[-1].data["troubles"]
    assert any("HTTP 500" in trouble for trouble in troubles)
    assert history.of_kind("fault")[-1].type == "info"


def test_an_agent_that_leaves_work_behind_is_watched(tmp_path: Path) -> None:
    stub = MockStub()
    stub.live = {"sockets": 1, "work": 0, "faults": 0}

    async def script(line: AgentLine) -> None:
        await line.say("Hello.")
        await line.stopped.wait()

        async def let_go() -> None:
            await asyncio.sleep(1.0)
            stub.live = {"sockets": 0, "work": 0, "faults": 0}

        stub.letting_go = asyncio.create_task(let_go())  # type: ignore[attr-defined]

    history = asyncio.run(carry_out(plan(calls_at(0.0)), ScriptedAgent(script), stub, tmp_path))
    (call,) = history.calls
    assert 0.5 * S < history.end_ns - call.ended_ns < 5 * S


def test_an_agent_that_is_not_wired_is_not_run(tmp_path: Path) -> None:
    agent = ScriptedAgent()

    async def forbid(_: Any) -> Any:
        return web.Response(status=403)

    agent.webhook = forbid
    with pytest.raises(NotWired, match="http_403"):
        asyncio.run(carry_out(plan(calls_at(0.1)), agent, MockStub(), tmp_path, preflight=True))
    assert [event.kind for event in read(tmp_path).events] == ["preflight"]
    assert len(agent.forms) == 1
