"""A whole run: mocks and agent as child processes, callers in this one, a verdict at the end."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from harness.nemesis.mock_control import MockControl
from harness.progress import Progress
from harness.recorder import Recorder, check_space, point_latest
from harness.runner import run_plan
from kernel.clock import Clock, SystemClock, wall_time_s

from . import samples, shelf, stack
from .env import environment
from .judging import Judged, judge_folder
from .preparing import Options, Prepared, prepare

OnProgress = Callable[[Progress], None]
_CONTROL = "/_fastbusy/health"
# Mocks start as `python -P`, so that a folder of the user's own called `mocks` is not picked up;
# where ours are, they are told.
_MOCKS = (sys.executable, "-P", "-m", "mocks", "all")


async def run_whole(options: Options, on_progress: OnProgress | None = None) -> Judged:
    """Plan, start, run, judge. The run folder is kept and readable whatever happens."""
    prepared = prepare(options, os.environ)
    folder = options.out or new_folder(prepared.plan.scenario)
    check_space(folder, len(prepared.plan.calls), options.keep)
    recorder = Recorder(folder)
    (folder / "command.txt").write_text(reproduce(options, prepared) + "\n")
    point_latest(folder)
    try:
        clock = SystemClock()
        async with surroundings(options, prepared, folder, clock) as mocks:
            await run_plan(
                prepared.plan, prepared.target, clock=clock, mocks=[mocks], recorder=recorder,
                on_progress=on_progress, keep=options.keep,
            )  # fmt: skip
    finally:
        recorder.close()
    return judge_folder(folder)


@asynccontextmanager
async def surroundings(
    options: Options, prepared: Prepared, folder: Path, clock: Clock
) -> AsyncIterator[MockControl]:
    """Mocks and, if it is ours to start, the agent: up and answering, stopped at the end."""
    host, base = options.host, options.port_base
    remedy = "stop what listens there, or choose another --port-base"
    stack.refuse_taken_ports(host, [base], remedy)
    async with AsyncExitStack() as running:

        async def up(name: str, command: list[str] | str, env: Mapping[str, str], url: str) -> None:
            child = await stack.start(name, command, env=env, log=folder / "logs" / f"{name}.log")
            running.push_async_callback(child.stop)
            await child.ready(url, clock)

        mocks = [*_MOCKS, "--host", host, "--port-base", str(base), "--seed"]
        url = f"http://{host}:{base}"
        ours = {"PYTHONPATH": os.pathsep.join([str(shelf.PACKAGES), *_python_path()])}
        await up("mocks", [*mocks, str(prepared.plan.seed)], ours, url + _CONTROL)
        env, webhook = environment(host, base), prepared.target.webhook
        if options.agent_command:
            await up("agent", options.agent_command, env, webhook)
        elif prepared.sample:
            port = int(webhook.rpartition(":")[2].partition("/")[0])
            stack.refuse_taken_ports(host, [port], remedy)
            settings = samples.settings(host, port, prepared.target.limit)
            await up("agent", samples.command(prepared.sample), {**env, **settings}, webhook)
        yield MockControl(url, token=os.environ.get("FASTBUSY_CONTROL_TOKEN", ""))


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
    """The command that repeats this run."""
    words = ["fastbusy", "run", options.scenario, "--seed", str(prepared.plan.seed)]
    agent = options.agent or prepared.sample
    words += ["--agent", agent] if agent else []
    words += ["--agent-command", options.agent_command] if options.agent_command else []
    for profile in options.profiles:
        words += ["--profile", profile]
    return shlex.join(words)


def run_blocking(options: Options, on_progress: OnProgress | None = None) -> Judged:
    """`run_whole` on an event loop of its own. KeyboardInterrupt after everything has healed."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run_whole(options, on_progress))
