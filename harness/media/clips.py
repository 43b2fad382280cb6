"""The agent's recordings that a caller knows when it hears them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from kernel.errors import UsageError
from speech.fingerprint import LIKE, RATE_HZ, SHORTEST_S, Shape, audible_s, likeness, probe, shape
from speech.g711 import mulaw_decode
from speech.resample import resample
from speech.wav import read_wav

from ..files.grammar import Flaw
from ..planning.reach import ClipPurpose as Purpose

LONGEST_S = 60
"""So much of a sound is looked through; music on hold may go on for longer."""


class Clips:
    """Recordings, each with what it is for."""

    def __init__(self, known: Sequence[tuple[Shape, Purpose]] = ()) -> None:
        self._known = known

    @classmethod
    def read(cls, files: Mapping[str, Purpose]) -> Clips:
        """Of WAV files. UsageError if one of them cannot be read."""
        return cls([(_probe(file), purpose) for file, purpose in files.items()])

    def purpose_of(self, sound: bytes) -> Purpose | None:
        """What the recording is for that is in a sound of µ-law at 8 kHz; None if none is."""
        if not self._known:
            return None
        heard = shape(mulaw_decode(sound[: LONGEST_S * RATE_HZ]))
        like, purpose = max(
            ((likeness(known, heard), purpose) for known, purpose in self._known),
            key=lambda found: found[0],
        )
        return purpose if like >= LIKE else None


NO_CLIPS = Clips()


def flaws(files: Mapping[str, Purpose]) -> Iterator[Flaw]:
    """What is wrong with the files of a target's `clips`."""
    for file in files:
        try:
            seconds = audible_s(_probe(file))
        except UsageError as error:
            yield Flaw(("clips", file), f"{file}: {error.what}", error.remedy or "name a WAV file")
        else:
            if seconds < SHORTEST_S:
                what = f"{file}: {seconds:.1f} s of sound are too little to be known again"
                yield Flaw(("clips", file), what, f"take it out: it needs {SHORTEST_S} s")


def _probe(file: str) -> Shape:
    samples, rate_hz = read_wav(file)
    if samples.ndim > 1:
        samples = np.ascontiguousarray(samples[:, 0])
    return probe(resample(samples, rate_hz, RATE_HZ))
