"""fastbusy from Python."""

from __future__ import annotations

from pathlib import Path

import pytest

import fastbusy
from fastbusy import api
from fastbusy.judging import Judged, judge_folder
from fastbusy.preparing import Options
from tests.fastbusy.folders import run_folder


def test_the_arguments_are_those_of_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Options] = []

    def run_blocking(options: Options) -> Judged:
        given.append(options)
        return judge_folder(run_folder(tmp_path / "run"))

    monkeypatch.setattr(api, "run_blocking", run_blocking)
    result = fastbusy.run(Path("demo"), agent="reference", profiles=["storm"], seed=3, out="there")
    assert given == [
        Options("demo", agent="reference", profiles=("storm",), seed=3, out=Path("there"))
    ]
    assert result.verdict == "pass"
    assert result.summary.startswith("30 offered")
    assert result.fates["served"] == 30
    assert result.findings["no_dropped_calls"].gate
    assert result.pass_rate == 1.0
    assert result.folder == tmp_path / "run"


def test_without_gates_there_is_no_pass_rate(tmp_path: Path) -> None:
    judged = judge_folder(run_folder(tmp_path / "run", gates={}))
    assert api.Result.of(judged).pass_rate is None


def test_the_package_offers_nothing_else() -> None:
    assert fastbusy.Result is api.Result
    with pytest.raises(AttributeError, match="no attribute 'walk'"):
        fastbusy.walk  # noqa: B018
