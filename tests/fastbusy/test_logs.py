"""The logs of a run, and that they tell no secrets."""

from __future__ import annotations

from pathlib import Path

from fastbusy.logs import conceal, log
from kernel.redact import NO_SECRETS, Secrets


def test_a_log_keeps_all_but_the_secrets(tmp_path: Path) -> None:
    path = log(tmp_path, "agent")
    path.parent.mkdir()
    said = b"key=open-sesame\r\nbytes \xff\xfe\nopen-sesame\nno line end"
    path.write_bytes(said)
    conceal(tmp_path, NO_SECRETS)
    assert path.read_bytes() == said
    conceal(tmp_path, Secrets(["open-sesame"]))
    hidden = "…".encode()
    assert path.read_bytes() == said.replace(b"open-sesame", hidden)
    assert [one.name for one in path.parent.iterdir()] == ["agent.log"]


def test_a_folder_without_logs(tmp_path: Path) -> None:
    conceal(tmp_path, Secrets(["open-sesame"]))
    assert not (tmp_path / "logs").exists()
