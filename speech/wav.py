"""WAV files of 16-bit PCM, µ-law or A-law, any number of channels (format tags 1, 7, 6)."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kernel.errors import UsageError

from .encoding import Encoding
from .tones import Samples

_TAGS = {Encoding.LINEAR16: 1, Encoding.ALAW: 6, Encoding.MULAW: 7}
_ENCODINGS = {tag: encoding for encoding, tag in _TAGS.items()}
_EXTENSIBLE = 0xFFFE
_FORMAT = struct.Struct("<HHIIHH")


class Recording(NamedTuple):
    """Samples of one channel [n], or of several [n, channels]."""

    samples: Samples
    rate_hz: int


def write_wav(
    path: Path | str, samples: Samples, rate_hz: int, encoding: Encoding = Encoding.LINEAR16
) -> None:
    """Write int16 samples, [n] or [n, channels]."""
    Path(path).write_bytes(wav_bytes(samples, rate_hz, encoding))


def wav_bytes(samples: Samples, rate_hz: int, encoding: Encoding = Encoding.LINEAR16) -> bytes:
    """A whole WAV file of int16 samples, [n] or [n, channels]."""
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    frame_bytes = channels * encoding.sample_bytes
    data = encoding.encode(np.ascontiguousarray(samples))
    form = _FORMAT.pack(
        _TAGS[encoding], channels, rate_hz, rate_hz * frame_bytes, frame_bytes,
        8 * encoding.sample_bytes,
    )  # fmt: skip
    if encoding is not Encoding.LINEAR16:
        # Other formats than PCM carry the size of an extension and a count of frames.
        form += struct.pack("<H", 0)
    chunks = _chunk(b"fmt ", form)
    if encoding is not Encoding.LINEAR16:
        chunks += _chunk(b"fact", struct.pack("<I", len(samples)))
    return _chunk(b"RIFF", b"WAVE" + chunks + _chunk(b"data", data))


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def read_wav(path: Path | str) -> Recording:
    """The samples of a WAV file as int16. UsageError for any other file or format."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from error
    return parse_wav(data, where=str(path))


def parse_wav(data: bytes, *, where: str = "") -> Recording:
    """The same from bytes; `where` names them in errors."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise UsageError("not a WAV file", where=where, remedy="give a RIFF WAVE file")
    chunks = _chunks(data)
    form, sound = chunks.get(b"fmt ", b""), chunks.get(b"data")
    if len(form) < _FORMAT.size or sound is None:
        raise UsageError("the WAV file has no format or no data", where=where)
    tag, channels, rate_hz, _, frame_bytes, bits = _FORMAT.unpack_from(form)
    if tag == _EXTENSIBLE and len(form) >= 26:
        tag = int.from_bytes(form[24:26], "little")
    encoding = _ENCODINGS.get(tag)
    frame = channels * encoding.sample_bytes if encoding else 0
    if encoding is None or bits != 8 * encoding.sample_bytes or not frame == frame_bytes > 0:
        raise UsageError(
            f"WAV format {tag} with {bits} bits and {channels} channels cannot be read",
            where=where,
            remedy="convert it to 16-bit PCM, µ-law or A-law",
        )
    samples = encoding.decode(sound[: len(sound) // frame_bytes * frame_bytes])
    return Recording(samples if channels == 1 else samples.reshape(-1, channels), rate_hz)


def _chunks(data: bytes) -> dict[bytes, bytes]:
    """The chunks of a RIFF file by name. A size that runs over the end means: to the end."""
    chunks: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        chunks.setdefault(name, data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    return chunks
