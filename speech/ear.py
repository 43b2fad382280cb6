"""Call audio to symbols: one ear for all streams of a sample rate, decoded together."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from kernel.errors import UsageError

from .encoding import Encoding
from .spectrum import HOP_S, Analyser
from .tones import to_samples
from .tracker import IDLE, Symbol, Tracks, advance, count_unclear, in_doubt

__all__ = ["IDLE", "Ear", "Symbol"]

_LOWEST_RATE_HZ = 8000
_HOPS_AT_ONCE = 1024
"""How many hops of all streams together are analysed at once: what a cache holds."""

_WORTH_LEAVING_OUT = 0.2
"""The share of streams at rest from which it is cheaper to pick out the others."""
_ENCODINGS = list(Encoding)

Sound = bytes | NDArray[np.int16] | NDArray[np.floating]
Selection = slice | NDArray[np.intp]


class _Group(NamedTuple):
    """Streams in ascending order, of one encoding, with equally many whole hops each."""

    encoding: Encoding
    streams: list[int]
    chunks: list[bytes]


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
        self._tracks = self._last_view = self._silent(capacity)
        self._viewed = slice(0, capacity)
        self._edges = np.zeros((capacity, self._analyser.past_n), np.float32)
        self._resting = np.zeros(capacity, np.bool_)
        self._free = list(range(capacity))
        self._hop_bytes = [self._analyser.hop_n * each.sample_bytes for each in _ENCODINGS]
        self._wires: dict[int, int] = {}
        """The encoding of each stream, by its place in _ENCODINGS."""
        self._rests: dict[int, bytes] = {}
        """Of the streams whose last sound was no whole number of hops: what is left of it."""

    def open(self, encoding: Encoding = Encoding.LINEAR16) -> int:
        """A new stream. `encoding` is that of its sound where it comes as bytes."""
        if not self._free:
            self._grow()
        stream = heapq.heappop(self._free)
        self._tracks[stream : stream + 1] = self._silent(1)
        self._edges[stream] = 0
        self._resting[stream] = False
        self._wires[stream] = _ENCODINGS.index(encoding)
        return stream

    def close(self, stream: int) -> None:
        """Forget a stream; its number will be given to another."""
        del self._wires[stream]
        self._rests.pop(stream, None)
        heapq.heappush(self._free, stream)

    def muffled(self, stream: int) -> bool:
        """Whether there was speech below 1350 Hz for 300 ms and no data above it.

        Something between mouth and ear removes the tones: most likely a noise suppressor.
        """
        return bool(self._tracks[stream : stream + 1].muffled[0])

    def hear(self, sounds: Mapping[int, Sound]) -> list[Symbol]:
        """The next sound of some streams, of any length each; the symbols that it completes.

        Sound is bytes in the stream's encoding or, for linear16, an array: int16, or floating
        point of full scale 1. The symbols of one stream are in order.
        """
        symbols: list[Symbol] = []
        for encoding, streams, chunks in self._alike(sounds):
            samples = encoding.decode(b"".join(chunks)).reshape(len(streams), -1)
            symbols += self._hear_awake(streams, samples)
        return symbols

    def _alike(self, sounds: Mapping[int, Sound]) -> list[_Group]:
        """The whole hops of some streams, grouped by encoding and number."""
        streams = sorted(sounds)
        usual = self._all_alike(streams, [sounds[stream] for stream in streams])
        if usual is not None:
            return [usual]
        groups: dict[tuple[int, int], _Group] = {}
        for stream in streams:
            wire, sound = self._wires[stream], sounds[stream]
            data = sound if isinstance(sound, bytes) else _linear16(sound)
            data = self._rests.pop(stream, b"") + data
            if rest := len(data) % self._hop_bytes[wire]:
                self._rests[stream] = data[-rest:]
                data = data[:-rest]
            group = groups.setdefault((wire, len(data)), _Group(_ENCODINGS[wire], [], []))
            group.streams.append(stream)
            group.chunks.append(data)
        return [group for group in groups.values() if group.chunks[0]]

    def _all_alike(self, streams: list[int], sounds: list[Sound]) -> _Group | None:
        """The usual case, without a step of Python for each stream: one group, no remainder."""
        wires = {*map(self._wires.__getitem__, streams)}
        if len(wires) != 1 or {*map(type, sounds)} != {bytes} or len({*map(len, sounds)}) != 1:
            return None
        (wire,) = wires
        if self._rests or not sounds[0] or len(sounds[0]) % self._hop_bytes[wire]:
            return None
        return _Group(_ENCODINGS[wire], streams, cast(list[bytes], sounds))

    def _hear_awake(self, streams: list[int], samples: NDArray[np.int16]) -> list[Symbol]:
        """Equally many hops of some streams, in ascending order; digital silence costs little."""
        which = _selection(streams)
        silent = samples[:, 0] == 0
        if silent.any():
            silent[silent] = ~samples[silent].any(axis=1)
            return self._hear_some_silent(streams, samples, which, silent)
        self._resting[which] = False
        return self._hear_alike(streams, samples, which)

    def _hear_some_silent(
        self, streams: list[int], samples: NDArray[np.int16], which: Selection,
        silent: NDArray[np.bool_],
    ) -> list[Symbol]:  # fmt: skip
        resting = silent & self._resting[which]
        if resting.sum() < _WORTH_LEAVING_OUT * len(streams):
            symbols = self._hear_alike(streams, samples, which)
        else:
            self._tracks.hops[which] += resting * (samples.shape[1] // self._analyser.hop_n)
            awake = (~resting).nonzero()[0]
            some = [streams[place] for place in awake]
            symbols = self._hear_alike(some, samples[awake], _selection(some)) if some else []
        self._resting[which] = resting
        fading = silent & ~resting
        if fading.any():
            quiet = np.array(streams)[fading]
            self._resting[quiet] = self._tracks[quiet].at_rest
        return symbols

    def _hear_alike(
        self, streams: list[int], samples: NDArray[np.int16], which: Selection
    ) -> list[Symbol]:
        hop_n, past_n = self._analyser.hop_n, self._analyser.past_n
        tracks = self._view(which)
        sound = np.concatenate([self._edges[which], samples], axis=1, dtype=np.float32)
        self._edges[which] = sound[:, -past_n:]
        span_n = hop_n * max(1, _HOPS_AT_ONCE // len(streams))
        symbols: list[Symbol] = []
        for start_n in range(0, samples.shape[1], span_n):
            part = sound[:, start_n : start_n + span_n + past_n]
            spectrum = self._analyser.analyse(part, tracks.past)
            doubtful = in_doubt(tracks, spectrum.clarity)
            if len(doubtful):
                voiced = self._analyser.voiced(part[doubtful])
                count_unclear(tracks, doubtful, spectrum.clarity, voiced)
            symbols += advance(tracks, spectrum, streams)
        if not isinstance(which, slice):
            self._tracks[which] = tracks
        return symbols

    def _view(self, which: Selection) -> Tracks:
        """The tracks of some streams; usually they are those of the last time."""
        if not isinstance(which, slice):
            return self._tracks[which]
        if which != self._viewed:
            self._viewed, self._last_view = which, self._tracks[which]
        return self._last_view

    def _silent(self, streams: int) -> Tracks:
        return Tracks.silent(self._analyser.new_past(streams))

    def _grow(self) -> None:
        capacity = len(self._edges)
        self._tracks = self._last_view = self._tracks.joined(self._silent(capacity))
        self._viewed = slice(0, 2 * capacity)
        self._edges = np.concatenate([self._edges, np.zeros_like(self._edges)])
        self._resting = np.concatenate([self._resting, np.zeros_like(self._resting)])
        self._free = list(range(capacity, 2 * capacity))


def _linear16(sound: NDArray[np.int16] | NDArray[np.floating]) -> bytes:
    if np.issubdtype(sound.dtype, np.floating):
        sound = to_samples(sound * np.float32(32768))
    return Encoding.LINEAR16.encode(sound.astype(np.int16, copy=False))


def _selection(streams: Sequence[int]) -> Selection:
    """A slice where the streams are neighbours: it costs no copy."""
    first, last = streams[0], streams[-1]
    if last - first == len(streams) - 1:
        return slice(first, last + 1)
    return np.array(streams, np.intp)
