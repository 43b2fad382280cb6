"""A whole run: mocks and agent around it, callers in this process, a verdict at the end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientSession

from harness.nemesis.mock_control import MockControl
from harness.planning.plan import Plan
from harness.planning.reach import Address
from harness.recorder import Recorder, check_space, point_latest
from harness.run_log import tell_without_calls
from harness.runner import Progress, run_plan
from harness.transports.connection import open_session
from kernel import redact
from kernel.clock import Clock, SystemClock, wall_time_s
from kernel.errors import FastbusyError, NotWired, StackError, UsageError
from kernel.ports import PORT_OFFSETS

from . import catalogue, external, logs, samples, shelf, stack
from .env import environment, told_token
from .judging import Judged, judge_folder
from .preparing import Options, Prepared, prepare

OnProgress = Callable[[Progress], None]
_CONTROL = "/_fastbusy/health"
_ELSEWHERE = "stop what listens there, or choose another --port-base"
# Mocks start as `python -P`, so that a folder of the user's own called `mocks` is not picked up;
# where ours are, they are told.
_MOCKS = (sys.executable, "-P", "-m", "mocks", "all")


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, SIGTERM or SIGHUP. Faults are healed, children gone; `judged` is what came of it."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        super().__init__(judged.history.interrupted)


def run_blocking(
    options: Options,
    on_progress: OnProgress | None = None,
    on_start: Callable[[Plan], None] = lambda plan: None,
) -> Judged:
    """Plan, start, run, stop, judge. The run folder is kept and readable whatever happens.

    `on_start` is called once files and options are known to be right. Interrupted if that was so; a
    second Ctrl-C does without the farewells. FastbusyError as `fastbusy.run` tells it; what was
    recorded until then is judged all the same, and its notes say where that is.
    """
    import uvloop

    prepared = prepare(options, os.environ)
    folder = _make_room(options, prepared)
    on_start(prepared.plan)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_interruptible(_run(options, prepared, folder, on_progress)))
    except asyncio.CancelledError:
        raise Interrupted(_judge(folder)) from None
    except Exception as error:
        with contextlib.suppress(FastbusyError):
            _judge(folder)
            for note in _kept(folder):
                error.add_note(note)
        raise
    return _judge(folder)


def _judge(folder: Path) -> Judged:
    """The verdict. `latest` points to it if there was a call: a failed start hides no run."""
    judged = judge_folder(folder)
    if judged.history.calls:
        point_latest(folder)
    return judged


def _kept(folder: Path) -> Iterator[str]:
    """Where to look after a failure."""
    yield f"run folder: {folder}"
    if (log := logs.log(folder, "agent")).exists():
        yield f"agent's log: {log}"


def _make_room(options: Options, prepared: Prepared) -> Path:
    """The run folder's place. UsageError if a run is there or it cannot be made, StackError if the
    disk is too full."""
    folder = options.out or new_folder(prepared.plan.scenario)
    if os.path.exists(folder / "events.jsonl"):
        raise UsageError(
            "this folder holds a run already", where=f"--out {folder}", remedy="name another folder"
        )
    check_space(folder, len(prepared.plan.calls), options.keep)
    return folder


async def _interruptible(run: Coroutine[Any, Any, None]) -> None:
    """Every Ctrl-C, SIGTERM or SIGHUP cancels what is going on, and says so; the clean-up stays."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # A shell's background job ignores Ctrl-C, one of nohup's the end of its terminal.
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, task.cancel, f"interrupted by {number.name}")
    await run


async def _run(
    options: Options, prepared: Prepared, folder: Path, on_progress: OnProgress | None
) -> None:
    plan, target, clock = prepared.plan, prepared.target, SystemClock()
    with closing(Recorder(folder, prepared.secrets)) as recorder:
        recorder.write_plan(plan)
        recorder.write_command(reproduce(options, prepared))
        try:
            async with surroundings(options, prepared, folder, clock) as mocks:
                await run_plan(
                    plan, target, clock=clock, mocks=mocks, recorder=recorder,
                    on_progress=on_progress, keep=options.keep,
                )  # fmt: skip
        except BaseException as error:
            if not recorder.ended:
                tell_without_calls(
                    plan, target, recorder.record, keep=options.keep, started_s=wall_time_s(),
                    reason=str(error),
                )  # fmt: skip
            raise


