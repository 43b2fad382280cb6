"""Small stereo recordings: tones where somebody talks, and what would be heard in them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.second_opinion.listening import Listened
from bench.second_opinion.sound import Stretch
from bench.second_opinion.words import Said

RATE_HZ = 8000
LOUD, SILENT = (0x20, 0xA0), 0xFF

Spoken = tuple[str, float, float, str]
"""Who, from, until, what; an ellipsis at the end was cut off."""


def wav(path: Path, length_s: float, caller: Sequence[Stretch], agent: Sequence[Stretch]) -> Path:
    """µ-law: a square wave of 1 kHz in the stretches, digital silence elsewhere."""
    sides = np.full((round(length_s * RATE_HZ), 2), SILENT, np.uint8)
    for side, stretches in enumerate((caller, agent)):
        for stretch in stretches:
            first, end = round(stretch.from_s * RATE_HZ), round(stretch.until_s * RATE_HZ)
            sides[first:end, side] = np.resize(np.repeat(LOUD, 4), end - first)
    data = sides.tobytes()
    form = struct.pack("<HHIIHHH", 7, 2, RATE_HZ, 2 * RATE_HZ, 2, 8, 0)
    chunks = b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form
    chunks += b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)
    return path


def listened(length_s: float, *spoken: Spoken) -> Listened:
    """A recording in which every utterance is heard as it was said."""
    said = [
        Said(who, from_s, until_s, text.removesuffix("…"), whole=not text.endswith("…"))
        for who, from_s, until_s, text in spoken
    ]
    sides = {
        side: [Stretch(each.from_s, each.until_s) for each in said if each.who == side]
        for side in ("caller", "agent")
    }
    return Listened(length_s, sides["caller"], sides["agent"], said)
