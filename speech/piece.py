"""One stretch of an utterance as sound, rendered once: voice and text, with holes for what differs.

Symbols that are not the same each time a text is spoken (START or a joining SPACE, the identity,
END and its CRC) are holes: voiced, but without tones. Clock tones are left out too. A mouth adds
both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate, chain, cycle, islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import voice as base_voice
from .alphabet import spell_text
from .steps import Steps, at_once
from .tones import VOICE_RMS, Samples, tone_table
from .voice import FILLERS, Voice

_HOLE, _HUM = -1, -2
_SLOTS_OF_A_STEP = 32


class Recipe(NamedTuple):
    """All that a piece's sound depends on: a voice, a text and where its holes are."""

    voice: Voice
    rate_hz: int
    symbol_n: int
    text: str
    opening: int = 0
    """How many holes come first."""
    inner: int = 0
    """How many holes come after the first space that follows a word."""
    hums: tuple[tuple[str, int], ...] = ()
    """Marks after which the voice hums on, without a symbol, for so many samples."""


@dataclass(frozen=True)
class Piece:
    """A rendered recipe; `samples` run over the length by the 5 ms of the last fade-out."""

    samples: Samples
    length_n: int
    holes_n: tuple[int, ...]
    """Where the holes start."""
    runs: tuple[tuple[int, int], ...]
    """Start and count of symbols in a row, between hums."""
    values: tuple[int, ...]
    """The text's symbol values."""
    last_word: tuple[int, ...]
    """Those of them after the last space."""
    starts_n: NDArray[np.int64]
    ends_n: NDArray[np.int64]
    """Where each character of the text starts and ends."""

    @property
    def size_bytes(self) -> int:
        """What the piece costs a cache."""
        return self.samples.nbytes + self.starts_n.nbytes + self.ends_n.nbytes + 1024


class _Slot(NamedTuple):
    value: int
    letter: str
    length_n: int
    character: int = -1  # index of the character that the slot belongs to


def _holes(count: int, length_n: int) -> list[_Slot]:
    return [_Slot(_HOLE, filler, length_n) for filler in islice(cycle(FILLERS), count)]


def _text_slots(recipe: Recipe, spelled: list[tuple[int, ...]]) -> list[_Slot]:
    text, length_n = recipe.text, recipe.symbol_n
    hums: Mapping[str, int] = dict(recipe.hums)
    word_over = text.find(" ", len(text) - len(text.lstrip(" ")))
    slots: list[_Slot] = []
    for place, (character, values) in enumerate(zip(text, spelled, strict=True)):
        prefix = zip(values[:-1], cycle(FILLERS), strict=False)
        slots += [_Slot(value, filler, length_n, place) for value, filler in prefix]
        slots.append(_Slot(values[-1], character, length_n, place))
        if character in hums and text[place + 1 : place + 2] == " ":
            slots.append(_Slot(_HUM, FILLERS[0], hums[character]))
        if place == word_over:
            slots += _holes(recipe.inner, length_n)
    return slots


def _runs(slots: list[_Slot], starts_n: list[int]) -> tuple[tuple[int, int], ...]:
    runs: list[tuple[int, int]] = []
    joined = False
    for slot, start_n in zip(slots, starts_n, strict=True):
        if slot.value == _HUM:
            joined = False
        elif joined:
            runs[-1] = runs[-1][0], runs[-1][1] + 1
        else:
            runs.append((start_n, 1))
            joined = True
    return tuple(runs)


def _character_times(
    slots: list[_Slot], starts_n: list[int], ends_n: list[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for slot, start_n, end_n in zip(slots, starts_n, ends_n, strict=True):
        if slot.character >= 0:
            first.setdefault(slot.character, start_n)
            last[slot.character] = end_n
    return np.array([*first.values()], np.int64), np.array([*last.values()], np.int64)


def bake(recipe: Recipe) -> Piece:
    """What `baking` returns, at once."""
    return at_once(baking(recipe))


def baking(recipe: Recipe) -> Steps[Piece]:
    """Render a piece: some 0.5 ms of one core for each second of 8 kHz sound."""
    spelled = spell_text(recipe.text)
    slots = _holes(recipe.opening, recipe.symbol_n) + _text_slots(recipe, spelled)
    *starts_n, length_n = accumulate((slot.length_n for slot in slots), initial=0)
    ends_n = [*starts_n[1:], length_n]

    letters = [slot.letter for slot in slots]
    sound = yield from base_voice.rendering(recipe.voice, letters, ends_n, recipe.rate_hz)
    samples = np.rint(sound * VOICE_RMS).astype(np.int16)
    tones = tone_table(recipe.rate_hz, recipe.symbol_n)
    for place, (slot, start_n) in enumerate(zip(slots, starts_n, strict=True)):
        if place % _SLOTS_OF_A_STEP == 0:
            yield
        if slot.value >= 0:
            wave = tones.data(slot.value, start_n)
            samples[start_n : start_n + len(wave)] += wave
    samples.flags.writeable = False

    placed = list(zip(slots, starts_n, strict=True))
    return Piece(
        samples,
        length_n,
        tuple(start_n for slot, start_n in placed if slot.value == _HOLE),
        _runs(slots, starts_n),
        tuple(chain.from_iterable(spelled)),
        tuple(chain.from_iterable(spelled[recipe.text.rfind(" ") + 1 :])),
        *_character_times(slots, starts_n, ends_n),
    )
