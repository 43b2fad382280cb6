"""Spectra to symbols: when a chord begins and ends, and which value it most likely is.

Two cumulative sums decide, both free of gain: one whether chords sound at all, one whether the
symbol clock has turned. All streams advance together; the last axis is the stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import islice
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from .chord import CLOCK_TONES, DATA_TONES, codebook
from .spectrum import HOP_S, Floats, Spectrum

IDLE = -1
"""The value of a symbol that says: no chord sounds any more."""

_NO_CLOCK = -1
_PRESENCE_GAIN, _PRESENCE_MEAN = 8.0, 0.5
_LOWEST_PRESENCE, _HIGHEST_PRESENCE = -3.0, 3.0  # while a chord sounds; 0 is the lowest else
_WAKE, _AWAKE, _SLEEP = 3.0, 2.0, -2.9
_IDLE_MEMORY = 0.6
_NEIGHBOUR_TURN, _OPPOSITE_TURN = 1.5, 5.0
_SOFT = 0.03  # keeps one tone that is lost from vetoing a symbol
_STRONG_CONFIDENCE, _STRONG_WEIGHT, _STRONG_SCORE = 0.6, 0.8, -3.0
_SYMBOL_LAG_S, _IDLE_LAG_S = 0.03, 0.05
_MUFFLED_HOPS, _MUFFLED_LIMIT = 30, 60
_UNCLEAR = 0.6

_CODEBOOK_T = np.ascontiguousarray(codebook().T)
# How much evidence a turn of the clock to one tone [row] from another [column] takes; none is
# enough while there is no clock, for which the last column stands.
_TURN_COST = np.full((CLOCK_TONES, CLOCK_TONES + 1), np.inf, np.float32)
for _tone in range(CLOCK_TONES):
    for _step, _cost in enumerate((_NEIGHBOUR_TURN, _OPPOSITE_TURN, _NEIGHBOUR_TURN), start=1):
        _TURN_COST[(_tone + _step) % CLOCK_TONES, _tone] = _cost


class Symbol(NamedTuple):
    """One symbol heard on a stream."""

    stream: int
    at_s: float
    """When it ended, in seconds of the stream's sound; about 30 ms before it is known."""
    value: int
    """0 to 63, or IDLE."""
    clock: int
    """0 to 3, the clock tone."""
    confidence: float
    """0 to 1, from the lead over the second-best value."""
    strong: bool
    """Clear enough to be believed by itself."""


