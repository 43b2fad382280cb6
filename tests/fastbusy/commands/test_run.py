"""`fastbusy run`: what it hands on, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fastbusy.cli import main
from fastbusy.commands import run as command
from fastbusy.judging import Judged, judge_folder
from fastbusy.preparing import Options, prepare
from fastbusy.target_options import Aim
from fastbusy.whole import Interrupted
from tests.fastbusy.folders import calm_story, run_folder
from tests.fastbusy.small import SCENARIO


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Options]:
    """The options of runs that do not happen."""
    options: list[Options] = []

    def run_blocking(wanted: Options, *shown: Any) -> Judged:
        options.append(wanted)
        return judge_folder(run_folder(tmp_path / f"run{len(options)}"))

    monkeypatch.setattr(command, "run_blocking", run_blocking)
    return options


def test_all_options_arrive(given: list[Options], capsys: pytest.CaptureFixture[str]) -> None:
    words = "run appointments --agent http://a/v --agent-command ./go --profile x --profile y"
    more = "--seed 5 --out there --keep all --host 127.0.0.2 --port-base 9700"
    assert main([*words.split(), *more.split()]) == 0
    assert given == [
        Options(
            "appointments", "http://a/v", "./go", "127.0.0.2", 9700, ("x", "y"), 5, Path("there"),
            "all",
        )
    ]  # fmt: skip
    assert "\npass  calm\n" in capsys.readouterr().out


def test_what_was_likely_not_meant_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(SCENARIO.replace("heard: open", "heard: never"))

    def run_blocking(wanted: Options, on_progress: Any, on_start: Any) -> Judged:
        on_start(prepare(wanted, {}).plan)
        return judge_folder(run_folder(tmp_path / "run"))

    monkeypatch.setattr(command, "run_blocking", run_blocking)
    assert main(["run", str(path)]) == 0
    assert "doubtful\n  dialogue " in capsys.readouterr().err


def test_what_is_said_of_the_agent_arrives(given: list[Options]) -> None:
    words = "run demo --agent https://a/v --connect-to 127.0.0.1:1 --ca c --parameter a=b"
    assert main([*words.split(), "--header", "X-Env: staging"]) == 0
    aim = Aim(connect_to="127.0.0.1:1", ca="c", headers=("X-Env: staging",), parameters=("a=b",))
    assert given == [Options("demo", "https://a/v", aim=aim)]


def test_the_environment_says_what_the_command_line_does_not(
    given: list[Options], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"AGENT": "http://env/v", "SEED": "5", "PROFILE": "x", "OUT": "o"}.items():
        monkeypatch.setenv(f"FASTBUSY_{name}", value)
    main(["run", "demo", "--seed", "6"])
    assert given == [Options("demo", "http://env/v", profiles=("x",), seed=6, out=Path("o"))]


def test_mocks_that_run_already(given: list[Options], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTBUSY_STACK", "external")
    assert main(["run", "demo", "--port-base", "9700"]) == 0
    monkeypatch.setenv("FASTBUSY_MOCKS", "http://stt:1,http://llm:2")
    assert main(["run", "demo"]) == 0
    assert [options.mocks for options in given] == [
        ("http://127.0.0.1:9700",),
        ("http://stt:1", "http://llm:2"),
    ]


def test_demo_is_a_run_of_the_demo(given: list[Options]) -> None:
    assert main(["demo", "--seed", "5"]) == 0
    assert given == [Options("demo", seed=5)]


def test_a_folder_that_holds_a_run_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run_folder(tmp_path / "old")
    assert main(["run", "demo", "--out", str(folder)]) == 2
    assert capsys.readouterr().err.endswith(
        f"fastbusy: --out {folder}: this folder holds a run already\n  → name another folder\n"
    )


def test_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_blocking(wanted: Options, *shown: Any) -> Judged:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run_blocking", run_blocking)
    assert main(["run", "demo"]) == 130


def test_an_interrupted_run_whose_terminal_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = judge_folder(run_folder(tmp_path / "run"))

    def run_blocking(wanted: Options, *shown: Any) -> Judged:
        raise Interrupted(judged)

    def tell(_: Judged) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(command, "run_blocking", run_blocking)
    monkeypatch.setattr(command, "tell", tell)
    assert main(["run", "demo"]) == 130


def test_the_gates_of_a_void_run_are_told_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = calm_story().instrument(at=9, sent=1000, late=900)
    command.tell(judge_folder(run_folder(tmp_path / "void", story)))
    told = capsys.readouterr().out
    assert "\n  pass    void gate  no_dropped_calls: " in told
    assert "because: the run is void: harness_on_time: " in told
