"""What goes on when it should have ended."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from desk.openai import Mind, Reply
from desk.settings import Settings
from flaws.ending import ENDING, DeafCall, IgnoresHangUp
from tests.agents.desk.test_call import Scene
from tests.agents.jumping import now, run

SESSION: Any = None


def test_a_deaf_agent_speaks_to_the_end() -> None:
    async def main() -> None:
        scene = Scene(call=DeafCall)
        scene.ear.soon(0.5, "Wait", end=False)
        scene.ear.soon(1.0, "Wait, please.", end=True)
        await scene.play()
        assert (scene.line.cleared, scene.agent.interruptions) == ([], [])
        assert scene.agent.answers[1:] == [(2.0, "Wait, please.")]

    run(main())


def test_the_model_goes_on_for_a_caller_who_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    finished: list[float] = []

    async def reply(self: Mind, messages: Any, say: Any, deadline: float) -> Reply:
        await asyncio.sleep(5)
        finished.append(now())
        return Reply("Hello.")

    async def main() -> None:
        mind = IgnoresHangUp(Settings()).mind(SESSION)
        answering = asyncio.create_task(mind.reply([], lambda text: None, 11))
        await asyncio.sleep(1)
        answering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await answering
        await asyncio.sleep(9)
        assert (await mind.reply([], lambda text: None, 11)).text == "Hello."

    monkeypatch.setattr(Mind, "reply", reply)
    run(main())
    assert finished == [5, 15]


def test_each_has_a_name_of_its_own() -> None:
    assert len({flaw.name for flaw in ENDING}) == len(ENDING) == 3