@dataclass
class Tracks:
    """The state of S streams; the last axis of every array is the stream."""

    past: Floats
    """[3, 72, S] what the analysis remembers."""
    presence: Floats
    clock: NDArray[np.intp]
    """[S] the clock tone that sounds; -1 while idle."""
    turn: Floats
    """[4, S] evidence that the clock has turned to each tone."""
    heard: Floats
    """[4, 32, S] data tones heard while each clock tone sounded."""
    weight: Floats
    """[4, S] how much of each clock tone was heard."""
    memory: Floats
    """[4, S] how much of `heard` and `weight` lasts into the next hop."""
    hops: NDArray[np.int64]
    unclear_hops: NDArray[np.int64]
    """[S] recent hops with a voice and without a chord."""

    @classmethod
    def silent(cls, past: Floats) -> Self:
        """Streams that have heard nothing."""
        streams = past.shape[-1]
        return cls(
            past,
            np.zeros(streams, np.float32),
            np.full(streams, _NO_CLOCK, np.intp),
            np.zeros((CLOCK_TONES, streams), np.float32),
            np.zeros((CLOCK_TONES, DATA_TONES, streams), np.float32),
            np.zeros((CLOCK_TONES, streams), np.float32),
            np.full((CLOCK_TONES, streams), _IDLE_MEMORY, np.float32),
            np.zeros(streams, np.int64),
            np.zeros(streams, np.int64),
        )

    def __getitem__(self, streams: slice | NDArray[np.intp]) -> Tracks:
        """Some of the streams: views for a slice, copies for an array of indices."""
        if isinstance(streams, slice):
            return Tracks(*(getattr(self, name)[..., streams] for name in _STATE))
        return Tracks(*(getattr(self, name).take(streams, axis=-1) for name in _STATE))

    def __setitem__(self, streams: slice | NDArray[np.intp], tracks: Tracks) -> None:
        for name in _STATE:
            getattr(self, name)[..., streams] = getattr(tracks, name)

    def joined(self, other: Tracks) -> Tracks:
        """These streams, then the others."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in _STATE)
        return Tracks(*(np.concatenate(pair, axis=-1) for pair in pairs))

    @property
    def at_rest(self) -> NDArray[np.bool_]:
        """[S] whether nothing is left of any sound: more silence changes nothing."""
        unmoved = (self.clock == _NO_CLOCK) & (self.presence == 0)
        return np.asarray(unmoved & ~self.past.any(axis=(0, 1)))

    @property
    def muffled(self) -> NDArray[np.bool_]:
        """[S] whether a voice was heard for 300 ms without any chord over it."""
        return np.asarray(self.unclear_hops >= _MUFFLED_HOPS)


_STATE = [each.name for each in fields(Tracks)]


class _Ended(NamedTuple):
    """What was heard of symbols on some tracks that ended in one hop."""

    which: NDArray[np.intp]
    hops: NDArray[np.int64]
    clock: NDArray[np.intp]
    weight: Floats
    heard: Floats
    """[symbols, 32]"""
    fell: bool
    """Whether the sound stopped with them."""

    @classmethod
    def of(cls, tracks: Tracks, which: NDArray[np.intp], *, fell: bool) -> Self:
        clock = tracks.clock[which]
        weight, heard = tracks.weight[clock, which], tracks.heard[clock, :, which]
        return cls(which, tracks.hops[which], clock, weight, heard, fell)

    def idle(self, streams: Sequence[int]) -> list[Symbol]:
        at_s = self.hops * HOP_S - _IDLE_LAG_S
        columns = (self.which.tolist(), at_s.tolist(), self.clock.tolist())
        return [
            Symbol(streams[track], ended_s, IDLE, clock, 1.0, True)
            for track, ended_s, clock in zip(*columns, strict=True)
        ]


def advance(tracks: Tracks, spectrum: Spectrum, streams: Sequence[int]) -> list[Symbol]:
    """Take some hops, tracks in place; `streams` names the tracks in the symbols that end."""
    weight = spectrum.clock * spectrum.clock
    likelihood = np.log(spectrum.clock + np.float32(_SOFT))
    presence = np.float32(_PRESENCE_GAIN) * (spectrum.clarity - np.float32(_PRESENCE_MEAN))
    columns = np.arange(len(streams))
    ended: list[_Ended] = []
    for hop in range(len(weight)):
        tracks.hops += 1
        _gather(tracks, weight[hop], spectrum.data[hop])
        active = tracks.clock != _NO_CLOCK
        _weigh_presence(tracks.presence, presence[hop], active)
        lead = _weigh_turn(tracks, likelihood[hop], columns)
        _decide(tracks, active, lead, ended)
    return _read(ended, streams) if ended else []


def in_doubt(tracks: Tracks, clarity: Floats) -> NDArray[np.intp]:
    """The tracks on which a voice might be heard without a chord: few, while chords sound."""
    unclear = (clarity < _UNCLEAR).any(axis=0)
    return (unclear | (tracks.unclear_hops > 0)).nonzero()[0]


def count_unclear(
    tracks: Tracks, which: NDArray[np.intp], clarity: Floats, voiced: NDArray[np.bool_]
) -> None:
    """Count hops with a voice and without a chord; `voiced` is [hops, some tracks]."""
    unclear = np.where(clarity[:, which] < _UNCLEAR, 1, -1)
    hops = tracks.unclear_hops[which] + (unclear * voiced).sum(axis=0)
    tracks.unclear_hops[which] = np.clip(hops, 0, _MUFFLED_LIMIT)


def _gather(tracks: Tracks, weight: Floats, data: Floats) -> None:
    """Add the hop's data tones to what each clock tone has been heard with."""
    tracks.weight *= tracks.memory
    tracks.weight += weight
    tracks.heard *= tracks.memory[:, None]
    tracks.heard += weight[:, None] * data


