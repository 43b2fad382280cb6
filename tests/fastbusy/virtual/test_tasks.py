"""Tasks hash and are named by number; a description says where they wait."""

import asyncio

from fastbusy.virtual import run
from fastbusy.virtual.tasks import SHOWN, describe


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


def _iteration_order() -> list[str]:
    async def main() -> list[str]:
        tasks = {asyncio.create_task(_wait(asyncio.Event())) for _ in range(50)}
        return [task.get_name() for task in tasks]

    return run(main(), seed=1)


def test_a_set_of_tasks_is_walked_in_order_of_creation() -> None:
    assert _iteration_order() == [f"Task-{number}" for number in range(2, 52)]


def test_a_task_group_cancels_in_order_of_creation() -> None:
    cancelled: list[int] = []

    async def stay(number: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.append(number)

    async def leave() -> None:
        await asyncio.sleep(1)
        raise LookupError("over")

    async def main() -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(40):
                    group.create_task(stay(number))
                group.create_task(leave())
        except* LookupError:
            pass

    run(main(), seed=1)
    assert cancelled == list(range(40))


def test_a_given_name_is_kept() -> None:
    async def main() -> str:
        return asyncio.create_task(asyncio.sleep(0), name="ear").get_name()

    assert run(main(), seed=1) == "ear"


def test_a_description_follows_the_awaits_inwards() -> None:
    async def main() -> str:
        task = asyncio.create_task(_wait(asyncio.Event()), name="caller 7")
        await asyncio.sleep(0)
        return describe([task])

    line = run(main(), seed=1)
    assert line.startswith("  caller 7: _wait (test_tasks.py:")
    assert "→ wait (locks.py:" in line


def test_a_long_description_is_cut() -> None:
    async def main() -> str:
        tasks = [asyncio.create_task(_wait(asyncio.Event())) for _ in range(SHOWN + 5)]
        return describe(tasks)

    lines = run(main(), seed=1).splitlines()
    assert len(lines) == SHOWN + 1
    assert lines[-1] == "  … and 5 more"
