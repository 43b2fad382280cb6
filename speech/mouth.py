"""Text to call audio that carries its own transcript, one mouth for each voice on a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.errors import UsageError

from .alphabet import END, IDENTITY, Role
from .cache import SHARED_CACHE, SoundCache
from .chord import CLOCK_TONES, SPACING_HZ
from .crc import crc_symbols, word_crc
from .identity import identity_digits
from .piece import Piece, Recipe
from .steps import Steps, at_once
from .tones import Samples, tone_table
from .voice import DEFAULT_VOICE, VOICES, Voice

__all__ = [
    "HUMMED_PAUSES", "SHARED_CACHE", "VOICES", "Mouth", "Role", "Sound", "SoundCache", "SpokenText",
    "Utterance", "Voice",
]  # fmt: skip

SYMBOL_S = 0.06
SYMBOL_S_RANGE = (0.04, 0.1)
TRAILING_SILENCE_S = 0.12
"""After END, so that an ear is idle before the next START."""
HUMMED_PAUSES: Mapping[str, float] = MappingProxyType(
    dict.fromkeys(",;:", 0.15) | dict.fromkeys(".?!", 0.35)
)
"""Seconds that a voice hums on after each mark: a pause that does not end a turn."""
NO_PAUSES: Mapping[str, float] = MappingProxyType({})
_LOWEST_RATE_HZ = 8000
_NO_TIMES: NDArray[np.int64] = np.zeros(0, np.int64)


class SpokenText(NamedTuple):
    """A character or word and when it sounds, in seconds from the start of the utterance."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Sound:
    """A stretch of an utterance. `samples` are its own; times count from the utterance's start."""

    samples: Samples
    rate_hz: int
    text: str
    start_n: int
    """The sample of the utterance that `samples` starts at."""
    voiced_end: int
    """Index in `samples` after the last voiced one; what follows is silence."""
    starts_n: NDArray[np.int64]
    ends_n: NDArray[np.int64]

    @property
    def duration_s(self) -> float:
        """Length of `samples`, silence included."""
        return len(self.samples) / self.rate_hz

    @cached_property
    def characters(self) -> list[SpokenText]:
        """Every character of the text, as spoken."""
        starts_s, ends_s = (
            ((times + self.start_n) / self.rate_hz).tolist()
            for times in (self.starts_n, self.ends_n)
        )
        return list(map(SpokenText, self.text, starts_s, ends_s))

    @cached_property
    def words(self) -> list[SpokenText]:
        """Every word: what stands between spaces."""
        words: list[SpokenText] = []
        in_word = False
        for character in self.characters:
            if character.text.isspace():
                in_word = False
            elif in_word:
                begun = words[-1]
                words[-1] = SpokenText(begun.text + character.text, begun.start_s, character.end_s)
            else:
                words.append(character)
                in_word = True
        return words


@dataclass(frozen=True)
class Utterance(Sound):
    """A whole utterance: START, text, END, CRC and the silence after it."""

    role: Role
    identity: int | None