def _weigh_presence(presence: Floats, gain: Floats, active: NDArray[np.bool_]) -> None:
    presence += gain
    np.maximum(presence, active * np.float32(_LOWEST_PRESENCE), out=presence)
    np.minimum(presence, np.float32(_HIGHEST_PRESENCE), out=presence)


def _weigh_turn(tracks: Tracks, likelihood: Floats, columns: NDArray[np.intp]) -> Floats:
    """[4, S] by how much the evidence for each other clock tone exceeds what a turn to it takes."""
    turn = tracks.turn
    turn += likelihood
    turn -= likelihood[tracks.clock, columns]
    np.maximum(turn, 0, out=turn)
    return np.asarray(turn - _TURN_COST.take(tracks.clock, axis=1))


def _decide(tracks: Tracks, active: NDArray[np.bool_], lead: Floats, ended: list[_Ended]) -> None:
    """Where a symbol ended, where the sound stopped and where it began."""
    turns = lead.max(axis=0) > 0
    turned = turns.nonzero()[0]
    sleeps = tracks.presence <= _SLEEP
    all_active = active.all()
    tracks.memory[:] = (
        1 if all_active else np.where(active, np.float32(1), np.float32(_IDLE_MEMORY))
    )
    if len(turned):
        ended.append(_Ended.of(tracks, turned, fell=False))
        _take_up(tracks, turned, lead[:, turned].argmax(axis=0))
    if sleeps.any():
        fallen = (sleeps & ~turns).nonzero()[0]
        ended.append(_Ended.of(tracks, fallen, fell=True))
        _fall_idle(tracks, fallen)
    if not all_active:
        risen = (~active & (tracks.presence >= _WAKE)).nonzero()[0]
        if len(risen):
            _take_up(tracks, risen, tracks.weight[:, risen].argmax(axis=0))
            tracks.presence[risen] = _AWAKE


def _take_up(tracks: Tracks, which: NDArray[np.intp], clock: NDArray[np.intp]) -> None:
    """Another clock tone is the current one: keep what was heard with it, forget the rest."""
    tracks.clock[which] = clock
    tracks.turn[:, which] = 0
    tracks.memory[:, which] = 0
    tracks.memory[clock, which] = 1


def _fall_idle(tracks: Tracks, which: NDArray[np.intp]) -> None:
    tracks.clock[which] = _NO_CLOCK
    tracks.turn[:, which] = 0
    tracks.memory[:, which] = 0
    tracks.presence[which] = 0


def _read(ended: Sequence[_Ended], streams: Sequence[int]) -> list[Symbol]:
    """The most likely values of the symbols that ended, all at once, in the order of their ends."""
    which, hops, clock, weight, heard = (
        ended[0][:-1] if len(ended) == 1 else map(np.concatenate, [*zip(*ended, strict=True)][:-1])
    )
    scores = np.log(heard / np.maximum(weight, 1e-6)[:, None] + np.float32(_SOFT)) @ _CODEBOOK_T
    rows = np.arange(len(which))
    value = scores.argmax(axis=1)
    best = scores[rows, value]
    scores[rows, value] = -np.inf
    confidence = 1 - np.exp((scores.max(axis=1) - best) / 2)
    strong = (
        (confidence >= _STRONG_CONFIDENCE) & (weight >= _STRONG_WEIGHT) & (best > _STRONG_SCORE)
    )
    at_s = hops * HOP_S - _SYMBOL_LAG_S
    named = [streams[track] for track in which.tolist()]
    columns = (column.tolist() for column in (at_s, value, clock, confidence, strong))
    read = map(Symbol, named, *columns)
    symbols: list[Symbol] = []
    for part in ended:
        symbols += islice(read, len(part.which))
        if part.fell:
            symbols += part.idle(streams)
    return symbols
