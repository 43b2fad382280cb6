"""The ears of a mock process: one for each sample rate, for all streams of that rate together."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
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


Owner = TypeVar("Owner", bound=Hashable)


@dataclass(eq=False, slots=True)
class _Stream:
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
    """A stream for everybody who listens. Sound is heard in batches, once a tick."""

    def __init__(self) -> None:
        self._ears: dict[int, Ear] = {}
        self._streams: dict[Owner, _Stream] = {}
        self._ticks = 0

    def __len__(self) -> int:
        return len(self._streams)

    def open(self, owner: Owner, rate_hz: int, encoding: Encoding) -> None:
        """Begin to listen, anew if it listens already. UsageError if it is not `hearable`."""
        self.close(owner)
        ear = self._ears.get(rate_hz)
        if ear is None:
            ear = self._ears[rate_hz] = Ear(rate_hz)
        bytes_per_s = rate_hz * encoding.sample_bytes
        self._streams[owner] = _Stream(ear, ear.open(encoding), bytes_per_s)

    def close(self, owner: Owner) -> None:
        """Listen no more, if it did."""
        closed = self._streams.pop(owner, None)
        if closed is not None:
            closed.ear.close(closed.place)

    def feed(self, owner: Owner, data: bytes) -> bool:
        """The next sound, in its encoding; False if nobody listens to it."""
        fed = self._streams.get(owner)
        if fed is None:
            return False
        fed.pending += data
        fed.received += len(data)
        return True

    def audio_s(self, owner: Owner) -> float:
        """How much sound there was so far."""
        fed = self._streams.get(owner)
        return fed.audio_s if fed else 0.0

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
        for owner, one in self._streams.items():
            found = look_for_muffled and not one.muffled and one.ear.muffled(one.place)
            one.muffled = one.muffled or found
            if one.news or found:
                yield owner, Heard(tuple(one.news), one.audio_s, one.muffled)
                one.news.clear()
