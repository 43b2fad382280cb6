"""What Twilio plays to a caller of what an agent sent, and when, to the sample."""

from __future__ import annotations

from collections import deque

from ..protocols.media_streams import FRAME_BYTES, RATE_HZ

SAMPLE_NS = 1_000_000_000 // RATE_HZ
FRAME_NS = FRAME_BYTES * SAMPLE_NS
SILENCE = b"\xff" * FRAME_BYTES
"""A frame of µ-law zeros; `take` gives this very object when nothing was played."""
QUEUE_LIMIT_S = 300


class Playout:
    """Sound is played from its arrival, or after what is queued before it, at real time.

    Time is `now_ns` on any monotonic clock; `from_ns` is when the stream started. Samples stand on
    a grid of 125 µs from there.

    marks  that are not back yet: the sample that must have been played, and the name
    """

    def __init__(self, from_ns: int) -> None:
        self.from_ns = from_ns
        self.marks: deque[tuple[int, str]] = deque()
        self.clears = 0
        self.dropped_bytes = 0
        self._queued = bytearray()  # µ-law without a gap: what is played until `_end`
        self._end = 0  # sample after the last one that is queued
        self._taken = 0  # sample after the last one that was taken

    def push(self, sound: bytes, now_ns: int) -> None:
        """µ-law of any length has arrived. Beyond `QUEUE_LIMIT_S` of queue it is dropped."""
        arrived = self._sample(now_ns)
        gap = max(0, arrived - self._end)
        end = self._end + gap + len(sound)
        if end - arrived > QUEUE_LIMIT_S * RATE_HZ:
            self.dropped_bytes += len(sound)
        elif sound:
            if self._queued:
                self._queued += SILENCE[:1] * gap
            self._queued += sound
            self._end = end

    def mark(self, name: str) -> None:
        """Asks for `name` back once everything pushed before has been played."""
        self.marks.append((self._end, name))

    def clear(self, now_ns: int) -> None:
        """Drops what has not been played by `now_ns`; every outstanding mark is due at once."""
        self.clears += 1
        self._cut(now_ns)

    def drop(self, now_ns: int) -> None:
        """The same without anybody to send marks back to."""
        self._cut(now_ns)
        self.marks.clear()

    def _cut(self, now_ns: int) -> None:
        cut = max(self._taken, self._sample(now_ns))
        del self._queued[max(0, len(self._queued) - max(0, self._end - cut)) :]
        self._end = min(self._end, cut)
        self.marks = deque((min(sample, cut), name) for sample, name in self.marks)

    def take(self, until_ns: int) -> bytes:
        """The 20 ms of µ-law whose last sample was played by `until_ns`; call it once per frame.

        The frame covers `[until_ns - FRAME_NS, until_ns)`.
        """
        self._taken = until = self._sample(until_ns)
        queued = self._queued
        # Of the 20 ms: how much stands before what is queued, and how much of that is played.
        first = self._end - len(queued) - (until - FRAME_BYTES)
        if not queued or first >= FRAME_BYTES:
            return SILENCE
        played = bytes(queued[max(0, -first) : FRAME_BYTES - first])
        del queued[: FRAME_BYTES - first]
        if len(played) == FRAME_BYTES:
            return played
        if not played:
            return SILENCE
        return (SILENCE[: max(0, first)] + played).ljust(FRAME_BYTES, SILENCE[:1])

    def returned_marks(self, now_ns: int) -> list[str]:
        """The marks that are due back by `now_ns`, in order, each of them once."""
        played = self._sample(now_ns)
        names = []
        while self.marks and self.marks[0][0] <= played:
            names.append(self.marks.popleft()[1])
        return names

    @property
    def queued_s(self) -> float:
        """Sound that is waiting, in seconds from the last sample taken."""
        return max(0, self._end - self._taken) / RATE_HZ

    def _sample(self, at_ns: int) -> int:
        return (at_ns - self.from_ns) // SAMPLE_NS
