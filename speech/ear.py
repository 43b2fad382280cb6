"""Call audio to symbols: one ear for all streams of a sample rate, decoded together."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kernel.errors import UsageError

from .encoding import Encoding
from .spectrum import HOP_S, Analyser
from .tones import to_samples
from .tracker import IDLE, Symbol, Tracks, advance

__all__ = ["IDLE", "Ear", "Symbol"]

_LOWEST_RATE_HZ = 8000
_BLOCK = 512
"""Streams, or hops of few streams, that go through the analysis at once: what fits in a cache."""

Sound = bytes | NDArray[np.int16] | NDArray[np.floating]


class Ear:
    """Hears any number of streams; cheapest when all of them are heard in one call.

    The text of a stream comes from the `Transcript` that its symbols are added to.
    """

    def __init__(self, rate_hz: int, *, capacity: int = 64) -> None:
        """`rate_hz` is a multiple of 100 from 8000 up. `capacity` grows by itself."""
        if rate_hz < _LOWEST_RATE_HZ or rate_hz * HOP_S % 1:
            raise UsageError(
                f"no ear hears at {rate_hz} Hz",
                remedy="resample to 8000, 16000, 24000 or 48000 Hz first",
            )
        self.rate_hz = rate_hz
        self._analyser = Analyser(rate_hz)
        self._tracks = self._silent(capacity)
        self._edges = np.zeros((capacity, self._analyser.past_n), np.float32)
        self._free = list(range(capacity))
        self._encodings: dict[int, Encoding] = {}
        self._rests: dict[int, bytes] = {}

    def open(self, encoding: Encoding = Encoding.LINEAR16) -> int:
        """A new stream. `encoding` is that of its sound where it comes as bytes."""
        if not self._free:
            self._grow()
        stream = heapq.heappop(self._free)
        self._tracks[stream : stream + 1] = self._silent(1)
        self._edges[stream] = 0
        self._encodings[stream] = encoding
        return stream

    def close(self, stream: int) -> None:
        """Forget a stream; its number will be given to another."""
        del self._encodings[stream]
        self._rests.pop(stream, None)
        heapq.heappush(self._free, stream)

    def muffled(self, stream: int) -> bool:
        """Whether there was speech below 1350 Hz for 300 ms and no data above it.

        Something between mouth and ear removes the tones: most likely a noise suppressor.
        """
        return bool(self._tracks[stream : stream + 1].muffled[0])

    def hear(self, sounds: Mapping[int, Sound]) -> list[Symbol]:
        """The next sound of some streams, of any length each; the symbols that it completes.

        Sound is bytes in the stream's encoding, int16 samples, or floating-point samples of full
        scale 1. Symbols of one stream are in order.
        """
        alike: dict[tuple[Encoding, int], tuple[list[int], list[bytes]]] = {}
        for stream, sound in sorted(sounds.items()):
            encoding, data = self._as_bytes(stream, sound)
            hop_bytes = self._analyser.hop_n * encoding.sample_bytes
            hops, rest = divmod(len(data), hop_bytes)
            if rest:
                self._rests[stream] = data[-rest:]
                data = data[:-rest]
            if hops:
                streams, chunks = alike.setdefault((encoding, hops), ([], []))
                streams.append(stream)
                chunks.append(data)
        symbols: list[Symbol] = []
        for (encoding, _), (streams, chunks) in alike.items():
            samples = encoding.decode(b"".join(chunks)).reshape(len(streams), -1)
            for first in range(0, len(streams), _BLOCK):
                some = slice(first, first + _BLOCK)
                symbols += self._hear_alike(streams[some], samples[some])
        return symbols

    def _as_bytes(self, stream: int, sound: Sound) -> tuple[Encoding, bytes]:
        encoding = self._encodings[stream]
        if not isinstance(sound, bytes):
            encoding = Encoding.LINEAR16
            sound = _int16(sound).tobytes()
        if stream in self._rests:
            sound = self._rests.pop(stream) + sound
        return encoding, sound

    def _hear_alike(self, streams: Sequence[int], samples: NDArray[np.int16]) -> list[Symbol]:
        """Equally many hops of some streams, in ascending order."""
        hop_n, past_n = self._analyser.hop_n, self._analyser.past_n
        which = _selection(streams)
        tracks = self._tracks[which]
        sound = np.concatenate([self._edges[which], samples], axis=1, dtype=np.float32)
        self._edges[which] = sound[:, -past_n:]
        span_n = hop_n * max(1, _BLOCK // len(streams))
        symbols: list[Symbol] = []
        for start_n in range(0, samples.shape[1], span_n):
            part = sound[:, start_n : start_n + span_n + past_n]
            for spectrum in self._analyser.analyse(part, tracks.past):
                symbols += advance(tracks, spectrum, streams)
        if not isinstance(which, slice):
            self._tracks[which] = tracks
        return symbols

    def _silent(self, streams: int) -> Tracks:
        return Tracks.silent(self._analyser.new_past(streams))

    def _grow(self) -> None:
        capacity = len(self._edges)
        self._tracks = self._tracks.joined(self._silent(capacity))
        self._edges = np.concatenate([self._edges, np.zeros_like(self._edges)])
        self._free = list(range(capacity, 2 * capacity))


def _int16(sound: NDArray[np.int16] | NDArray[np.floating]) -> NDArray[np.int16]:
    if np.issubdtype(sound.dtype, np.floating):
        return to_samples(sound * 32768)
    return sound.astype(np.int16, copy=False)


def _selection(streams: Sequence[int]) -> slice | NDArray[np.intp]:
    """A slice where the streams are neighbours: it costs no copy."""
    first, last = streams[0], streams[-1]
    if last - first == len(streams) - 1:
        return slice(first, last + 1)
    return np.array(streams, np.intp)
