"""Futures and tasks hash by number, and tasks are named by it."""

import asyncio

from fastbusy.virtual import run


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


def test_a_set_of_futures_is_walked_in_the_order_in_which_it_was_filled() -> None:
    async def main() -> list[int]:
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in range(50)]
        waiting = {futures[number] for number in reversed(range(50))}
        return [futures.index(future) for future in waiting]

    assert run(main(), seed=1) == list(reversed(range(50)))
