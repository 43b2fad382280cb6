import pytest

from harness.checks.harness_on_time import HarnessOnTime
from tests.harness.histories import Story


def test_on_time_passes() -> None:
    finding = HarnessOnTime()(Story().instrument(sent=1000, late=10).history())
    assert (finding.outcome, finding.measures["late_share"]) == ("pass", 0.01)


def test_more_than_one_late_frame_in_a_hundred_is_unknown() -> None:
    finding = HarnessOnTime()(Story().instrument(sent=1000, late=11).history())
    assert (finding.outcome, finding.instrument) == ("unknown", True)
    assert finding.breach == pytest.approx(1.1)
    late = "11 of 1000 frames of runner left over 20 ms late (limit 1%); it used "
    assert finding.summary.startswith(late)
    for remedy in ("close other programs (`fastbusy doctor` shows", "scenario's rates", "cores"):
        assert remedy in finding.summary


def test_a_process_that_was_busy_itself_has_too_much_to_do() -> None:
    history = Story().instrument(sent=1000, late=11, cpu_share=0.8).history()
    told = HarnessOnTime()(history).summary
    assert "it used 80% of a core at most, and needs more: lower the scenario's rates" in told
    assert "other programs" not in told


def test_the_worst_process_decides() -> None:
    story = Story().instrument(sent=100000).instrument("mock.tts", sent=100, late=50)
    finding = HarnessOnTime()(story.history())
    assert finding.summary.startswith("50 of 100 frames of mock.tts")
    assert (finding.measures["frames"], finding.measures["late_share"]) == (100, 0.5)


def test_callers_that_report_nothing_prove_nothing() -> None:
    assert HarnessOnTime()(Story().history()).outcome == "unknown"
    assert HarnessOnTime()(Story().instrument("mock.tts").history()).outcome == "unknown"
    assert HarnessOnTime()(Story().instrument(sent=0).history()).outcome == "unknown"
