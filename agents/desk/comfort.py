"""What to say to a caller who is waiting for an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from . import phrases
from .line import Line


@dataclass(frozen=True, slots=True)
class Comfort:
    """The first filler after `first_s` of silence, more of them `again_s` apart."""

    first_s: float = 1.8
    again_s: float = 4.0

    async def keep(self, line: Line, say: Callable[[str], Awaitable[bool]]) -> None:
        """Speak into silences of the line, until cancelled."""
        now = asyncio.get_running_loop().time
        begun = now()
        phrase, patience_s = phrases.ONE_MOMENT, self.first_s
        while True:
            due = max(begun, line.ends_at) + patience_s
            if due > now():
                await asyncio.sleep(due - now())
            else:
                await say(phrase)
                phrase, patience_s, begun = phrases.STILL_LOOKING, self.again_s, now()
