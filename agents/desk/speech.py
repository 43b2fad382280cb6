"""One turn of the agent as speech: what it says, what was synthesised, what the caller heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from .twilio import BYTES_PER_S


@dataclass(slots=True)
class Take:
    """One synthesis: where its audio lies on the line, and when each of its words ends."""

    words: list[tuple[str, float]] = field(default_factory=list)  # word, seconds into the audio
    chunks: list[tuple[int, int]] = field(default_factory=list)  # position on the line, bytes

    def synthesised(self) -> list[str]:
        """The words of which all the audio has come."""
        return self._until(sum(size for _, size in self.chunks))

    def heard(self, played: int) -> list[str]:
        """The words that are over at a position on the line."""
        return self._until(sum(min(size, max(0, played - at)) for at, size in self.chunks))

    def _until(self, audio_bytes: int) -> list[str]:
        return [word for word, end_s in self.words if end_s * BYTES_PER_S <= audio_bytes + 1]


class Speech:
    """Written by the mind, sentence by sentence, and read by the voice at the same time."""

    def __init__(self, text: str = "") -> None:
        self.takes: list[Take] = []
        self.finished = bool(text)
        self._sentences = [text] if text else []
        self._recorded = 0
        self._changed = asyncio.Event()

    def say(self, sentence: str) -> None:
        """Add a sentence."""
        self._sentences.append(sentence)
        self._changed.set()

    def finish(self) -> None:
        """Nothing more will be said in this turn."""
        self.finished = True
        self._changed.set()

    @property
    def text(self) -> str:
        """All that is to be said, so far."""
        return " ".join(self._sentences)

    async def begun(self) -> bool:
        """Wait for the first sentence; False if there is none in the end."""
        while not self._sentences and not self.finished:
            self._changed.clear()
            await self._changed.wait()
        return bool(self._sentences)

    async def sentences(self) -> AsyncIterator[str]:
        """Everything not yet synthesised, then each sentence as it is added, until the end."""
        done = sum(len(take.synthesised()) for take in self.takes)
        at = 0
        while at < len(self._sentences) or not self.finished:
            if at == len(self._sentences):
                self._changed.clear()
                await self._changed.wait()
                continue
            words = self._sentences[at].split()
            if rest := words[done:]:
                yield " ".join(rest)
            done = max(0, done - len(words))
            at += 1

    def record(self, played: int | None = None) -> str:
        """The words for the conversation's history that it does not have yet.

        With a position on the line, only those that the caller has heard.
        """
        if played is None:
            words = self.text.split()
        else:
            words = [word for take in self.takes for word in take.heard(played)]
        words, self._recorded = words[self._recorded :], max(self._recorded, len(words))
        return " ".join(words)
