"""Run folders and what is told of them, and the command that repeats a run."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from fastbusy import whole
from fastbusy.preparing import Options, prepare
from fastbusy.target_options import Aim
from harness.recorder import point_latest
from kernel.errors import NotWired, UsageError


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
        (
            Options("demo"),
            "fastbusy run demo --seed 7 --agent reference "
            "--host 127.0.0.1 --port-base 8700 --keep failed",
        ),
        (
            Options(
                "demo", "http://a/v", "./go now", "127.0.0.2", 9700, ("stt-slowdown",), 3,
                Path("there"), "all",
            ),
            "fastbusy run demo --seed 3 --agent http://a/v --agent-command './go now' "
            "--profile stt-slowdown --host 127.0.0.2 --port-base 9700 --keep all",
        ),
        (
            Options("demo", "http://a/v", mocks=("http://stt:1", "https://me:secret@llm:2")),
            "fastbusy run demo --seed 7 --agent http://a/v "
            "--stack external --mocks 'http://stt:1,https://…@llm:2' "
            "--host 127.0.0.1 --port-base 8700 --keep failed",
        ),
    ],
)  # fmt: skip
def test_the_command_that_repeats_a_run(options: Options, command: str) -> None:
    assert whole.reproduce(options, prepare(options, {})) == command


def test_the_command_tells_no_secrets() -> None:
    aim = Aim(connect_to="127.0.0.1:1", headers=("X-Gateway-Key: v1 ${TOKEN}",))
    options = Options("demo", "https://me:hush@a/v?t=hush", aim=aim)
    command = whole.reproduce(options, prepare(options, {"TOKEN": "hush-hush"}))
    assert "--agent 'https://…@a/v?t=…' --connect-to 127.0.0.1:1 " in command
    assert "--header 'X-Gateway-Key: v1 ${TOKEN}' " in command
    assert "hush" not in command


def test_a_failed_start_says_why_and_where_and_hides_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "failed"
    (tmp_path / "good").mkdir()
    point_latest(tmp_path / "good")

    @asynccontextmanager
    async def surroundings(*_: Any) -> AsyncIterator[None]:
        (folder / "logs").mkdir()
        (folder / "logs" / "agent.log").touch()
        raise NotWired("no TwiML", where="webhook of the agent", remedy="answer TwiML")
        yield

    monkeypatch.setattr(whole, "surroundings", surroundings)
    with pytest.raises(NotWired) as caught:
        whole.run_blocking(Options("smoke", out=folder))
    assert caught.value.__notes__ == [
        f"run folder: {folder}",
        f"agent's log: {folder}/logs/agent.log",
    ]
    why = "no call was offered: webhook of the agent: no TwiML → answer TwiML"
    assert json.loads((folder / "findings.json").read_text())["reason"] == why
    assert (folder / "summary.md").read_text().splitlines()[2] == why
    assert why in (report := (folder / "report.html").read_text())
    assert len(report) < 200_000
    assert (tmp_path / "latest").resolve() == tmp_path / "good"


@pytest.mark.parametrize("options", [{"scenario": "nowhere"}, {"out": Path("/dev/null/run")}])
def test_nothing_starts_before_all_is_right(options: dict[str, Any]) -> None:
    started: list[bool] = []
    with pytest.raises(UsageError):
        whole.run_blocking(
            Options(**{"scenario": "smoke", **options}), None, lambda _: started.append(True)
        )
    assert not started
