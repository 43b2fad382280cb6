"""Flaws that show when the agent places the calls: people are called who should not be."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from desk.dialling import Dialler
from desk.front import FrontDesk
from desk.retry import ProviderDown

from .flaw import Flaw


class ImpatientDialler(Dialler):
    """Takes an order that is not answered within two seconds for lost, and gives it again."""

    patience_s, attempts = 2.0, 3

    async def place(self, order: Mapping[str, str], deadline: float) -> str:
        for _ in range(self.attempts):
            try:
                async with asyncio.timeout(self.patience_s):
                    return await super().place(order, deadline)
            except TimeoutError:
                continue
        raise ProviderDown("twilio: no answer")


class DialsAgain(FrontDesk):
    """Repeats orders as if they were idempotent."""

    dialler_type = ImpatientDialler


OUTBOUND = (
    Flaw(
        "dials-again",
        "orders a call again if Twilio does not answer the order within two seconds",
        DialsAgain,
        scenario="outbound",
        fails=("no_stray_orders",),
    ),
)
