"""Phrases recorded beforehand, so that they can be played while the speech synthesis is down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from . import phrases
from .retry import ProviderDown

TRY_AGAIN_S = 10.0

Record = Callable[[str], Awaitable[bytes]]


class Clips:
    """Audio of the fixed phrases. `record` synthesises one; it may raise ProviderDown."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._audio: dict[str, bytes] = {}

    async def record_all(self) -> None:
        """Record what is missing, for as long as it takes."""
        while True:
            for phrase in phrases.ALL:
                if not await self.get(phrase):
                    break
            else:
                return
            await asyncio.sleep(TRY_AGAIN_S)

    async def get(self, phrase: str) -> bytes:
        """The audio of a phrase, recorded now if need be; empty if that fails."""
        if phrase not in self._audio:
            try:
                self._audio[phrase] = await self._record(phrase)
            except ProviderDown:
                return b""
        return self._audio[phrase]
