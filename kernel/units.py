"""Quantities as people write them (`500ms`, `20%`, `4/s`) and as numbers.

The same strings stand in YAML files and travel in the control API, so a quantity never loses its
unit. All are converted by `convert`, all refuse a number without a unit.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from .errors import brief
from .roll import normal, roll

T = TypeVar("T")

_NUMBER = r"([0-9]+(?:\.[0-9]+)?)"
_DURATION = re.compile(rf"^{_NUMBER}\s*(ns|us|ms|s|m|h)$")
_SHARE = re.compile(rf"^{_NUMBER}\s*%$")
_RATE = re.compile(rf"^{_NUMBER}\s*/\s*(s|m|min|h)$")
_RATIO = re.compile(rf"^{_NUMBER}\s*x(?:\s+baseline)?$")
_CALL = re.compile(r"^(\w+)\((.*)\)$")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_FINEST_S, LONGEST_S = 1e-9, 1000 * 3600.0
_SLOWEST, _FASTEST = 1 / LONGEST_S, 10_000.0
_LARGEST_RATIO = 1e6


def _digits(number: float) -> str:
    """12 digits of a number, as `parse` reads them: without an exponent."""
    text = format(Decimal(f"{number:.12g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class Duration(float):
    """Seconds, written `500ms`, `2s`, `5m`, `1h`; from 1ns to 1000h, or 0."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> Duration:
        """ValueError with examples if `text` has no unit or is not a duration."""
        match = _DURATION.match(text.strip()) if isinstance(text, str) else None
        if not match:
            what = f"{brief(text)} is not a duration"
            raise ValueError(f"{what}; write for example 500ms, 2s or 5m")
        seconds = float(match[1]) * _SECONDS[match[2]]
        if seconds and not _FINEST_S <= seconds <= LONGEST_S:
            raise ValueError(f"{brief(text)} is out of reach; write a duration from 1ns to 1000h")
        return cls(seconds)

    def __str__(self) -> str:
        return f"{_digits(self * 1000)}ms" if 0 < self < 1 else f"{_digits(self)}s"

    @property
    def ns(self) -> int:
        return round(self * 1e9)


class Share(float):
    """A part of a whole from 0 to 1, written `20%`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> Share:
        match = _SHARE.match(text.strip()) if isinstance(text, str) else None
        if not match or float(match[1]) > 100:
            what = f"{brief(text)} is not a share"
            raise ValueError(f"{what}; write a percentage from 0% to 100%")
        return cls(float(match[1]) / 100)

    def __str__(self) -> str:
        return f"{_digits(self * 100)}%"


class Rate(float):
    """Events per second, written `4/s` or `90/m`; from one in 1000 h to 10000/s, or 0."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> Rate:
        match = _RATE.match(text.strip()) if isinstance(text, str) else None
        if not match:
            raise ValueError(f"{brief(text)} is not a rate; write for example 4/s or 90/m")
        rate = float(match[1]) / _SECONDS[match[2]]
        if rate and not _SLOWEST <= rate <= _FASTEST:
            raise ValueError(f"{brief(text)} is out of reach; write a rate up to 10000/s")
        return cls(rate)

    def __str__(self) -> str:
        return f"{_digits(self)}/s"


class Ratio(float):
    """A multiple of the baseline's figure, written `1.5x` or `1.5x baseline`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> Ratio:
        match = _RATIO.match(text.strip()) if isinstance(text, str) else None
        if not match:
            what = f"{brief(text)} is not a multiple of the baseline"
            raise ValueError(f"{what}; write for example 1.5x")
        if (ratio := float(match[1])) > _LARGEST_RATIO:
            raise ValueError(f"{brief(text)} is out of reach; write for example 1.5x")
        return cls(ratio)

    def __str__(self) -> str:
        return f"{_digits(self)}x baseline"


class Latency:
    """A distribution of delays: `300ms` (always the same) or `lognormal(p50, p95)`, in seconds."""

    # A plain class: msgspec hands structs and dataclasses to itself, not to `decode`.
    __slots__ = ("p50_s", "p95_s")

    def __init__(self, p50_s: float, p95_s: float) -> None:
        self.p50_s, self.p95_s = p50_s, p95_s

    @property
    def constant(self) -> bool:
        """Is it always the same?"""
        return self.p50_s == self.p95_s

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Latency):
            return NotImplemented
        return (self.p50_s, self.p95_s) == (other.p50_s, other.p95_s)

    def __hash__(self) -> int:
        return hash((self.p50_s, self.p95_s))

    def __repr__(self) -> str:
        return f"Latency({self})"

    @classmethod
    def parse(cls, text: object) -> Latency:
        match = _CALL.match(text.strip()) if isinstance(text, str) else None
        if not match:
            always = Duration.parse(text)
            return cls(always, always)
        arguments = [Duration.parse(part) for part in match[2].split(",")]
        if match[1] != "lognormal" or len(arguments) != 2 or not 0 < arguments[0] <= arguments[1]:
            raise ValueError(
                f"{brief(text)} is not a latency; "
                "write 300ms or lognormal(P50, P95) with P50 <= P95"
            )
        return cls(float(arguments[0]), float(arguments[1]))

    def __str__(self) -> str:
        if self.constant:
            return str(Duration(self.p50_s))
        return f"lognormal({Duration(self.p50_s)}, {Duration(self.p95_s)})"

    def draw_s(self, seed: int, *names: object) -> float:
        """Seconds, the same for the same names."""
        if self.constant:
            return self.p50_s
        sigma = math.log(self.p95_s / self.p50_s) / 1.6448536269514722
        return self.p50_s * math.exp(sigma * normal(seed, *names))

    def draw_ns(self, seed: int, *names: object) -> int:
        return round(self.draw_s(seed, *names) * 1e9)


def chance(share: float, seed: int, *names: object) -> bool:
    """True for `share` of all names."""
    return roll(seed, *names) < share


QUANTITIES = (Duration, Share, Rate, Ratio, Latency)


def decode(kind: type, value: Any) -> Any:
    """The msgspec `dec_hook` for quantities."""
    if kind in QUANTITIES:
        return kind.parse(value)
    raise NotImplementedError(f"no conversion to {kind}")


def encode(value: Any) -> Any:
    """The msgspec `enc_hook` for quantities."""
    if isinstance(value, QUANTITIES):
        return str(value)
    raise NotImplementedError(f"no conversion of {type(value)}")


def convert(value: Any, kind: type[T]) -> T:
    """`value`, made of builtins, as `kind`; the keys of a mapping may be text, as in JSON.

    msgspec.ValidationError names the path.
    """
    return msgspec.convert(value, kind, dec_hook=decode, str_keys=True)


def builtins(value: Any) -> Any:
    """The reverse of `convert`."""
    return msgspec.to_builtins(value, enc_hook=encode)
