"""From the agent's sound and symbols to the messages of a caller: who sounds, what was said.

When something sounds is told by energy, to the sample; what it says, by the decoded text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from .messages import SoundBegan, SpeechBegan, Utterance

END_QUIET_NS = 120_000_000
"""Quiet after a verified END that closes an utterance: every END is followed by so much."""
CUT_QUIET_NS = 2_000_000_000
"""Quiet that closes an utterance without END: shorter ones are gaps between sentences."""
START_LAG_NS = 300_000_000
"""Sound that lasts longer than this before a START is something else, not part of the speech."""
BREAK_NS = END_QUIET_NS // 2
"""A shorter quiet is no break in the sound."""

Message = SoundBegan | SpeechBegan | Utterance
Recognise = Callable[[int, int], str | None]
"""What the known recording is for that was played between two instants, None if none was."""


class Spoken(Protocol):
    """What is decoded of an utterance; it grows while it is heard (`speech.heard`)."""

    @property
    def text(self) -> str: ...
    @property
    def verified(self) -> bool: ...
    @property
    def identity(self) -> int | None: ...
    @property
    def confidences(self) -> Sequence[float]: ...


class Listening:
    """Joins the energy and the text of one call. All instants are of playout."""

    def __init__(self, recognise: Recognise = lambda from_ns, until_ns: None) -> None:
        self._recognise = recognise
        self._from_ns: int | None = None
        self._last_ns = 0  # the last voiced sample
        self._break = (0, 0)  # the last quiet within the open utterance, from and until
        self._speech = False
        self._spoken: Spoken | None = None
        self._told = 0  # characters of it that an utterance before this one has told

    @property
    def sounding(self) -> bool:
        """An utterance is open: `quiet` wants to be told how time passes."""
        return self._from_ns is not None

    def voiced(self, from_ns: int, until_ns: int) -> Iterator[Message]:
        """The agent was audible; from the first voiced sample to the last of one frame."""
        if from_ns - self._last_ns > BREAK_NS:
            if self._verified:
                yield from self.flush()
            self._break = self._last_ns, from_ns
        if self._from_ns is None:
            self._from_ns = from_ns
            yield SoundBegan(from_ns)
        self._last_ns = until_ns

    def quiet(self, now_ns: int) -> Iterator[Message]:
        """A frame without voice ended at `now_ns`."""
        limit_ns = END_QUIET_NS if self._verified else CUT_QUIET_NS
        if now_ns - self._last_ns >= limit_ns:
            yield from self.flush()

    def started(self, at_ns: int, spoken: Spoken) -> Iterator[Message]:
        """A START was heard, whose symbol began at `at_ns`; `spoken` is what follows it."""
        begun_ns = self._from_ns
        if begun_ns is not None and (self._speech or at_ns - begun_ns > START_LAG_NS):
            last_ns = self._last_ns
            quiet_ns, voiced_ns = self._break
            # What was cut off has no END: it was over when the sound broke off before this START.
            if begun_ns < voiced_ns and abs(at_ns - voiced_ns) <= START_LAG_NS:
                self._last_ns, at_ns = quiet_ns, voiced_ns
            else:
                self._last_ns = min(at_ns, last_ns)
            yield from self.flush()
            self._last_ns = last_ns
        self._spoken, self._told, self._speech = spoken, 0, True
        if self._from_ns is None:
            self._from_ns, self._last_ns = at_ns, max(self._last_ns, at_ns)
            yield SoundBegan(at_ns)
        yield SpeechBegan(self._from_ns, self)

    def grew(self) -> Iterator[Message]:
        """There is more text."""
        if self._from_ns is not None and not self._speech:
            self._speech = True  # speech goes on after a long gap
            yield SpeechBegan(self._from_ns, self)

    def flush(self) -> Iterator[Utterance]:
        """Close the open utterance, told as far as it was heard."""
        if self._from_ns is None:
            return
        spoken = self._spoken if self._speech else None
        clip = None if spoken else self._recognise(self._from_ns, self._last_ns)
        utterance = Utterance(
            from_at_ns=self._from_ns,
            until_at_ns=self._last_ns,
            text=self.so_far if spoken else "",
            verified=self._verified,
            identity=spoken.identity if spoken else None,
            sound="speech" if spoken else "clip" if clip else "noise",
            confidence=min(spoken.confidences[self._told :], default=1.0) if spoken else 1.0,
            clip=clip or "",
        )
        self._told = len(spoken.text) if spoken else self._told
        self._from_ns, self._speech = None, False
        yield utterance

    @property
    def so_far(self) -> str:
        """The words of the open utterance."""
        return self._spoken.text[self._told :].strip() if self._spoken else ""

    @property
    def voiced_until_ns(self) -> int:
        return self._last_ns

    @property
    def _verified(self) -> bool:
        """END has come, and its check held: no more of the open utterance can follow."""
        return self._speech and self._spoken is not None and self._spoken.verified
