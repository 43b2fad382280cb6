"""`fastbusy say` writes what `fastbusy hear` reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastbusy.cli import main
from speech.recording import hear_file
from speech.wav import read_wav


@pytest.mark.parametrize(("rate", "role"), [(8000, "caller"), (24000, "agent")])
def test_the_file_carries_the_text(tmp_path: Path, rate: int, role: str) -> None:
    path = tmp_path / "x.wav"
    words = ["say", "Hello there.", "-o", str(path), "--rate", str(rate), "--role", role]
    assert main([*words, "--voice", "2"]) == 0
    assert read_wav(path)[1] == rate
    (heard,) = hear_file(path)[0]
    assert heard.text == "Hello there."
    assert heard.role is not None
    assert heard.role.name.lower() == role


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--voice", "99"], 2, "there is no voice 99\n  → choose one from 1 to"),
        (["--rate", "8010"], 2, "no mouth speaks at 8010 Hz"),
        (["-o", "nowhere/x.wav"], 2, "nowhere/x.wav: cannot write: No such file or directory"),
        (["-o", "."], 2, ".: cannot write: Is a directory\n  → name a file"),
    ],
)
def test_what_cannot_be_said(
    words: list[str],
    code: int,
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["say", "Hi.", "-o", "x.wav", *words]) == code
    assert told in capsys.readouterr().err
