import asyncio

import pytest

from desk.tasks import meanwhile, together
from tests.agents.jumping import now, run


async def fail_after(delay_s: float) -> None:
    await asyncio.sleep(delay_s)
    raise ValueError(delay_s)


def test_work_beside_a_body_ends_with_it() -> None:
    async def main() -> None:
        async with meanwhile(asyncio.sleep(100)):
            await asyncio.sleep(1)
        assert now() == 1
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main())


def test_a_bug_beside_a_body_does_not_stay_hidden() -> None:
    async def main() -> None:
        async with meanwhile(fail_after(1)):
            await asyncio.sleep(2)

    with pytest.raises(ValueError, match="1"):
        run(main())


def test_together_ends_with_the_last() -> None:
    async def main() -> None:
        await together(asyncio.sleep(1), asyncio.sleep(3))
        assert now() == 3

    run(main())


def test_together_ends_with_the_first_failure() -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="2"):
            await together(asyncio.sleep(100), fail_after(2), fail_after(50))
        assert now() == 2
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main())


def test_cancelled_together_leaves_nothing() -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await together(asyncio.sleep(100), asyncio.sleep(100))
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main())
