"""Who is audible when in a stereo recording, by energy alone."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]

_MULAW_TAG = 7
_WINDOW_S = 0.01
_AUDIBLE_DB = -45.0
_ABOVE_NOISE_DB = 12.0
_QUIET_SHARE = 20  # percent of the windows in which only the line's noise is heard
_BREATH_S = 0.35
_CLICK_S = 0.03

_CODES = np.arange(256, dtype=np.uint8) ^ 0xFF
_MAGNITUDES = ((((_CODES & 15).astype(np.int32) << 3) + 132) << (_CODES >> 4 & 7)) - 132
_FROM_MULAW = np.where(_CODES & 128, -_MAGNITUDES, _MAGNITUDES) / 32768


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sound without a pause longer than a breath; seconds from the recording's start."""

    from_s: float
    until_s: float

    @property
    def seconds(self) -> float:
        return self.until_s - self.from_s


def read_stereo(path: Path) -> tuple[int, Samples]:
    """Rate in Hz, and samples [n, 2] from -1 to 1 of a µ-law WAV file. ValueError for another."""
    content = path.read_bytes()
    chunks = dict(_chunks(content))
    if content[:4] != b"RIFF" or not {b"fmt ", b"data"} <= chunks.keys():
        raise ValueError(f"{path} is no WAV file")
    tag, channels, rate_hz = struct.unpack_from("<HHI", chunks[b"fmt "])
    if (tag, channels) != (_MULAW_TAG, 2):
        raise ValueError(f"{path} is not µ-law in stereo: format {tag}, {channels} channels")
    octets = np.frombuffer(chunks[b"data"], np.uint8)
    return rate_hz, _FROM_MULAW[octets[: len(octets) // 2 * 2]].reshape(-1, 2)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 12
    while place + 8 <= len(content):
        name, length = struct.unpack_from("<4sI", content, place)
        yield name, content[place + 8 : place + 8 + length]
        place += 8 + length + length % 2


def audible(samples: Samples, rate_hz: int) -> list[Stretch]:
    """The stretches of one channel that stand out of its silence, or of its steady noise."""
    window = round(_WINDOW_S * rate_hz)
    windows = samples[: len(samples) // window * window].reshape(-1, window)
    if not len(windows):
        return []
    level_db = 10 * np.log10(np.mean(windows**2, axis=1) + 1e-12)
    noise_db = float(np.percentile(level_db, _QUIET_SHARE))
    # Speech that fills most of a short recording is not its own noise.
    limit_db = min(max(_AUDIBLE_DB, noise_db + _ABOVE_NOISE_DB), -25.0)
    loud = np.concatenate([[False], level_db > limit_db, [False]])
    begins, ends = np.flatnonzero(loud[1:] & ~loud[:-1]), np.flatnonzero(loud[:-1] & ~loud[1:])
    found = [
        Stretch(begin * _WINDOW_S, end * _WINDOW_S)
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)
    ]
    return [stretch for stretch in joined(found, _BREATH_S) if stretch.seconds >= _CLICK_S]


def joined(stretches: Sequence[Stretch], pause_s: float) -> list[Stretch]:
    """The same with all pauses up to `pause_s` filled."""
    found: list[Stretch] = []
    for stretch in stretches:
        if found and stretch.from_s - found[-1].until_s <= pause_s:
            found[-1] = Stretch(found[-1].from_s, max(found[-1].until_s, stretch.until_s))
        else:
            found.append(stretch)
    return found
