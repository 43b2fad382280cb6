"""What is left of a provider's trouble when it is over."""

from __future__ import annotations

from typing import Any

import pytest

from desk.openai import Mind, Reply
from desk.retry import ProviderDown
from desk.settings import Settings
from flaws.recovery import RECOVERY, Breaker, KeepsFaultState, NeverRecovers
from tests.agents.jumping import now, run

SESSION: Any = None


@pytest.fixture(autouse=True)
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that answers at once."""

    async def reply(self: Mind, messages: Any, say: Any, deadline: float) -> Reply:
        return Reply("Hello.")

    monkeypatch.setattr(Mind, "reply", reply)


async def ask(mind: Mind) -> float:
    await mind.reply([], lambda text: None, 11)
    return now()


def test_pacing_is_learnt_and_never_forgotten() -> None:
    async def main() -> None:
        desk = KeepsFaultState(Settings())
        assert await ask(desk.mind(SESSION)) == 0
        for _ in range(3):
            desk._pacing.failed()
        assert await ask(desk.mind(SESSION)) == 0.5
        for _ in range(9):
            desk._pacing.failed()
        for _ in range(99):
            desk._pacing.succeeded()
        assert await ask(desk.mind(SESSION)) == 2.5

    run(main())


def test_an_open_breaker_lets_nothing_happen_that_could_close_it() -> None:
    async def main() -> None:
        desk = NeverRecovers(Settings())
        await ask(desk.mind(SESSION))
        for _ in range(Breaker.at):
            assert desk.admit("CA1")
            desk._breaker.failed()
        assert not desk.admit("CA2")
        with pytest.raises(ProviderDown):
            await ask(desk.mind(SESSION))

    run(main())


def test_successes_keep_it_closed() -> None:
    breaker = Breaker("openai", 1, NeverRecovers.retry_policy)
    for _ in range(Breaker.at):
        assert not breaker.open
        breaker.failed()
    assert breaker.open
    for _ in range(3):
        breaker.succeeded()
        assert not breaker.open
        breaker.failed()


def test_each_has_a_name_of_its_own() -> None:
    assert len({flaw.name for flaw in RECOVERY}) == len(RECOVERY) == 2
