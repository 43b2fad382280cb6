import numpy as np
import pytest

from speech.encoding import Encoding


@pytest.mark.parametrize("encoding", Encoding)
def test_bytes_of_decoded_samples_are_the_same_bytes(encoding: Encoding) -> None:
    data = bytes(range(256)) if encoding is not Encoding.MULAW else bytes(set(range(256)) - {0x7F})
    assert encoding.encode(encoding.decode(data)) == data


@pytest.mark.parametrize("encoding", Encoding)
def test_sample_bytes(encoding: Encoding) -> None:
    assert len(encoding.encode(np.zeros(10, np.int16))) == 10 * encoding.sample_bytes


def test_linear_samples_come_little_end_first() -> None:
    assert Encoding.LINEAR16.decode(b"\x01\x02\xff\xff").tolist() == [0x0201, -1]
    assert Encoding.LINEAR16.encode(np.array([0x0201, -1], np.int16)) == b"\x01\x02\xff\xff"


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple"):
        Encoding.LINEAR16.decode(b"\x01\x02\x03")
