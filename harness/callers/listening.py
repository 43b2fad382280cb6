"""From the agent's sound and symbols to the messages of a caller: who sounds, what was said.

When something sounds is told by energy, to the sample; what it says, by the decoded text.
"""

from __future__ import annotations

from collections.abc import Iterator

from .messages import SoundBegan, SpeechBegan, Utterance

END_QUIET_NS = 120_000_000
"""Quiet after a verified END that closes an utterance: every END is followed by so much."""
CUT_QUIET_NS = 2_000_000_000
"""Quiet that closes an utterance without END: shorter ones are gaps between sentences."""
START_LAG_NS = 300_000_000
"""Sound that lasts longer than this before a START is something else, not part of the speech."""

Message = SoundBegan | SpeechBegan | Utterance


class Listening:
    """Joins the energy and the text of one call. All instants are of playout."""

    def __init__(self) -> None:
        self._from_ns: int | None = None
        self._last_ns = 0
        self._speech = False
        self._ended = False
        self._verified = False
        self._text = ""
        self._told = 0  # characters that an utterance before this one has told already
        self._identity: int | None = None
        self._confidence = 1.0

    @property
    def sounding(self) -> bool:
        """An utterance is open: `quiet` wants to be told how time passes."""
        return self._from_ns is not None

    def voiced(self, from_ns: int, until_ns: int) -> Iterator[Message]:
        """The agent was audible; from the first voiced sample to the last of one frame."""
        if (
            self._ended
            and self._from_ns is not None
            and from_ns - self._last_ns > END_QUIET_NS // 2
        ):
            yield self._close(self._last_ns)
        if self._from_ns is None:
            self._from_ns = from_ns
            yield SoundBegan(from_ns)
        self._last_ns = until_ns

    def quiet(self, now_ns: int) -> Iterator[Message]:
        """A frame without voice ended at `now_ns`."""
        limit_ns = END_QUIET_NS if self._ended else CUT_QUIET_NS
        if self._from_ns is not None and now_ns - self._last_ns >= limit_ns:
            yield self._close(self._last_ns)

    def started(self, at_ns: int) -> Iterator[Message]:
        """A START was heard, whose symbol began at `at_ns`."""
        open_ns = self._from_ns
        if open_ns is not None and (self._speech or at_ns - open_ns > START_LAG_NS):
            yield self._close(min(at_ns, self._last_ns))
        if self._from_ns is None:
            self._from_ns = at_ns
            self._last_ns = max(self._last_ns, at_ns)
            yield SoundBegan(at_ns)
        self._text, self._told = "", 0
        self._speech, self._ended, self._verified = True, False, False
        self._identity, self._confidence = None, 1.0
        yield SpeechBegan(self._from_ns)

    def said(self, text: str, identity: int | None, confidence: float) -> Iterator[Message]:
        """The utterance's text since its START, so far."""
        self._text, self._identity, self._confidence = text, identity, confidence
        if self._from_ns is not None and not self._speech and len(text) > self._told:
            self._speech = True  # it goes on after a long gap
            yield SpeechBegan(self._from_ns)

    def ended(self, verified: bool) -> None:
        """END was heard; without `verified` its check did not hold, and it ends nothing."""
        self._ended = self._verified = verified

    def flush(self) -> Iterator[Message]:
        """The call is over: what was open is told as far as it was heard."""
        if self._from_ns is not None:
            yield self._close(self._last_ns)

    def _close(self, until_ns: int) -> Utterance:
        assert self._from_ns is not None
        text = self._text[self._told :].strip()
        utterance = Utterance(
            self._from_ns,
            until_ns,
            text,
            self._verified,
            self._identity,
            "speech" if self._speech else "noise",
            self._confidence,
        )
        self._told = len(self._text)
        self._from_ns = None
        self._speech = self._ended = self._verified = False
        return utterance
