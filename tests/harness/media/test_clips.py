"""The agent's recordings that a caller knows when it hears them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.media.clips import NO_CLIPS, Clips, flaws
from speech.encoding import Encoding
from speech.g711 import mulaw_encode
from speech.resample import resample
from speech.wav import write_wav
from tests.speech.recorded import recorded

BUSY, HOLD, OTHER = (recorded(seed, 2.5) for seed in (1, 2, 3))


def clips(folder: Path) -> Clips:
    stereo = resample(HOLD, 8000, 16000)
    write_wav(folder / "busy.wav", BUSY, 8000, Encoding.MULAW)
    write_wav(folder / "hold.wav", np.stack([stereo, stereo], axis=1), 16000)
    return Clips.read({f"{folder}/busy.wav": "refusal", f"{folder}/hold.wav": "comfort"})


def test_what_a_recording_is_for_is_known_by_its_sound(tmp_path: Path) -> None:
    known = clips(tmp_path)
    assert known.purpose_of(mulaw_encode(BUSY)) == "refusal"
    assert known.purpose_of(mulaw_encode(HOLD)) == "comfort"
    assert known.purpose_of(mulaw_encode(OTHER)) is None
    assert known.purpose_of(b"") is None
    assert NO_CLIPS.purpose_of(mulaw_encode(BUSY)) is None


def test_files_that_are_right_have_no_flaws(tmp_path: Path) -> None:
    clips(tmp_path)
    assert list(flaws({f"{tmp_path}/busy.wav": "apology"})) == []


@pytest.mark.parametrize(
    ("content", "what", "remedy"),
    [
        (None, "{}: cannot be read: No such file or directory", "name a WAV file"),
        (b"ID3", "{}: not a WAV file", "give a RIFF WAVE file"),
        (
            b"short",
            "{}: 0.2 s of sound are too little to be known again",
            "take it out: it needs 0.5 s",
        ),
    ],
)
def test_files_that_are_not(tmp_path: Path, content: bytes | None, what: str, remedy: str) -> None:
    path = tmp_path / "clip.wav"
    if content == b"short":
        write_wav(path, recorded(1, 0.22), 8000)
    elif content is not None:
        path.write_bytes(content)
    (flaw,) = flaws({str(path): "comfort"})
    assert flaw == (("clips", str(path)), what.format(path), remedy)
