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
    """

    def __init__(self, from_ns: int) -> None:
        self.from_ns = from_ns
        self.clears = 0
        self.dropped_bytes = 0
        self._queue: deque[tuple[int, bytes]] = deque()  # first sample, µ-law
        self._end = 0  # sample after the last one that is queued
        self._taken = 0  # sample after the last one that was taken
        self._marks: deque[tuple[int, str]] = deque()  # sample that must have been played, name

    def push(self, sound: bytes, now_ns: int) -> None:
        """µ-law of any length has arrived. Beyond `QUEUE_LIMIT_S` of queue it is dropped."""
        start = max(self._end, self._sample(now_ns))
        if start + len(sound) - self._sample(now_ns) > QUEUE_LIMIT_S * RATE_HZ:
            self.dropped_bytes += len(sound)
            return
        if sound:
            self._queue.append((start, sound))
            self._end = start + len(sound)

    def mark(self, name: str) -> None:
        """Asks for `name` back once everything pushed before has been played."""
        self._marks.append((self._end, name))

    def clear(self, now_ns: int) -> None:
        """Drops what has not been played by `now_ns`; every outstanding mark is due at once."""
        self.clears += 1
        self._cut(now_ns)

    def drop(self, now_ns: int) -> None:
        """The same without anybody to send marks back to."""
        self._cut(now_ns)
        self._marks.clear()

    def _cut(self, now_ns: int) -> None:
        cut = max(self._taken, self._sample(now_ns))
        while self._queue and self._queue[-1][0] >= cut:
            self._queue.pop()
        if self._queue:
            start, sound = self._queue[-1]
            self._queue[-1] = (start, sound[: cut - start])
        self._end = min(self._end, cut)
        self._marks = deque((min(sample, cut), name) for sample, name in self._marks)

    def take(self, until_ns: int) -> bytes:
        """The 20 ms of µ-law whose last sample was played by `until_ns`; call it once per frame.

        The frame covers `[until_ns - FRAME_NS, until_ns)`.
        """
        until = self._sample(until_ns)
        start, self._taken = until - FRAME_BYTES, until
        queue = self._queue
        frame: bytearray | None = None
        while queue and queue[0][0] < until:
            first, sound = queue[0]
            end = first + len(sound)
            low, high = max(first, start), min(end, until)
            if end <= until:
                queue.popleft()
            if high - low == FRAME_BYTES:
                return sound[low - first : high - first]
            if high > low:
                frame = frame or bytearray(SILENCE)
                frame[low - start : high - start] = sound[low - first : high - first]
            if end > until:
                break
        return bytes(frame) if frame else SILENCE

    def returned_marks(self, now_ns: int) -> list[str]:
        """The marks that are due back by `now_ns`, in order, each of them once."""
        played = self._sample(now_ns)
        names = []
        while self._marks and self._marks[0][0] <= played:
            names.append(self._marks.popleft()[1])
        return names

    @property
    def queued_s(self) -> float:
        """Sound that is waiting, in seconds from the last sample taken."""
        return max(0, self._end - self._taken) / RATE_HZ

    def _sample(self, at_ns: int) -> int:
        return (at_ns - self.from_ns) // SAMPLE_NS
