"""Spectra to symbols: when a chord begins and ends, and which value it most likely is.

Two cumulative sums decide, both free of gain: one whether chords sound at all, one whether the
symbol clock has turned. All streams advance together, [rows, streams].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from .chord import CLOCK_TONES, DATA_TONES, codebook
from .spectrum import HOP_S, Floats, Spectrum

IDLE = -1
"""The value of a symbol that says: no chord sounds any more."""

_NO_CLOCK = -1
_PRESENCE_GAIN, _PRESENCE_MEAN = 8.0, 0.5
_IDLE_RANGE, _ACTIVE_RANGE = (0.0, 3.5), (-3.0, 3.0)
_WAKE, _AWAKE, _SLEEP = 3.0, 2.0, -2.9
_IDLE_MEMORY = 0.6
_NEIGHBOUR_TURN, _OPPOSITE_TURN = 1.5, 5.0
_SOFT = 0.03  # keeps one tone that is lost from vetoing a symbol
_STRONG_CONFIDENCE, _STRONG_WEIGHT, _STRONG_SCORE = 0.6, 0.8, -3.0
_SYMBOL_LAG_S, _IDLE_LAG_S = 0.03, 0.05
_MUFFLED_HOPS, _MUFFLED_LIMIT = 30, 60
_UNCLEAR = 0.6

_CODEBOOK_T = np.ascontiguousarray(codebook().T)
# How much evidence a turn of the clock from one tone [row] to another [column] takes.
_TURN_COST = np.array(
    [
        [(np.inf, _NEIGHBOUR_TURN, _OPPOSITE_TURN, _NEIGHBOUR_TURN)[(b - a) % 4] for b in range(4)]
        for a in range(4)
    ],
    np.float32,
)


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
    """[3, 72, S] waves of the last hops."""
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
        return Tracks(*(getattr(self, each.name)[..., streams] for each in fields(self)))

    def __setitem__(self, streams: slice | NDArray[np.intp], tracks: Tracks) -> None:
        for each in fields(self):
            getattr(self, each.name)[..., streams] = getattr(tracks, each.name)

    def joined(self, other: Tracks) -> Tracks:
        """These streams, then the others."""
        pairs = ((getattr(self, each.name), getattr(other, each.name)) for each in fields(self))
        return Tracks(*(np.concatenate(pair, axis=-1) for pair in pairs))

    @property
    def muffled(self) -> NDArray[np.bool_]:
        """[S] whether a voice was heard for 300 ms without any chord over it."""
        return np.asarray(self.unclear_hops >= _MUFFLED_HOPS)


def advance(tracks: Tracks, spectrum: Spectrum, streams: Sequence[int]) -> list[Symbol]:
    """One hop for all tracks, in place; `streams` names them in the symbols that end with it."""
    tracks.hops += 1
    _gather(tracks, spectrum)
    active = tracks.clock != _NO_CLOCK
    _weigh_presence(tracks, spectrum, active)
    lead = _weigh_turn(tracks, spectrum.clock)
    turned = active & (lead.max(axis=0) > 0)
    fallen = np.flatnonzero(active & ~turned & (tracks.presence <= _SLEEP))
    risen = np.flatnonzero(~active & (tracks.presence >= _WAKE))
    turned = np.flatnonzero(turned)
    tracks.memory[:] = np.where(active, np.float32(1), _IDLE_MEMORY)

    symbols: list[Symbol] = []
    if len(turned):
        symbols += _read(tracks, turned, streams)
        _take_up(tracks, turned, lead[:, turned].argmax(axis=0))
    if len(fallen):
        symbols += _read(tracks, fallen, streams)
        symbols += _fall_idle(tracks, fallen, streams)
    if len(risen):
        _take_up(tracks, risen, tracks.weight[:, risen].argmax(axis=0))
        tracks.presence[risen] = _AWAKE
    return symbols


def _gather(tracks: Tracks, spectrum: Spectrum) -> None:
    """Add the hop's data tones to what each clock tone has been heard with."""
    weight = spectrum.clock * spectrum.clock
    tracks.weight *= tracks.memory
    tracks.weight += weight
    tracks.heard *= tracks.memory[:, None]
    tracks.heard += weight[:, None] * spectrum.data


def _weigh_presence(tracks: Tracks, spectrum: Spectrum, active: NDArray[np.bool_]) -> None:
    presence = tracks.presence
    presence += _PRESENCE_GAIN * (spectrum.clarity - _PRESENCE_MEAN)
    lowest = np.where(active, np.float32(_ACTIVE_RANGE[0]), _IDLE_RANGE[0])
    highest = np.where(active, np.float32(_ACTIVE_RANGE[1]), _IDLE_RANGE[1])
    np.clip(presence, lowest, highest, out=presence)
    unclear = np.where(spectrum.clarity < _UNCLEAR, 1, -1)
    tracks.unclear_hops += unclear * spectrum.voiced
    np.clip(tracks.unclear_hops, 0, _MUFFLED_LIMIT, out=tracks.unclear_hops)


def _weigh_turn(tracks: Tracks, clock: Floats) -> Floats:
    """[4, S] by how much the evidence for each other clock tone exceeds what a turn to it takes."""
    current = np.maximum(tracks.clock, 0)
    likelihood = np.log(clock + np.float32(_SOFT))
    turn = tracks.turn
    turn += likelihood
    turn -= np.take_along_axis(likelihood, current[None], axis=0)
    np.maximum(turn, 0, out=turn)
    return np.asarray(turn - _TURN_COST[:, current])


def _take_up(tracks: Tracks, which: NDArray[np.intp], clock: NDArray[np.intp]) -> None:
    """Another clock tone is the current one: keep what was heard with it, forget the rest."""
    tracks.clock[which] = clock
    tracks.turn[:, which] = 0
    tracks.memory[:, which] = 0
    tracks.memory[clock, which] = 1


def _fall_idle(tracks: Tracks, which: NDArray[np.intp], streams: Sequence[int]) -> list[Symbol]:
    at_s = (tracks.hops[which] * HOP_S - _IDLE_LAG_S).tolist()
    clocks = tracks.clock[which].tolist()
    tracks.clock[which] = _NO_CLOCK
    tracks.turn[:, which] = 0
    tracks.memory[:, which] = 0
    tracks.presence[which] = 0
    return [
        Symbol(streams[track], ended_s, IDLE, clock, 1.0, True)
        for track, ended_s, clock in zip(which.tolist(), at_s, clocks, strict=True)
    ]


def _read(tracks: Tracks, which: NDArray[np.intp], streams: Sequence[int]) -> list[Symbol]:
    """The most likely values of the symbols that end on some tracks."""
    clock = tracks.clock[which]
    weight = tracks.weight[clock, which]
    heard = tracks.heard[clock, :, which] / np.maximum(weight, 1e-6)[:, None]
    scores = np.log(heard + np.float32(_SOFT)) @ _CODEBOOK_T
    rows = np.arange(len(which))
    value = scores.argmax(axis=1)
    best = scores[rows, value]
    scores[rows, value] = -np.inf
    confidence = 1 - np.exp((scores.max(axis=1) - best) / 2)
    strong = (
        (confidence >= _STRONG_CONFIDENCE) & (weight >= _STRONG_WEIGHT) & (best > _STRONG_SCORE)
    )
    at_s = tracks.hops[which] * HOP_S - _SYMBOL_LAG_S
    columns = (at_s, value, clock, confidence, strong)
    named = [streams[track] for track in which.tolist()]
    return list(map(Symbol, named, *(column.tolist() for column in columns)))
