"""From a run folder to its verdict and views."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fastbusy.judging import command_of, judge_folder, read_gates, read_history
from kernel.errors import StackError, UsageError
from kernel.event import Event, to_line
from tests.fastbusy.folders import run_folder
from tests.harness.histories import Story

VIEWS = ("findings.json", "junit.xml", "summary.md", "report.html")


def test_a_folder_gets_its_verdict_and_all_views(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    judged = judge_folder(folder)
    assert judged.verdict.verdict == "pass", judged.verdict.reason
    assert judged.first_line.startswith("30 offered: 30 served, 0 dropped")
    findings = json.loads((folder / "findings.json").read_text())
    assert findings["verdict"] == "pass"
    assert sum(findings["fates"].values()) == 30
    for view in VIEWS:
        assert (folder / view).stat().st_size > 100, view
    assert "fastbusy run calm --seed 7" in (folder / "report.html").read_text()


def test_other_gates_give_another_verdict(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    assert judge_folder(folder, {"samples": 1000}).verdict.verdict == "unknown"
    assert judge_folder(folder).verdict.verdict == "pass"
    with pytest.raises(UsageError, match=r"gate: unknown check 'no_droped_calls'; did you mean"):
        judge_folder(folder, {"no_droped_calls": 0})


def test_joins_are_made_when_a_run_is_judged(tmp_path: Path) -> None:
    story = Story()
    story.call(1, at=0, facts={"name": "Ada Byron"}).talks().ends()
    story.work("llm", 3.0, 3.4, history="I am Ada Byron")
    folder = run_folder(tmp_path / "run", story)
    assert "join" not in (folder / "events.jsonl").read_text()
    history = read_history(folder)
    assert history.call_of(history.work[0]) == "c0001"


def test_what_is_no_run_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no events\.jsonl: this is no run folder"):
        judge_folder(tmp_path)
    folder = run_folder(tmp_path / "run")
    (folder / "plan.json").write_text("{")
    with pytest.raises(UsageError, match=r"plan\.json: .* cannot be read"):
        read_gates(folder)
    (folder / "events.jsonl").write_text('{"at_ns": "soon"}\n{"at_ns": 1}\n')
    with pytest.raises(UsageError, match=r"events\.jsonl:1: damaged"):
        read_history(folder)


def test_instead_of_what_is_no_run_folder_the_newest_run_is_named(tmp_path: Path) -> None:
    def told(folder: Path) -> tuple[str, str]:
        with pytest.raises(UsageError) as raised:
            read_history(folder)
        return raised.value.what, raised.value.remedy

    runs, absent = tmp_path / "runs", tmp_path / "runs" / "latest"
    no_folder = "there is no such folder"
    assert told(absent) == (no_folder, "name a folder that `fastbusy run` has made")
    old, new = run_folder(runs / "old"), run_folder(runs / "new")
    os.utime(old / "plan.json", (1, 1))
    assert told(absent) == (no_folder, f"the newest run near it is {new}")
    absent.symlink_to("new")
    assert told(runs)[1] == told(runs / "nwe")[1] == f"the newest run near it is {new}"


def test_a_call_that_looked_at_the_wiring_is_no_run(tmp_path: Path) -> None:
    folder, run = tmp_path / "doctor", run_folder(tmp_path / "run")
    folder.mkdir()
    event = Event(-1, "runner", "preflight", "ok", "preflight", "run", data={"link": ""})
    (folder / "events.jsonl").write_bytes(to_line(event))
    with pytest.raises(UsageError, match="there was no run") as raised:
        judge_folder(folder)
    assert raised.value.remedy == f"the newest run near it is {run}"


def test_the_last_line_may_be_cut_off(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    events = len(read_history(folder).events)
    with (folder / "events.jsonl").open("ab") as file:
        file.write(b'{"at_ns": 17, "act')
    assert len(read_history(folder).events) == events


def test_a_view_that_fails_leaves_the_one_before_it(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    (folder / "findings.json").mkdir()
    with pytest.raises(StackError, match=r"findings\.json: cannot be written"):
        judge_folder(folder)
    assert not list(folder.glob(".findings*"))


def test_a_run_without_its_command_is_judged_too(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    (folder / "command.txt").unlink()
    assert command_of(folder) == ""
    judge_folder(folder)


def test_a_line_that_nobody_can_read_is_told_with_its_place(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    path = folder / "events.jsonl"
    lines = path.read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if '"call"' in line)
    lines[at] = lines[at].replace('"number":', '"numbers":')
    path.write_text("\n".join(lines))
    with pytest.raises(UsageError, match=rf"jsonl:{at + 1}: damaged: call, invoke: .*`number`"):
        judge_folder(folder)


def test_a_command_that_is_no_text_is_shown_as_far_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "command.txt").write_bytes(b"fastbusy run \xff\n")
    assert command_of(tmp_path) == "fastbusy run \ufffd"
