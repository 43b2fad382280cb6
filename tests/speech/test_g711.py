import numpy as np
import pytest

from speech.g711 import alaw_decode, alaw_encode, mulaw_decode, mulaw_encode

EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)


@pytest.mark.parametrize(
    ("code", "sample"),
    [(0xFF, 0), (0x7F, 0), (0x80, 32124), (0x00, -32124), (0xFE, 8), (0x7E, -8), (0xF0, 120)],
)
def test_mulaw_codes(code: int, sample: int) -> None:
    assert mulaw_decode(bytes([code])).tolist() == [sample]


@pytest.mark.parametrize(
    ("code", "sample"),
    [(0xD5, 8), (0x55, -8), (0xAA, 32256), (0x2A, -32256), (0xD4, 24), (0xC5, 264)],
)
def test_alaw_codes(code: int, sample: int) -> None:
    assert alaw_decode(bytes([code])).tolist() == [sample]


def test_silence_is_ff_and_d5() -> None:
    assert mulaw_encode(np.zeros(3, np.int16)) == b"\xff\xff\xff"
    assert alaw_encode(np.full(2, 8, np.int16)) == b"\xd5\xd5"


@pytest.mark.parametrize(
    ("encode", "decode"), [(mulaw_encode, mulaw_decode), (alaw_encode, alaw_decode)]
)
def test_each_sample_gets_the_nearest_code(encode, decode) -> None:  # type: ignore[no-untyped-def]
    heard = decode(encode(EVERY_SAMPLE)).astype(int)
    levels = np.unique(decode(bytes(range(256)))).astype(int)
    nearest = np.abs(EVERY_SAMPLE.astype(int)[:, None] - levels).min(axis=1)
    assert (np.abs(heard - EVERY_SAMPLE) == nearest).all()
