"""A whole run in virtual time: mocks, sample agent and callers in this process, in seconds.

The same server, agent, transport and runner as in a real run, on `fastbusy.virtual`. What depends
on a busy machine (lateness, CPU) is not seen here; everything else repeats exactly.
"""

from __future__ import annotations

import os

from aiohttp import web

from harness.nemesis.mock_control import MockControl
from harness.recorder import Recorder
from harness.runner import run_plan
from kernel.dialogue import Script
from kernel.errors import UsageError
from mocks.brain import Brain
from mocks.provider import Catalogue, load_providers
from mocks.serve import serving
from mocks.service import Service
from mocks.world import Settings, World

from . import samples, virtual
from .env import environment, told_token
from .judging import Judged, judge_folder
from .preparing import Options, Prepared, prepare

_LATENCY_S = 0.0002
"""One-way delay of every connection; loopback takes about as long under load."""
_LIMIT_S = 4 * 3600.0


def rehearse(options: Options) -> Judged:
    """Run a scenario against a sample agent in virtual time. UsageError for any other agent."""
    prepared = prepare(options, os.environ)
    if not prepared.sample:
        raise UsageError(
            f"{prepared.target.webhook.shown} cannot run in virtual time",
            where="--agent",
            remedy="name a sample agent: reference or flawed:FLAW",
        )
    if options.out is None:
        raise UsageError("a rehearsal needs a folder", remedy="give it as out=")
    recorder = Recorder(options.out, prepared.secrets)
    recorder.write_plan(prepared.plan)
    try:
        virtual.run(
            _run(options, prepared, recorder),
            seed=prepared.plan.seed,
            latency_s=_LATENCY_S,
            limit_s=_LIMIT_S,
        )
    finally:
        recorder.close()
    return judge_folder(options.out)


async def _run(options: Options, prepared: Prepared, recorder: Recorder) -> None:
    clock, (host, base) = virtual.VirtualClock(), (options.host, options.port_base)
    port = int(prepared.target.webhook.rpartition(":")[2].partition("/")[0])
    correlate = prepared.target.correlate
    world = World(
        Brain(Script(seed=prepared.plan.seed)),
        seed=prepared.plan.seed,
        settings=Settings(correlate=correlate.header, metadata=correlate.metadata),
    )
    service = Service(Catalogue(load_providers()), world)
    settings = samples.settings(host, port, prepared.target.limit)
    env = told_token(environment(host, base), str(prepared.target.auth_token))
    agent = samples.application(prepared.sample, {**env, **settings})
    async with serving(service, clock, host=host, ports={base: service.catalogue.stages}):
        runner = web.AppRunner(agent, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            await run_plan(
                prepared.plan, prepared.target, clock=clock,
                mocks=[MockControl(f"http://{host}:{base}")], recorder=recorder, keep=options.keep,
            )  # fmt: skip
        finally:
            await runner.cleanup()
