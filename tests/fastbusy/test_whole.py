"""Names of run folders, and the command that repeats a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastbusy import whole
from fastbusy.preparing import Options, prepare


def test_folders_of_one_second_are_numbered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "wall_time_s", lambda: 1_795_000_000.0)
    first = whole.new_folder("demo", tmp_path)
    assert first == tmp_path / "demo-20261118-110640"
    first.mkdir()
    second = whole.new_folder("demo", tmp_path)
    assert second.name == f"{first.name}-2"
    second.mkdir()
    assert whole.new_folder("demo", tmp_path).name == f"{first.name}-3"
    assert whole.new_folder("demo").parent == Path("runs")


@pytest.mark.parametrize(
    ("options", "command"),
    [
        (Options("demo"), "fastbusy run demo --seed 7 --agent reference"),
        (
            Options("demo", "http://a/v", "./go now", profiles=("stt-slowdown",), seed=3),
            "fastbusy run demo --seed 3 --agent http://a/v --agent-command './go now' "
            "--profile stt-slowdown",
        ),
    ],
)
def test_the_command_that_repeats_a_run(options: Options, command: str) -> None:
    assert whole.reproduce(options, prepare(options, {})) == command
