"""Mocks that somebody else has started: found by their URLs, used, and left running."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import combinations

from harness.nemesis.mock_control import MockControl
from kernel.errors import UsageError
from kernel.fault import Stage

from .env import environment_at


@asynccontextmanager
async def found(urls: Sequence[str], token: str) -> AsyncIterator[Sequence[MockControl]]:
    """The mocks at these origins, open. StackError if one does not answer, UsageError if two of
    them cannot be used together."""
    async with AsyncExitStack() as opened:
        mocks = [MockControl(url, token=token) for url in urls]
        for mock in mocks:
            opened.push_async_callback(mock.close)
            await mock.open()
        refuse_twins(mocks)
        yield mocks


def refuse_twins(mocks: Sequence[MockControl]) -> None:
    """UsageError if two of them are one process or serve the same stage. The mocks are open.

    What one journal tells twice, or two journals tell by the same names, is not two things.
    """
    for one, other in combinations(mocks, 2):
        both = sorted({*one.services} & {*other.services})
        if one.process and one.process == other.process:
            told, remedy = "are ports of one process", "name one of them; its base port serves all"
        elif both:
            told, remedy = f"both serve {', '.join(both)}", "name one mock for each stage"
        else:
            continue
        raise UsageError(f"{one.url} and {other.url} {told}", where="--mocks", remedy=remedy)


def environment_of(mocks: Sequence[MockControl]) -> dict[str, str]:
    """What points an agent at them. The mocks are open.

    A provider whose stage none of them serves is at the first, which will say so: nothing leaves
    for the real one.
    """

    def origin(stage: Stage) -> str:
        return next((mock for mock in mocks if mock.serves(stage)), mocks[0]).url

    return environment_at(origin)
