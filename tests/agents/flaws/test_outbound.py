from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from desk.dialling import Dialler
from desk.provider import Provider
from desk.retry import ProviderDown, RetryPolicy
from desk.settings import Settings
from flaws.outbound import ImpatientDialler
from tests.agents.jumping import now, run


@pytest.mark.parametrize(("answers_after_s", "orders"), [(0.5, 1), (6.0, 3)])
def test_orders_again_what_is_answered_late(
    answers_after_s: float, orders: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered: list[float] = []

    async def place(self: Dialler, order: Mapping[str, str], deadline: float) -> str:
        ordered.append(now())
        await asyncio.sleep(answers_after_s)
        return "CA1"

    monkeypatch.setattr(Dialler, "place", place)

    async def main() -> None:
        dialler = ImpatientDialler(Provider("twilio", 1, RetryPolicy()), Settings())
        if orders == 1:
            assert await dialler.place({}, 10) == "CA1"
            return
        with pytest.raises(ProviderDown):
            await dialler.place({}, 10)

    run(main())
    assert ordered == [2.0 * number for number in range(orders)]
