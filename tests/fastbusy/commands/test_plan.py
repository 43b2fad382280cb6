"""`fastbusy plan` checks files and shows what would happen; nothing is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastbusy import shelf
from fastbusy.cli import main


def test_it_shows_what_would_happen(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "demo", "--seed", "3"]) == 0
    told = capsys.readouterr().out
    assert "calls, seed 3" in told
    assert "surge" in told
    assert "llm-429-burst" in told


def test_the_limit_of_the_agent_shows(capsys: pytest.CaptureFixture[str]) -> None:
    main(["plan", "demo"])
    assert "refused with a limit of 36" in capsys.readouterr().out


def test_all_mistakes_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.yaml").write_text(
        "name: s\nwhy: because\nload:\n  - {phase: one, rate: 4, for: 10s}\n"
        "dialogues:\n  d: {caller: [Hello]}\nsede: 1\n"
    )
    assert main(["plan", str(tmp_path / "s.yaml")]) == 2
    told = capsys.readouterr().err
    assert f"{tmp_path}/s.yaml:4: " in told
    assert "write for example 4/s" in told
    assert f"{tmp_path}/s.yaml:7: " in told
    assert "did you mean 'seed'?" in told


def test_a_scenario_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "dmeo"]) == 2
    assert "did you mean 'demo'?" in capsys.readouterr().err


def test_what_is_likely_not_meant_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (shelf.SCENARIOS / "smoke.yaml").read_text()
    for slip in (("heard: booked", "heard: bokked"), ("slots(", "slot("), ("est: 3", "est: 4")):
        text = text.replace(*slip)
    (tmp_path / "slips.yaml").write_text(text)
    assert main(["plan", str(tmp_path / "slips.yaml")]) == 0
    doubts = capsys.readouterr().out.partition("\ndoubtful\n")[2].partition("\n\n")[0]
    for slip in ("'bokked'", "'lookup_slot'", "task_completed"):
        assert slip in doubts


def test_an_agent_that_places_the_calls(capsys: pytest.CaptureFixture[str]) -> None:
    said = "the agent places the calls, and is told to at http://a.example/"
    assert main(["plan", "outbound", "--agent", "http://a.example/incoming"]) == 0
    assert f"{said}dialout\n" in capsys.readouterr().out
    dial_out = ["--agent", "http://a.example/incoming", "--dial-out", "http://a.example/call"]
    assert main(["plan", "smoke", *dial_out]) == 0
    assert f"{said}call\n" in capsys.readouterr().out
    assert main(["plan", "smoke"]) == 0
    assert "the agent places" not in capsys.readouterr().out
