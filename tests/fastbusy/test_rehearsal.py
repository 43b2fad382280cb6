"""Whole runs in virtual time: complete, and the same again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fastbusy.judging import Judged, read_history
from fastbusy.preparing import Options
from fastbusy.rehearsal import rehearse
from kernel.errors import UsageError
from kernel.event import Event
from speech.wav import read_wav
from tests.fastbusy.small import small_scenario

FAULT = "{kind: slowdown, target: llm, for: 2s, first: 400ms}"


def rehearsed(folder: Path) -> Judged:
    scenario = small_scenario(folder, FAULT)
    return rehearse(Options(str(scenario), agent="reference", out=folder / "run", keep="all"))


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    return rehearsed(tmp_path_factory.mktemp("first"))


def test_every_caller_is_served(judged: Judged) -> None:
    assert judged.verdict.fates["served"] == sum(judged.verdict.fates.values()) == 3
    outcomes = {finding.name: finding.outcome for finding in judged.verdict.checks if finding.gate}
    assert outcomes == {"no_dropped_calls": "pass", "samples": "pass"}


def test_callers_heard_what_the_mocks_said(judged: Judged) -> None:
    for call in judged.history.calls:
        assert f"Yes, {call.facts['name']}, we are open." in [turn.answer for turn in call.turns]


def test_the_folder_is_that_of_a_run(judged: Judged) -> None:
    names = {path.name for path in judged.folder.iterdir()}
    assert names >= {"plan.json", "events.jsonl", "transcripts.jsonl", "report.html", "recordings"}
    recordings = {path.stem for path in (judged.folder / "recordings").iterdir()}
    assert recordings == {"preflight", "c0001", "c0002", "c0003"}
    assert (judged.history.end or {})["recordings"] == 3, "the preflight call is none of the run's"


def test_the_agent_knows_the_token_that_its_scenario_signs_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "of-the-account")
    scenario = small_scenario(tmp_path)
    token = "agent: {webhook: reference, auth_token: '${TWILIO_AUTH_TOKEN}'}"
    scenario.write_text(f"{scenario.read_text()}{token}\n")
    fates = rehearse(Options(str(scenario), out=tmp_path / "run", keep="none")).verdict.fates
    assert fates["served"] == sum(fates.values()) == 3


def test_faults_come_and_go(judged: Judged) -> None:
    (fault,) = judged.history.faults
    assert fault.label == "dip"
    assert fault.until_ns is not None
    assert 1.9 < (fault.until_ns - fault.from_ns) / 1e9 < 2.1


def test_the_same_again(judged: Judged, tmp_path: Path) -> None:
    def events(folder: Path) -> list[Event]:
        # CPU is the one thing that is measured and not simulated.
        return [event for event in read_history(folder).events if event.kind != "instrument"]

    again = rehearsed(tmp_path)
    assert events(again.folder) == events(judged.folder)
    assert again.first_line == judged.first_line


def test_only_sample_agents_can_be_rehearsed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot run in virtual time"):
        rehearse(Options("demo", agent="http://127.0.0.1:1/v", out=tmp_path / "run"))
    with pytest.raises(UsageError, match="a rehearsal needs a folder"):
        rehearse(Options("demo", agent="reference"))


def test_recordings_tell_what_the_history_tells_at_the_same_time(judged: Judged) -> None:
    """By their energy: every utterance stands on its side, at the instants of its event."""
    tolerance_s, margin_s, edges = 0.005, 0.25, 0
    for call in judged.history.calls:
        sound, rate_hz = read_wav(judged.folder / "recordings" / f"{call.span}.wav")
        zero_ns = call.media["from_at_ns"]
        for side, utterances in zip(sound.T, (call.turns, call.heard), strict=True):
            loud_s = np.flatnonzero(np.abs(side.astype(int)) > 300) / rate_hz
            for utterance in utterances:
                first_s = (utterance.from_at_ns - zero_ns) / 1e9
                last_s = (utterance.until_at_ns - zero_ns) / 1e9
                near = loud_s[(loud_s > first_s - margin_s) & (loud_s < last_s + margin_s)]
                assert abs(near[0] - first_s) < tolerance_s
                assert abs(near[-1] - last_s) < tolerance_s
                edges += 2
    assert edges >= 2 * 3 * (2 + 3)
