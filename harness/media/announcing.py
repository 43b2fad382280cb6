"""What the telephone network itself lets a caller hear: words in its own voice, and clips.

Its words can be read like an agent's, but carry nobody's identity.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from speech.alphabet import Role
from speech.g711 import mulaw_encode
from speech.mouth import Mouth

from ..protocols.media_streams import RATE_HZ

CLIP_S = 3.0
"""Sound files are not fetched: each is a tone of this length."""
_CLIP_HZ = 440.0
_CLIP_LEVEL = 4000.0


@lru_cache(maxsize=64)  # an announcement is heard by many callers
def words(text: str) -> bytes:
    """µ-law at 8 kHz."""
    return mulaw_encode(Mouth(Role.AGENT, RATE_HZ).speak(text, None).samples)


@lru_cache(maxsize=1)
def clip() -> bytes:
    """µ-law at 8 kHz that no ear takes for speech."""
    times_s = np.arange(round(CLIP_S * RATE_HZ)) / RATE_HZ
    return mulaw_encode((_CLIP_LEVEL * np.sin(2 * np.pi * _CLIP_HZ * times_s)).astype(np.int16))


def length_s(sound: bytes) -> float:
    return len(sound) / RATE_HZ
