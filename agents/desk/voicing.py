"""Notices that the caller has spoken, by loudness alone: the check on a mute transcription."""

from __future__ import annotations

from .twilio import BYTES_PER_S

# µ-law code → magnitude of the sample / 32 (ITU-T G.711, table 2a).
_LEVEL = bytes(
    min(255, (((((code & 15) << 3) + 132) << ((code >> 4) & 7)) - 132) // 32)
    for code in (byte ^ 0xFF for byte in range(256))
)


class Voicing:
    """Speech since the last transcript. Steady noise counts as silence once it is known."""

    def __init__(self, *, enough_s: float = 0.4) -> None:
        self._enough_s = enough_s
        self._noise = 0.0
        self._frames = 0
        self._voiced_s = self._quiet_s = 0.0

    def hear(self, frame: bytes) -> None:
        """Take a frame of µ-law in."""
        duration_s = len(frame) / BYTES_PER_S
        level = sum(frame.translate(_LEVEL)) / max(1, len(frame))
        voiced = self._frames > 0 and level > 3 * self._noise + 8
        self._frames += 1
        pace = 0.005 if voiced else max(0.05, 1 / self._frames)
        self._noise += (level - self._noise) * pace
        if voiced:
            self._voiced_s += duration_s
            self._quiet_s = 0.0
        else:
            self._quiet_s += duration_s

    def understood(self) -> None:
        """A transcript has come: nothing is missing."""
        self._voiced_s = self._quiet_s = 0.0

    def missed(self, after_s: float) -> bool:
        """The caller has spoken, and has been waiting for `after_s` without a transcript."""
        return self._voiced_s >= self._enough_s and self._quiet_s >= after_s
