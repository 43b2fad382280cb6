import asyncio

import pytest

from flaws.detached import detached
from tests.agents.jumping import now, run


async def work(done: list[float], fails: bool = False) -> str:
    await asyncio.sleep(5)
    done.append(now())
    if fails:
        raise ValueError("broken")
    return "done"


def test_it_gives_what_the_work_gives() -> None:
    assert run(detached(work([]))) == "done"
    with pytest.raises(ValueError, match="broken"):
        run(detached(work([], fails=True)))


@pytest.mark.parametrize("fails", [False, True])
def test_the_work_outlives_who_waits_for_it(fails: bool) -> None:
    done: list[float] = []

    async def main() -> None:
        waiting = asyncio.create_task(detached(work(done, fails)))
        await asyncio.sleep(1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.sleep(9)

    run(main())
    assert done == [5]
