"""`fastbusy report` writes the views of a run anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastbusy.cli import main
from tests.fastbusy.folders import run_folder


def test_it_prints_where_the_report_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = run_folder(tmp_path / "run")
    assert main(["report", str(folder)]) == 0
    assert capsys.readouterr().out == f"{folder}/report.html\n"
    assert (folder / "report.html").is_file()


def test_its_exit_code_says_nothing_of_the_verdict(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run", gates={"samples": 1000})
    assert main(["report", str(folder)]) == 0
