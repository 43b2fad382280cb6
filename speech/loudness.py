"""Where sound begins and how loud it is, without any understanding of it."""

from __future__ import annotations

import numpy as np

from .tones import Samples

_FULL_SCALE = 32768.0
_BLOCK_S = 0.005


def rms_dbfs(samples: Samples) -> float:
    """Root mean square relative to full scale; minus infinity for silence or nothing."""
    if not samples.any():
        return float("-inf")
    return float(10 * np.log10(np.mean((samples / _FULL_SCALE) ** 2)))


def onset(samples: Samples, rate_hz: int, floor_dbfs: float = -50.0) -> int | None:
    """The index of the first sample of energy: where 5 ms first exceed the floor.

    None where all is below it. Works for whatever is played, coded or not.
    """
    block_n = max(1, round(_BLOCK_S * rate_hz))
    whole = np.pad(samples, (0, -len(samples) % block_n)).astype(np.float32) / _FULL_SCALE
    loud = (whole.reshape(-1, block_n) ** 2).mean(axis=1) > 10 ** (floor_dbfs / 10)
    if not loud.any():
        return None
    start_n = int(loud.argmax()) * block_n
    over = abs(whole[start_n : start_n + block_n]) > 10 ** (floor_dbfs / 20)
    return start_n + int(over.argmax())
