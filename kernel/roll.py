"""Randomness as a function of names: the same names, the same number, in any order of asking."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from statistics import NormalDist
from typing import TypeVar

from .errors import UsageError, brief

T = TypeVar("T")
_NORMAL = NormalDist()
LARGEST_SEED = 10**15 - 1
SEED_REMEDY = "give a whole number from 0 on, of up to 15 digits"


def seed_of(text: str) -> int:
    """The seed that an option or a variable says. UsageError if it is none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_SEED))):
        raise UsageError(f"{brief(text)} is no seed", where="--seed", remedy=SEED_REMEDY)
    return int(text)


def roll(seed: int, *names: object) -> float:
    """A number in (0, 1), evenly distributed over names.

    `names` say what is decided and for whom, for example `roll(seed, "llm-429", "call 17", 2)`.
    """
    # With 52 bits the half is exact, so that neither 0 nor 1 comes out.
    return ((_bits(seed, *names) >> 12) + 0.5) / (1 << 52)


def normal(seed: int, *names: object) -> float:
    """A standard normal number."""
    return _NORMAL.inv_cdf(roll(seed, *names))


def pick(choices: Sequence[T], seed: int, *names: object) -> T:
    """One of `choices`, each as likely as the next. IndexError if there are none."""
    return choices[int(roll(seed, *names) * len(choices))]


def seed_for(seed: int, *names: object) -> int:
    """A 53-bit seed for a library that brings its own generator (numpy, Faker)."""
    return _bits(seed, *names) >> 11


def _bits(seed: int, *names: object) -> int:
    text = "\x1f".join([str(seed), *map(str, names)])
    digest = blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
