import io
import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from kernel.errors import UsageError
from speech.encoding import Encoding
from speech.wav import parse_wav, read_wav, wav_bytes, write_wav

SOUND = np.arange(-500, 501, dtype=np.int16) * 32


@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize("shape", [(1001,), (143, 7), (1001, 1)])
def test_a_file_reads_back(tmp_path: Path, encoding: Encoding, shape: tuple[int, ...]) -> None:
    sound = encoding.decode(encoding.encode(SOUND)).reshape(shape)
    write_wav(tmp_path / "sound.wav", sound, 16000, encoding)
    read = read_wav(tmp_path / "sound.wav")
    assert read.rate_hz == 16000
    assert (read.samples == (sound if shape[-1] != 1 else sound[:, 0])).all()


def test_other_readers_read_linear_files() -> None:
    with wave.open(io.BytesIO(wav_bytes(SOUND[:1000].reshape(-1, 2), 8000))) as reader:
        assert (reader.getnchannels(), reader.getframerate(), reader.getnframes()) == (2, 8000, 500)
        assert reader.readframes(500) == SOUND[:1000].tobytes()


def test_a_mulaw_file_has_format_7_and_a_count_of_frames() -> None:
    data = wav_bytes(np.zeros((5, 2), np.int16), 8000, Encoding.MULAW)
    assert struct.unpack_from("<HHIIHHH", data, 20) == (7, 2, 8000, 16000, 2, 8, 0)
    assert data[38:42] == b"fact"
    assert struct.unpack_from("<I", data, 46) == (5,)
    assert data.endswith(b"\xff" * 10)
    assert len(data) == 8 + struct.unpack_from("<I", data, 4)[0]


def test_an_extensible_file_is_read_by_its_inner_format() -> None:
    plain = wav_bytes(SOUND[:4], 8000)
    form = struct.pack("<H", 0xFFFE) + plain[22:36] + struct.pack("<HHIH", 22, 16, 4, 1) + bytes(14)
    data = b"RIFF" + bytes(4) + b"WAVEfmt " + struct.pack("<I", len(form)) + form + plain[36:]
    assert (parse_wav(data).samples == SOUND[:4]).all()


def test_a_stream_without_a_known_size_is_read_to_its_end() -> None:
    data = bytearray(wav_bytes(SOUND[:4], 8000))
    data[40:44] = b"\xff\xff\xff\xff"
    assert (parse_wav(bytes(data)).samples == SOUND[:4]).all()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"ID3 mp3", "not a WAV file"),
        (b"RIFF....WAVE", "no format or no data"),
        (wav_bytes(SOUND, 8000).replace(b"\x01\x00\x01\x00", b"\x03\x00\x01\x00", 1), "format 3"),
        (wav_bytes(SOUND, 8000).replace(b"\x10\x00data", b"\x18\x00data", 1), "24 bits"),
    ],
)
def test_other_files_are_refused(data: bytes, what: str) -> None:
    with pytest.raises(UsageError, match=what) as refusal:
        parse_wav(data, where="call.wav")
    assert "call.wav" in str(refusal.value)


@pytest.mark.parametrize(("at", "value"), [(22, 3), (32, 0), (32, 3), (34, 8)])
def test_a_header_that_contradicts_itself_is_refused(at: int, value: int) -> None:
    """Channels, bytes per frame, bits per sample."""
    data = bytearray(wav_bytes(SOUND, 8000))
    data[at : at + 2] = value.to_bytes(2, "little")
    with pytest.raises(UsageError, match="cannot be read"):
        parse_wav(bytes(data))


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read_wav(tmp_path)
