"""A description of pending tasks says where they wait."""

import asyncio

from fastbusy.virtual import run
from fastbusy.virtual.pending import SHOWN, pending_tasks


async def _wait() -> None:
    await asyncio.Event().wait()


def test_it_follows_the_awaits_inwards() -> None:
    async def main() -> str:
        task = asyncio.create_task(_wait(), name="caller 7")
        await asyncio.sleep(0)
        assert not task.done()
        return pending_tasks(asyncio.get_running_loop())

    head, own, other = run(main(), seed=1).splitlines()
    assert head == "pending tasks: 2"
    assert own.startswith("  Task-1: main (test_pending.py:")
    assert other.startswith("  caller 7: _wait (test_pending.py:")
    assert "→ wait (locks.py:" in other


def test_it_is_cut() -> None:
    async def main() -> str:
        tasks = [asyncio.create_task(_wait()) for _ in range(SHOWN + 5)]
        assert len(tasks) == SHOWN + 5
        return pending_tasks(asyncio.get_running_loop())

    lines = run(main(), seed=1).splitlines()
    assert len(lines) == 1 + SHOWN + 1
    assert lines[-1] == "  … and 6 more"
