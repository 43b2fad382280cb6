import pytest

from harness.checks.setup_success import SetupSuccess
from tests.harness.histories import Story, crowd


def run(failed: int, of: int = 100) -> Story:
    story = Story().phase("surge", 0, 300)
    crowd(story, of - failed, at=0)
    for number in range(of - failed + 1, of + 1):
        story.call(number, at=number, answered=False).ends("http_503", type="fail", by="agent")
    return story


@pytest.mark.parametrize(
    ("failed", "outcome"), [(0, "pass"), (1, "pass"), (2, "warn"), (3, "warn"), (4, "fail")]
)
def test_the_share_decides(failed: int, outcome: str) -> None:
    finding = SetupSuccess()(run(failed).history())
    assert (finding.outcome, finding.measures["failed"]) == (outcome, failed)
    assert [evidence.note for evidence in finding.evidence] == ["http_503"] * failed


def test_a_polite_refusal_leaves_the_count() -> None:
    story = run(0, of=20)
    for number in range(21, 61):
        story.call(number, at=number, answered=False).ends("reject", type="fail", by="agent")
    finding = SetupSuccess()(story.history())
    assert (finding.outcome, finding.measures["offered"]) == ("pass", 20)


def test_answered_and_closed_without_a_sound_is_no_setup() -> None:
    story = run(0, of=20)
    story.call(21, at=30).ends("closed", type="info", by="agent")
    assert SetupSuccess()(story.history()).outcome == "fail"


def test_calls_that_begin_in_a_fault_are_left_out() -> None:
    story = run(40).fault("down", "stt", at=60, until=200)
    assert SetupSuccess()(story.history()).outcome == "pass"


def test_few_calls_are_unknown() -> None:
    assert SetupSuccess()(run(0, of=9).history()).outcome == "unknown"
