"""What is on the line when somebody has just stopped speaking: breath, fading away.

Behind a caller's words no telephone is silent from one sample to the next. A turn detector that was
trained on people takes such a silence for a pause in the middle of a sentence, and waits.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from .mouth import Sound
from .tones import Samples, to_samples

BREATH_S = 0.5
BREATH_DBFS = -52.0
"""No peak of it reaches what the harness and the ear take for a voice (-46 dBFS)."""
_FADES_S = 0.2
_FULL_SCALE = 32768


@cache
def breath(rate_hz: int) -> Samples:
    """White noise that fades to nothing; always the same, for a sound is to be the same twice.

    Its peaks are 4.8 dB above its rms, since they are those of an even distribution.
    """
    count = round(BREATH_S * rate_hz)
    noise = np.random.default_rng(0).uniform(-(3**0.5), 3**0.5, count)
    fade = np.clip(np.linspace(BREATH_S / _FADES_S, 0, count), 0, 1)
    return to_samples(noise * fade * _FULL_SCALE * 10 ** (BREATH_DBFS / 20))


def breathing_out(sound: Sound) -> Samples:
    """The sound with breath from the end of its voice on, longer by what has no room in it."""
    behind, end = breath(sound.rate_hz), sound.voiced_end
    heard = np.zeros(max(len(sound.samples), end + len(behind)), np.int16)
    heard[: len(sound.samples)] = sound.samples
    heard[end : end + len(behind)] = behind
    return heard
