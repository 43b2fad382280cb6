"""What callers are planned to say, voiced before the first of them dials."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.clock import Clock
from speech.alphabet import Role
from speech.mouth import SHARED_CACHE, Mouth, SoundCache

from ..planning.plan import PlannedCall
from ..protocols.media_streams import RATE_HZ

_FILL = 0.5
"""The share of the cache that is filled; the rest is for what nobody could foresee."""


async def voice_ahead(
    calls: Iterable[PlannedCall], clock: Clock, cache: SoundCache = SHARED_CACHE
) -> None:
    """Fill the cache that all telephones share, in the order of the calls.

    Half a second of a core for each 1000 s of sound, and 2000 s at most.
    """
    for call in calls:
        mouth = Mouth(Role.CALLER, RATE_HZ, call.voice, cache=cache)
        for number, line in enumerate(call.lines, 1):
            if number in call.keyed:
                continue
            if cache.size_bytes > _FILL * cache.limit_bytes:
                return
            mouth.speak(line, identity=0)
            await clock.sleep(0)
