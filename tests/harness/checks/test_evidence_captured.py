from typing import Any

import pytest

from harness.checks.evidence_captured import EvidenceCaptured
from harness.finding import Finding
from kernel.units import Share
from tests.harness.histories import Story


def found(
    kept: int = 0, lost: int = 0, unwanted: int = 0, works: bool = True, **end: Any
) -> Finding:
    """What is said of a run with so many recordings kept, lost and not asked for."""
    story = Story()
    became = ["kept"] * kept + ["lost"] * lost + ["unwanted"] * unwanted
    for number, recording in enumerate(became, 1):
        caller = story.call(number, float(number)).talks(2).ends()
        data = {"recording": recording}
        story.tell(number + 20, "caller", "media", "info", "", caller.span, data=data)
        if works:
            caller.works("llm", number + 2, number + 3)
    story.tell(999, "runner", "run", "ok", "run", data=end)
    return EvidenceCaptured()(story.history())


@pytest.mark.parametrize(
    ("kept", "lost", "outcome"),
    [(10, 0, "pass"), (99, 1, "pass"), (98, 2, "warn"), (97, 3, "warn"), (96, 4, "unknown")],
)
def test_recordings_that_the_disk_did_not_take(kept: int, lost: int, outcome: str) -> None:
    finding = found(kept, lost)
    assert (finding.outcome, finding.instrument) == (outcome, True)
    assert f"{kept} of {kept + lost} recordings" in finding.summary
    assert len(finding.evidence) == lost
    assert ("disk" in finding.summary) == (outcome != "pass")


def test_recordings_that_nobody_asked_for_are_not_missed() -> None:
    finding = found(unwanted=9)
    assert finding.outcome == "pass"
    assert finding.measures == {"transcripts_share": 1.0, "work_share": 1.0}


def test_lines_of_the_transcript_that_the_disk_did_not_take() -> None:
    assert found(kept=10, words_lost=0).outcome == "pass"
    finding = found(kept=10, words_lost=5)
    assert (finding.outcome, finding.measures["transcripts_share"]) == ("unknown", 0.9)
    assert finding.summary.startswith("45 of 50 lines of transcript; 10 of 10 recordings; ")
    assert found(kept=10, words_lost=500).measures["transcripts_share"] == 0.0


def test_what_is_said_beside_the_turns_is_a_line_of_the_transcript() -> None:
    story = Story()
    story.call(1, 1.0).hears().murmurs().murmurs().ends()
    story.tell(99, "runner", "run", "ok", "run", data={"words_lost": 1})
    finding = EvidenceCaptured()(story.history())
    assert finding.measures["transcripts_share"] == pytest.approx(2 / 3)


def test_calls_without_a_trace_of_provider_work() -> None:
    finding = found(kept=10, works=False)
    assert finding.outcome == "unknown"
    assert "0 of 10 calls with their provider work" in finding.summary


def test_a_run_in_which_nobody_talked() -> None:
    story = Story()
    story.call(1, 1.0, answered=False).ends("http_503", type="fail", by="agent")
    finding = EvidenceCaptured()(story.history())
    assert (finding.outcome, finding.summary) == ("pass", "no call was talked in")


def test_the_shares_are_settings() -> None:
    story = Story()
    story.call(1, 1.0).talks().ends().works("llm", 2, 3)
    story.call(2, 2.0).talks().ends()
    assert EvidenceCaptured()(story.history()).outcome == "unknown"
    half = EvidenceCaptured(at_least=Share(0.6), unknown_below=Share(0.5))
    assert half(story.history()).outcome == "warn"
