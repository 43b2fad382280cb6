"""`fastbusy check` judges an old run again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fastbusy.cli import main
from tests.fastbusy.folders import calm_story, run_folder


def test_a_good_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = run_folder(tmp_path / "run")
    assert main(["check", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "\npass  calm\n30 offered: 30 served, 0 dropped" in told
    assert "  pass    gate       no_dropped_calls: " in told
    assert told.endswith(f"report:  {folder}/report.html\n")


def test_a_bad_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    story = calm_story()
    caller = story.call(99, at=50).talks(1).ends("closed", type="info", by="agent")
    caller.works("llm", caller.dialled, caller.dialled + 1)
    assert main(["check", str(run_folder(tmp_path / "run", story))]) == 1
    assert "because: no_dropped_calls: 1 of 31" in capsys.readouterr().out


def test_an_unknown_one_says_how_to_accept_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = calm_story().instrument("runner", at=9, sent=1000, late=900)
    folder = run_folder(tmp_path / "run", story)
    assert main(["check", str(folder)]) == 3
    told = capsys.readouterr().out
    assert "because: the run is void: harness_on_time: " in told
    (accept,) = (line for line in told.splitlines() if line.startswith("accept: "))
    words = accept.split(" (")[0].split()[2:]
    assert main(words) == 0
    assert main(["check", str(run_folder(tmp_path / "good"))]) == 0
    assert "accept" not in capsys.readouterr().out.rpartition("pass  calm")[2]


def test_what_unknown_counts_as(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(run_folder(tmp_path / "run", gates={"samples": 1000}))
    assert main(["check", folder]) == 3
    assert main(["check", folder, "--unknown-is", "warn"]) == 0
    assert main(["check", folder, "--unknown-is", "fail"]) == 1
    monkeypatch.setenv("FASTBUSY_UNKNOWN_IS", "pass")
    assert main(["check", folder]) == 0
    monkeypatch.setenv("FASTBUSY_UNKNOWN_IS", "maybe")
    assert main(["check", folder]) == 2


@pytest.mark.parametrize("reason", ["interrupted by SIGINT", None])
def test_a_run_that_was_cut_short_cannot_be_accepted(
    reason: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run_folder(tmp_path / "run", gates={"samples": 1000})
    events = folder / "events.jsonl"
    *lines, last = events.read_bytes().splitlines(keepends=True)
    end = json.loads(last)
    assert (end["kind"], end["type"]) == ("run", "ok")
    cut = {**end, "type": "info", "data": {"reason": reason}}
    events.write_bytes(b"".join([*lines, json.dumps(cut).encode() + b"\n"] if reason else lines))
    for accepted in ("pass", "warn", "unknown"):
        assert main(["check", str(folder), "--unknown-is", accepted]) == 3
    assert "accept:" not in capsys.readouterr().out
    assert main(["check", str(folder), "--unknown-is", "fail"]) == 1


def test_no_run_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path)]) == 2
    assert "this is no run folder" in capsys.readouterr().err