class Mouth:
    """One voice on one line: a caller's call, or a TTS connection.

    The symbol clock runs on through all its utterances. `speak` gives a whole utterance; `begin`,
    `say`, `finish` give one in pieces, which are joined by a space each.
    """

    def __init__(
        self,
        role: Role,
        rate_hz: int,
        voice: Voice | str = DEFAULT_VOICE,
        *,
        symbol_s: float = SYMBOL_S,
        cache: SoundCache | None = None,
    ) -> None:
        """`rate_hz` is a multiple of 50 from 8000 up; `symbol_s` is 0.04 to 0.1 seconds."""
        self.role, self.rate_hz, self.voice = role, _checked_rate(rate_hz), _named(voice)
        self._symbol_n = round(_checked_symbol(symbol_s) * rate_hz)
        self._tones = tone_table(rate_hz, self._symbol_n)
        self._cache = SHARED_CACHE if cache is None else cache
        self._clock = 0
        self._reset(None)

    def speak(
        self, text: str, identity: int | None = None, *, pauses: Mapping[str, float] = NO_PAUSES
    ) -> Utterance:
        """A whole utterance, its trailing silence included.

        `pauses` gives, for each mark, the seconds that the voice hums on after it.
        """
        return at_once(self.speaking(text, identity, pauses=pauses))

    def speaking(
        self, text: str, identity: int | None = None, *, pauses: Mapping[str, float] = NO_PAUSES
    ) -> Steps[Utterance]:
        """`speak` in steps. What is begun before they are done takes their place."""
        self.begin(identity)
        body = yield from self._uttering(text, pauses)
        rest = self.finish()
        return Utterance(
            np.concatenate([body.samples, rest.samples]), self.rate_hz, text, 0,
            len(body.samples) + rest.voiced_end, body.starts_n, body.ends_n, self.role, identity,
        )  # fmt: skip

    def begin(self, identity: int | None = None) -> None:
        """Open an utterance; its START sounds with the first piece."""
        self._reset(identity)

    def say(self, text: str, *, pauses: Mapping[str, float] = NO_PAUSES) -> Sound:
        """The next piece of the utterance, without outer white space; empty text has no sound."""
        return at_once(self.saying(text, pauses=pauses))

    def saying(self, text: str, *, pauses: Mapping[str, float] = NO_PAUSES) -> Steps[Sound]:
        """`say` in steps, one if the text has been said before. Nothing else may be said until
        they are done."""
        text = text.strip()
        return (yield from self._uttering(text, pauses)) if text else self._silence(0)

    def pause(self, pause_s: float) -> Sound:
        """Silence inside an utterance; a listener may well take it for its end."""
        return self._silence(round(pause_s * self.rate_hz))

    def finish(self) -> Sound:
        """END, CRC and silence; only silence if nothing was said."""
        silence_n = round(TRAILING_SILENCE_S * self.rate_hz)
        if not self._values:
            return self._silence(silence_n)
        closing = [*self._identity_due(), END, *crc_symbols(self._values)]
        piece = at_once(self._fetching("", len(closing)))
        sound = self._sound("", piece, closing, silence_n)
        self._reset(None)
        return sound

    def cancel(self) -> None:
        """Abandon the utterance; no END will sound."""
        self._reset(None)

    def _reset(self, identity: int | None) -> None:
        self._identity = identity
        self._values: list[int] = []
        self._word: tuple[int, ...] = ()
        self._said_n = 0
        self._fade: Samples = np.zeros(0, np.int16)

    def _identity_due(self) -> list[int]:
        """The symbols of an identity that has not sounded yet."""
        if self._identity is None:
            return []
        digits = identity_digits(self._identity)
        self._identity = None
        return [IDENTITY, *digits]

    def _uttering(self, text: str, pauses: Mapping[str, float]) -> Steps[Sound]:
        joining = bool(self._values)
        head = word_crc(self._word) if joining else self.role.start
        self._values.append(head)
        # An agent's identity follows START, a caller's the first word: it delays no transcript.
        opening = [head]
        if joining or self.role is Role.AGENT:
            opening += self._identity_due()
        inner = self._identity_due() if " " in text.lstrip(" ") else []
        hums = tuple((mark, round(pause_s * self.rate_hz)) for mark, pause_s in pauses.items())
        piece = yield from self._fetching(text, len(opening), len(inner), hums)
        self._values += piece.values
        self._word = piece.last_word
        return self._sound(text, piece, opening + inner, 0)

    def _fetching(
        self, text: str, opening: int, inner: int = 0, hums: tuple[tuple[str, int], ...] = ()
    ) -> Steps[Piece]:
        recipe = Recipe(self.voice, self.rate_hz, self._symbol_n, text, opening, inner, hums)
        return self._cache.fetching(recipe)

    def _sound(self, text: str, piece: Piece, holes: Sequence[int], silence_n: int) -> Sound:
        """The piece with its holes filled, its clock, and the last piece's fade-out in front."""
        end_n = len(piece.samples)
        samples = np.zeros(max(end_n, piece.length_n + silence_n), np.int16)
        samples[:end_n] = piece.samples
        samples[: len(self._fade)] += self._fade
        for value, start_n in zip(holes, piece.holes_n, strict=True):
            wave = self._tones.data(value, start_n)
            samples[start_n : start_n + len(wave)] += wave
        turn = self.role.value
        for start_n, count in piece.runs:
            self._tones.add_clock(samples, start_n, count, self._clock, turn)
            self._clock = (self._clock + turn * count) % CLOCK_TONES
        said_n = piece.length_n + silence_n
        self._fade = samples[said_n:]
        voiced_n = min(end_n, said_n)
        return self._timed(text, samples[:said_n], voiced_n, piece.starts_n, piece.ends_n)

    def _silence(self, length_n: int) -> Sound:
        samples = np.zeros(length_n, np.int16)
        voiced_n = min(length_n, len(self._fade))
        samples[:voiced_n] = self._fade[:voiced_n]
        self._fade = self._fade[voiced_n:]
        return self._timed("", samples, voiced_n, _NO_TIMES, _NO_TIMES)

    def _timed(
        self,
        text: str,
        samples: Samples,
        voiced_n: int,
        starts_n: NDArray[np.int64],
        ends_n: NDArray[np.int64],
    ) -> Sound:
        start_n = self._said_n
        self._said_n += len(samples)
        return Sound(samples, self.rate_hz, text, start_n, voiced_n, starts_n, ends_n)


def _checked_rate(rate_hz: int) -> int:
    if rate_hz < _LOWEST_RATE_HZ or rate_hz % SPACING_HZ:
        raise UsageError(
            f"no mouth speaks at {rate_hz} Hz",
            remedy=f"take a multiple of {SPACING_HZ} Hz from {_LOWEST_RATE_HZ} up, such as 24000",
        )
    return rate_hz


def _checked_symbol(symbol_s: float) -> float:
    shortest_s, longest_s = SYMBOL_S_RANGE
    if not shortest_s <= symbol_s <= longest_s:
        raise UsageError(
            f"a symbol of {symbol_s} s cannot be heard",
            remedy=f"take {shortest_s} to {longest_s} s; {SYMBOL_S} s is the usual one",
        )
    return symbol_s


def _named(voice: Voice | str) -> Voice:
    if isinstance(voice, Voice):
        return voice
    if voice not in VOICES:
        raise UsageError(f"unknown voice {voice!r}", remedy=f"take one of {', '.join(VOICES)}")
    return VOICES[voice]
