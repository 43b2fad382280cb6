"""`fastbusy hear` prints what recordings carry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fastbusy.cli import main
from speech.alphabet import Role
from speech.identity import caller_identity, speaker_identity
from speech.recording import say
from speech.wav import write_wav


@pytest.fixture
def call(tmp_path: Path) -> Path:
    """A stereo recording: the caller's line, then the agent's answer."""
    asked = say("Are you open?", identity=caller_identity(12, 1)).samples
    answered = say("Yes.", role=Role.AGENT, identity=speaker_identity(0, 7)).samples
    length = len(asked) + len(answered)
    left = np.pad(asked, (0, length - len(asked)))
    right = np.pad(answered, (length - len(answered), 0))
    write_wav(tmp_path / "call.wav", np.stack([left, right], axis=1), 8000)
    return tmp_path / "call.wav"


def test_both_sides_in_order(call: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hear", str(call)]) == 0
    assert capsys.readouterr().out == "caller Are you open?\n agent Yes.\n"


def test_who_when_and_how_sure(call: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hear", str(call), "--verbose"]) == 0
    asked, answered = capsys.readouterr().out.splitlines()
    assert "caller, call 12, turn 1, verified, confidence " in asked
    assert "agent, mock 0, span 7, verified" in answered


def test_what_was_cut_off_is_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    samples = say("The first one, please.").samples
    write_wav(tmp_path / "cut.wav", samples[: len(samples) // 2], 8000)
    assert main(["hear", str(tmp_path / "cut.wav")]) == 0
    assert capsys.readouterr().out.endswith("…\n")


def test_silence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_wav(tmp_path / "quiet.wav", np.zeros(8000, np.int16), 8000)
    assert main(["hear", str(tmp_path / "quiet.wav")]) == 3
    told = capsys.readouterr()
    assert (told.out, "quiet.wav: no words" in told.err) == ("", True)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none.wav", "there is no recording"),
        ("n" * 300, "there is no recording"),
        ("text.wav", "not a WAV file"),
        (".", "a folder is no recording"),
        ("", "→ recorded there: text.wav"),
    ],
)
def test_what_is_no_recording(
    name: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.wav").write_text("Hello")
    assert main(["hear", str(tmp_path / name)]) == 2
    assert told in capsys.readouterr().err
