"""How a wire writes samples as bytes: 16-bit linear PCM, little end first, or G.711."""

from __future__ import annotations

from enum import Enum

import numpy as np

from .g711 import alaw_decode, alaw_encode, mulaw_decode, mulaw_encode
from .tones import Samples


class Encoding(Enum):
    """The encodings of call audio, by the names that providers give them."""

    LINEAR16 = "linear16"
    MULAW = "mulaw"
    ALAW = "alaw"

    @property
    def sample_bytes(self) -> int:
        """Bytes of one sample."""
        return 2 if self is Encoding.LINEAR16 else 1

    def decode(self, data: bytes) -> Samples:
        """Bytes to int16 samples; an odd last byte of linear PCM is an error (ValueError)."""
        if self is Encoding.LINEAR16:
            return np.frombuffer(data, "<i2").astype(np.int16, copy=False)
        return mulaw_decode(data) if self is Encoding.MULAW else alaw_decode(data)

    def encode(self, samples: Samples) -> bytes:
        """int16 samples to bytes."""
        if self is Encoding.LINEAR16:
            return samples.astype("<i2", copy=False).tobytes()
        return mulaw_encode(samples) if self is Encoding.MULAW else alaw_encode(samples)
