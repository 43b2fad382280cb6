import pytest

from harness.checks.samples import Samples
from tests.harness.histories import Story, crowd


@pytest.mark.parametrize(
    ("calls", "outcome", "words"),
    [
        (9, "unknown", "9 calls after the warm-up, 36 turns with an answer, too few for p95 and"),
        (10, "pass", "too few for p95 and p99"),
        (15, "pass", "too few for p99"),
        (75, "pass", "75 calls after the warm-up, 300 turns with an answer"),
    ],
)
def test_calls_and_what_they_allow(calls: int, outcome: str, words: str) -> None:
    story = Story().phase("warm_up", 0, 10, warm_up=True).phase("baseline", 10, 200)
    story.call(999, at=1).talks().ends()
    crowd(story, calls, at=11)
    finding = Samples()(story.history())
    assert (finding.outcome, finding.instrument) == (outcome, True)
    assert words in finding.summary