@asynccontextmanager
async def surroundings(
    options: Options, prepared: Prepared, folder: Path, clock: Clock
) -> AsyncIterator[Sequence[MockControl]]:
    """Mocks and, if it is ours to start, the agent: up and answering. What is ours is stopped at
    the end.

    Neither what they write nor an error in between tells the target's secrets.
    """
    try:
        async with _surroundings(options, prepared, folder, clock) as mocks:
            yield mocks
    except FastbusyError as error:
        error.reword(prepared.secrets.conceal)
        raise
    finally:
        logs.conceal(folder, prepared.secrets)


@asynccontextmanager
async def _surroundings(
    options: Options, prepared: Prepared, folder: Path, clock: Clock
) -> AsyncIterator[Sequence[MockControl]]:
    async with AsyncExitStack() as running:

        async def up(
            name: str, command: list[str] | str, env: Mapping[str, str], url: str,
            failure: type[FastbusyError] = StackError,
            open_session: stack.OpenSession = ClientSession, at: Address | None = None,
        ) -> stack.Child:  # fmt: skip
            child = await stack.start(
                name, command, env=env, log=logs.log(folder, name), failure=failure
            )
            running.push_async_callback(child.stop)
            await child.ready(url, clock, open_session=open_session, at=at)
            return child

        host, target, webhook = options.host, prepared.target, str(prepared.target.webhook)
        token = os.environ.get("FASTBUSY_CONTROL_TOKEN", "")
        if options.mocks:
            mocks = await running.enter_async_context(external.found(options.mocks, token))
            env = external.environment_of(mocks)
        else:
            url = f"http://{host}:{options.port_base}"
            stack.refuse_taken_ports(host, _ports(options.port_base), _ELSEWHERE)
            served = await up("mocks", *_our_mocks(options, prepared), url + _CONTROL)
            await running.enter_async_context(served.needed())
            mocks = [MockControl(url, token=token)]
            env = environment(host, options.port_base)
        env = told_token(env, str(target.auth_token))
        if prepared.command:
            stack.refuse_strangers(webhook, target.connect_to)
            session = partial(open_session, target)
            at = target.connect_to
            await up("agent", prepared.command, env, webhook, NotWired, session, at)
        elif prepared.sample:
            port = urlsplit(webhook).port or 0
            stack.refuse_taken_ports(host, [port], _ELSEWHERE)
            settings = samples.settings(host, port, target.limit)
            await up("agent", samples.command(prepared.sample), {**env, **settings}, webhook)
        yield mocks


def _our_mocks(options: Options, prepared: Prepared) -> tuple[list[str], dict[str, str]]:
    """The command that starts them, and its environment."""
    correlate = prepared.target.correlate
    words = [
        *_MOCKS, "--host", options.host, "--port-base", str(options.port_base),
        "--seed", str(prepared.plan.seed),
        "--correlate", correlate.header, "--correlate-metadata", correlate.metadata,
    ]  # fmt: skip
    return words, {"PYTHONPATH": os.pathsep.join([str(shelf.PACKAGES), *_python_path()])}


def _ports(base: int) -> list[int]:
    """Where the mocks are going to listen."""
    return [base, *(base + PORT_OFFSETS[stage] for stage in catalogue.stages())]


def _python_path() -> list[str]:
    given = os.environ.get("PYTHONPATH", "")
    return given.split(os.pathsep) if given else []


def new_folder(scenario: str, runs: Path = Path("runs")) -> Path:
    """`runs/SCENARIO-TIME`, with a number behind it if that exists."""
    started = datetime.fromtimestamp(wall_time_s(), UTC).strftime("%Y%m%d-%H%M%S")
    wanted = runs / f"{scenario}-{started}"
    folder, again = wanted, 1
    while folder.exists():
        again += 1
        folder = wanted.with_name(f"{wanted.name}-{again}")
    return folder


def reproduce(options: Options, prepared: Prepared) -> str:
    """The command that repeats this run, from the folder that it was started in.

    What it says by default is not left to the environment of whoever repeats it; secrets are.
    """
    words = ["fastbusy", "run", options.scenario, "--seed", str(prepared.plan.seed)]
    agent = options.agent or prepared.sample
    words += ["--agent", redact.url(agent)] if agent else []
    if options.agent_command:
        words += ["--agent-command", redact.command(options.agent_command)]
    words += options.aim.words
    for profile in options.profiles:
        words += ["--profile", profile]
    if options.mocks:
        words += ["--stack", "external", "--mocks", ",".join(map(redact.url, options.mocks))]
    words += ["--host", options.host, "--port-base", str(options.port_base), "--keep", options.keep]
    return shlex.join(words)
