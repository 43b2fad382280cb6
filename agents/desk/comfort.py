"""What to say to a caller who is waiting for an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from . import phrases
from .line import Line

CLOCK_S = 0.001  # finer than this, a clock may stand still


@dataclass(frozen=True, slots=True)
class Comfort:
    """The first filler after `first_s` of silence, more of them `again_s` apart."""

    first_s: float = 2.0
    again_s: float = 4.0

    async def keep(self, line: Line, say: Callable[[str], Awaitable[bool]]) -> None:
        """Speak into silences of the line, until cancelled."""
        now = asyncio.get_running_loop().time
        begun = now()
        phrase, patience_s = phrases.ONE_MOMENT, self.first_s
        while True:
            wait_s = max(begun, line.ends_at) + patience_s - now()
            if wait_s > CLOCK_S:
                await asyncio.sleep(wait_s)
            else:
                await say(phrase)
                phrase, patience_s, begun = phrases.STILL_LOOKING, self.again_s, now()
