"""Where sound is audible, by its energy, for many frames of µ-law at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from speech.g711 import mulaw_decode

from ..protocols.media_streams import FRAME_BYTES

FLOOR_DBFS = -46.0
"""A sample whose size exceeds this is loud."""
LOUD_SAMPLES = 8
"""A frame of 20 ms with fewer loud samples (1 ms) is a click, and silent."""

_LOUD = np.abs(mulaw_decode(bytes(range(256))).astype(np.int32)) > 32768 * 10 ** (FLOOR_DBFS / 20)


def voiced_spans(frames: Sequence[bytes]) -> list[tuple[int, int] | None]:
    """For each frame of 160 µ-law bytes its first loud sample and the one after its last.

    None for a silent frame. This is what "voiced" means wherever the harness says it: an utterance
    begins at the first loud sample of its first voiced frame and ends after the last of its last.
    """
    if not frames:
        return []
    loud = _LOUD[np.frombuffer(b"".join(frames), np.uint8).reshape(-1, FRAME_BYTES)]
    firsts = loud.argmax(axis=1).tolist()
    lasts = (FRAME_BYTES - loud[:, ::-1].argmax(axis=1)).tolist()
    voiced = (np.count_nonzero(loud, axis=1) >= LOUD_SAMPLES).tolist()
    return [
        (first, last) if is_voiced else None
        for first, last, is_voiced in zip(firsts, lasts, voiced, strict=True)
    ]
