"""Is an agent wired to callers and mocks? One call through every link, without a run."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, NamedTuple

from harness.preflight import preflight
from harness.recorder import Recorder
from harness.wiring import LINKS
from kernel.clock import SystemClock
from kernel.errors import NotWired

from .judging import read_history
from .preparing import Options, prepare
from .whole import new_folder, surroundings


class LinkFound(NamedTuple):
    """One link on the way from the caller through agent and mocks and back.

    state   whether it is there; behind a missing link nothing is known
    told    what is true of it, or what was seen in its place
    """

    name: str
    state: Literal["there", "missing", "unknown"]
    told: str
    remedy: str = ""


class Wiring(NamedTuple):
    """What one call found. `folder` holds its recording and the logs of mocks and agent."""

    links: tuple[LinkFound, ...]
    folder: Path

    @property
    def whole(self) -> bool:
        return not any(link.state == "missing" for link in self.links)


def check_wiring(options: Options) -> Wiring:
    """Start what a run would start, place the preflight call, stop everything again.

    UsageError or StackError if it does not come to the call.
    """
    folder = options.out or new_folder("doctor")
    asyncio.run(_call(options, folder))
    event = read_history(folder).of_kind("preflight")[-1]
    return Wiring(tuple(links(event.data)), folder)


def links(told: dict[str, Any]) -> Iterator[LinkFound]:
    """All links in their order, from the data of the event `preflight`."""
    missing, last_known = told["link"], told.get("known_until", "")
    untried = told.get("untried", {})
    reached = True
    for name, true in LINKS.items():
        if name in told.get("without", ()):
            continue
        if name == missing:
            reached = False
            yield LinkFound(name, "missing", told["seen"], told["remedy"])
        elif not reached:
            yield LinkFound(name, "unknown", "not reached")
        elif name in untried:
            yield LinkFound(name, "unknown", untried[name])
        else:
            yield LinkFound(name, "there", true)
        reached = reached and name != last_known


async def _call(options: Options, folder: Path) -> None:
    prepared, clock = prepare(options, os.environ), SystemClock()
    recorder = Recorder(folder, prepared.secrets)
    try:
        async with surroundings(options, prepared, folder, clock) as mocks:
            try:
                for mock in mocks:
                    await mock.prepare(prepared.plan)
                # What is missing stands in the event.
                with suppress(NotWired):
                    await preflight(
                        prepared.plan, prepared.target, clock=clock, mocks=mocks,
                        recorder=recorder,
                    )  # fmt: skip
            finally:
                for mock in mocks:
                    await mock.close()
    finally:
        recorder.close()
