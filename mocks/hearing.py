"""The ears of a mock process: one for each sample rate, for all streams of that rate together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from kernel.clock import MILLISECOND_NS
from speech.alphabet import Role
from speech.ear import Ear
from speech.encoding import Encoding
from speech.transcript import TextEvent, Transcript

from .work import Heard

TICK_NS = 20 * MILLISECOND_NS
_HIGHEST_RATE_HZ = 192_000
_MUFFLED_EVERY_TICKS = 25


def hearable(rate_hz: int) -> bool:
    """Is there an ear for this sample rate? A provider refuses what cannot be heard."""
    return 8000 <= rate_hz <= _HIGHEST_RATE_HZ and rate_hz % 100 == 0


Owner = TypeVar("Owner")


@dataclass(eq=False)
class _Stream(Generic[Owner]):
    owner: Owner
    ear: Ear
    place: int
    bytes_per_s: int
    transcript: Transcript = field(default_factory=lambda: Transcript(Role.AGENT))
    pending: bytearray = field(default_factory=bytearray)
    received: int = 0
    muffled: bool = False
    news: list[TextEvent] = field(default_factory=list)

    @property
    def audio_s(self) -> float:
        return self.received / self.bytes_per_s


class Hearing(Generic[Owner]):
    """Streams by number, each somebody's. Sound is heard in batches, once a tick."""

    def __init__(self) -> None:
        self._ears: dict[int, Ear] = {}
        self._streams: dict[int, _Stream[Owner]] = {}
        self._opened = self._ticks = 0

    def __len__(self) -> int:
        return len(self._streams)

    def open(self, rate_hz: int, encoding: Encoding, owner: Owner) -> int:
        """A new stream. UsageError if it is not `hearable`."""
        ear = self._ears.get(rate_hz)
        if ear is None:
            ear = self._ears[rate_hz] = Ear(rate_hz)
        self._opened += 1
        bytes_per_s = rate_hz * encoding.sample_bytes
        self._streams[self._opened] = _Stream(owner, ear, ear.open(encoding), bytes_per_s)
        return self._opened

    def close(self, stream: int) -> None:
        closed = self._streams.pop(stream)
        closed.ear.close(closed.place)

    def feed(self, stream: int, data: bytes) -> None:
        """The next sound of a stream, in its encoding."""
        fed = self._streams[stream]
        fed.pending += data
        fed.received += len(data)

    def audio_s(self, stream: int) -> float:
        """How much sound a stream has brought."""
        return self._streams[stream].audio_s

    def tick(self) -> list[tuple[Owner, Heard]]:
        """Hear what has been fed: whoever has something to be told, and what it is."""
        self._ticks += 1
        for ear in self._ears.values():
            self._listen(ear)
        look_for_muffled = self._ticks % _MUFFLED_EVERY_TICKS == 0
        return list(self._news(look_for_muffled))

    def _listen(self, ear: Ear) -> None:
        fed = {one.place: one for one in self._streams.values() if one.ear is ear and one.pending}
        symbols = ear.hear({place: bytes(one.pending) for place, one in fed.items()})
        for one in fed.values():
            one.pending.clear()
        for symbol in symbols:
            one = fed[symbol.stream]
            one.news += one.transcript.add(symbol)

    def _news(self, look_for_muffled: bool) -> Iterator[tuple[Owner, Heard]]:
        for one in self._streams.values():
            found = look_for_muffled and not one.muffled and one.ear.muffled(one.place)
            one.muffled = one.muffled or found
            if one.news or found:
                yield one.owner, Heard(tuple(one.news), one.audio_s, one.muffled)
                one.news.clear()
