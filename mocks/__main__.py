"""`python -P -m mocks`: the mocked providers as a process of their own."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence

import uvloop

from kernel.clock import SECOND_NS, SystemClock, wall_time_s
from kernel.dialogue import Script
from kernel.errors import FastbusyError, UsageError
from kernel.fault import STAGES, Stage
from kernel.ports import DEFAULT_PORT_BASE, PORT_OFFSETS, port_base
from kernel.roll import seed_of

from .brain import Brain
from .chain import meant
from .latency import latencies
from .provider import Catalogue, load_providers
from .serve import serving
from .serve_shell import Shell
from .service import Service
from .world import Settings, World

OnReady = Callable[[Shell], None]
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
TOKEN = "FASTBUSY_CONTROL_TOKEN"
YOUNG, OLD = (700, 10), 100
"""When garbage is collected: what is young as often as Python does, all of it a tenth as often."""


def ports(
    base: int, stages: Sequence[Stage], *, one_port: bool = False
) -> dict[int, tuple[Stage, ...]]:
    """Port → stages served there: the base port serves all of them, each stage one of its own."""
    own = {base + PORT_OFFSETS[stage]: (stage,) for stage in stages}
    return {base: tuple(stages), **({} if one_port else own)}


def latency_changes(texts: Sequence[str]) -> dict[str, dict[str, str]]:
    """`["llm.first=2s"]` → `{"llm": {"first": "2s"}}`. UsageError if one is not of that form."""
    changes: dict[str, dict[str, str]] = {}
    for text in texts:
        place, equals, value = text.partition("=")
        stage, dot, field = place.partition(".")
        if not equals or not dot:
            raise UsageError(
                f"{text!r} sets no latency", where="--latency", remedy="write llm.first=2s"
            )
        changes.setdefault(stage.strip(), {})[field.strip()] = value.strip()
    return changes


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="mocks", description=__doc__)
    parser.add_argument("stages", nargs="*", metavar="STAGE",
                        help=f"what to serve: {', '.join(STAGES)}, or all")  # fmt: skip
    parser.add_argument("--all", action="store_true", help="serve every stage (the default)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port-base", type=port_base, default=DEFAULT_PORT_BASE,
                        help="serves everything; each stage has a port above it")  # fmt: skip
    parser.add_argument("--one-port", action="store_true", help="serve on the base port only")
    parser.add_argument("--seed", type=seed_of, default=0, help="of every latency and wording")
    parser.add_argument("--instance", type=int, default=0, help="tells processes of a run apart")
    parser.add_argument("--latency", action="append", default=[], metavar="STAGE.FIELD=LATENCY",
                        help="for example llm.first='lognormal(350ms, 800ms)'")  # fmt: skip
    parser.add_argument("--correlate", default="", metavar="HEADER",
                        help="header that says which call a request belongs to")  # fmt: skip
    parser.add_argument("--correlate-metadata", default="", metavar="FIELD",
                        help="field of a request's metadata that says so")  # fmt: skip
    return parser.parse_args(arguments)


def make_service(options: argparse.Namespace, epoch_ns: int) -> Service:
    """The service that the command line asks for. UsageError if it cannot be."""
    stages = () if options.all or "all" in options.stages else tuple(options.stages)
    catalogue = Catalogue(load_providers(stages))
    if unserved := [stage for stage in stages if stage not in catalogue.stages]:
        known = (*Catalogue(load_providers()).stages, "all")
        raise UsageError(
            f"nothing mocks the stage {unserved[0]!r}",
            where="command line",
            remedy=f"choose from {', '.join(known)}{meant(unserved[0], known)}",
        )
    world = World(
        Brain(Script(seed=options.seed)),
        seed=options.seed,
        latency=latencies(latency_changes(options.latency)),
        settings=Settings(correlate=options.correlate, metadata=options.correlate_metadata),
        instance=options.instance,
        epoch_ns=epoch_ns,
    )
    return Service(catalogue, world)


async def serve(options: argparse.Namespace, on_ready: OnReady | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C. `on_ready` is called once every port answers."""
    clock = SystemClock()
    service = make_service(options, round(wall_time_s() * SECOND_NS) - clock.now_ns())
    token = os.environ.get(TOKEN, "")
    if not token and options.host not in _LOOPBACK:
        raise UsageError(
            f"{options.host} lets others in, and the control API has no token",
            where="--host",
            remedy=f"set {TOKEN}, or bind to 127.0.0.1",
        )
    where = ports(options.port_base, service.catalogue.stages, one_port=options.one_port)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with serving(service, clock, host=options.host, ports=where, token=token) as shell:
        # Looking through all that was imported, or that a thousand streams hold, takes longer than
        # a frame may be late.
        gc.freeze()
        gc.set_threshold(*YOUNG, OLD)
        sys.stdout.write(f"mocks ready on http://{options.host}:{options.port_base}\n")
        if on_ready is not None:
            on_ready(shell)
        sys.stdout.flush()
        await stopped.wait()


def run(arguments: Sequence[str], on_ready: OnReady | None = None) -> None:
    """Serve as the command line asks for, until stopped. FastbusyError if it cannot be."""
    uvloop.run(serve(parse(arguments), on_ready))


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when stopped, else that of the error."""
    try:
        run(sys.argv[1:] if arguments is None else arguments)
    except FastbusyError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
