"""Recordings as text and text as recordings: what `fastbusy hear` and `fastbusy say` do."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .alphabet import Role
from .ear import Ear
from .events import Started
from .heard import HeardUtterance
from .mouth import Mouth, Utterance
from .resample import resample
from .tones import Samples
from .transcript import Transcript
from .voice import DEFAULT_VOICE, Voice
from .wav import read_wav

_EAR_RATE_HZ = 16000
_RATES_HEARD_HZ = (8000, 16000, 24000, 48000)
_SILENCE_S = 0.2  # after which an ear has let go of the last symbol


def hear_samples(samples: Samples, rate_hz: int) -> list[HeardUtterance]:
    """The utterances in int16 samples of one channel, in order, of either role."""
    if rate_hz not in _RATES_HEARD_HZ:
        samples, rate_hz = resample(samples, rate_hz, _EAR_RATE_HZ), _EAR_RATE_HZ
    ear = Ear(rate_hz, capacity=1)
    stream = ear.open()
    silence = np.zeros(round(_SILENCE_S * rate_hz), np.int16)
    transcript = Transcript()
    heard: list[HeardUtterance] = []
    for symbol in ear.hear({stream: np.concatenate([samples, silence])}):
        started = any(isinstance(event, Started) for event in transcript.add(symbol))
        if started:
            heard.append(transcript.utterance)
    return heard


def hear_file(path: Path | str) -> list[list[HeardUtterance]]:
    """The utterances of a WAV file, channel by channel."""
    samples, rate_hz = read_wav(path)
    channels = samples.T if samples.ndim > 1 else [samples]
    return [hear_samples(np.ascontiguousarray(channel), rate_hz) for channel in channels]


def say(
    text: str,
    *,
    rate_hz: int = 8000,
    role: Role = Role.CALLER,
    voice: Voice | str = DEFAULT_VOICE,
    identity: int | None = None,
) -> Utterance:
    """One utterance by a mouth of its own."""
    return Mouth(role, rate_hz, voice).speak(text, identity)
