"""`python -m fastbusy` is the command."""

from __future__ import annotations

import runpy
import sys

import pytest


def test_it_is_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["fastbusy", "env", "--format", "dotenv"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("fastbusy", run_name="__main__")
    assert ended.value.code == 0
    assert "OPENAI_BASE_URL=http://127.0.0.1:8700/v1\n" in capsys.readouterr().out


def test_ctrl_c_while_modules_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupting:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "fastbusy.cli":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "fastbusy.cli")
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("fastbusy", run_name="__main__")
    assert ended.value.code == 130
