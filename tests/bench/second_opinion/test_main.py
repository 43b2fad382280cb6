import json
from pathlib import Path

import pytest

from bench.second_opinion import __main__ as command
from bench.second_opinion import listening
from bench.second_opinion.sound import Stretch
from bench.second_opinion.words import Said

from .folders import call, finding, folder
from .recordings import wav

SAID = [
    Said("agent", 0.5, 2, "Hello."),
    Said("caller", 3, 5, "Ada here."),
    Said("agent", 11, 12, "On Monday."),
    Said("caller", 13, 14, "Bye."),
]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One recorded call with six seconds of silence, and one that was refused."""
    refused = call(2, 2, 2.5, "Bob", how="reject")
    made = folder(
        call(1, 1, 20, "Ada"),
        [refused[0], refused[-1]],
        checks=(
            finding("no_dead_air", "fail", ("c0001", 6.5, "6.0 s of silence")),
            finding("task_completed", "fail", ("c0001", 20, "served: never heard 'booked'")),
        ),
    )
    (tmp_path / "findings.json").write_text(json.dumps(made.findings))
    (tmp_path / "events.jsonl").write_text("\n".join(map(json.dumps, made.events)))
    (tmp_path / "recordings").mkdir()
    caller, agent = (
        [Stretch(each.from_s, each.until_s) for each in SAID if each.who == side]
        for side in ("caller", "agent")
    )
    wav(tmp_path / "recordings" / "c0001.wav", 15, caller, agent)
    monkeypatch.setattr(listening, "hear", lambda path: SAID)
    return tmp_path


def test_a_verdict_that_holds(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(run), "--json", str(run / "opinion.json")]) == 0
    (row,) = json.loads((run / "opinion.json").read_text())
    assert row["fates_heard"] == {"served": 1, "refused_politely": 1}
    assert (row["confirmed"], row["contradicted"], row["missed"]) == (2, 0, 0)
    assert (row["answer_max_s"], row["completed_heard"], row["recorded"]) == (6.0, 0, 1)
    printed = capsys.readouterr().out
    assert "6.0 s of silence from 5.0 s on → confirmed" in printed
    assert f"| {run.name} | fail | 1 served | 0 of 1 | 2 | 0 | 0 | 0 |" in printed


def test_a_verdict_that_does_not(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    findings = json.loads((run / "findings.json").read_text())
    findings["checks"] = findings["checks"][1:]
    (run / "findings.json").write_text(json.dumps(findings))
    assert command.main([str(run)]) == 1
    assert "missed     c0001    5.0 s  6.0 s of silence" in capsys.readouterr().out
