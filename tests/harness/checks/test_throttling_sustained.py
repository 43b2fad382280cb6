import pytest

from harness.checks.throttling_sustained import ThrottlingSustained
from tests.harness.histories import Story, crowd


def run(lasting: int, every: int = 5, bites: tuple[str, ...] = ()) -> Story:
    story = Story().phase("baseline", 0, 400)
    (caller,) = crowd(story, 1, at=0)
    for at in range(10, 11 + lasting, every):
        caller.works("llm", at, at + 0.1, type="fail", status=429, bites=bites)
    return story


@pytest.mark.parametrize(
    ("lasting", "outcome"), [(0, "pass"), (10, "pass"), (60, "warn"), (185, "fail")]
)
def test_how_long_it_goes_on(lasting: int, outcome: str) -> None:
    finding = ThrottlingSustained()(run(lasting).history())
    assert (finding.outcome, finding.measures["longest_s"]) == (outcome, lasting)
    assert bool(finding.evidence) == (outcome != "pass")


def test_now_and_then_is_not_sustained() -> None:
    assert ThrottlingSustained()(run(200, every=20).history()).outcome == "pass"


def test_a_faults_refusals_are_the_faults() -> None:
    story = run(185).fault("429", "llm", at=5, until=300)
    assert ThrottlingSustained()(story.history()).measures["throttled"] == 0
    story = run(185, bites=("429",)).fault("429", "llm", at=5, until=6)
    assert ThrottlingSustained()(story.history()).measures["throttled"] == 0


def test_what_the_mocks_were_started_with_is_a_plan_and_no_fault() -> None:
    finding = ThrottlingSustained()(run(185, bites=("plan",)).history())
    assert (finding.outcome, finding.measures["longest_s"]) == ("fail", 185)


def test_sockets_are_throttled_as_well() -> None:
    story = run(0)
    for at in range(20, 221, 5):
        story.knock("stt", at)
    finding = ThrottlingSustained()(story.history())
    assert (finding.outcome, finding.measures["longest_s"]) == ("fail", 210)
    story.fault("429", "stt", at=5, until=300)
    assert ThrottlingSustained()(story.history()).measures["throttled"] == 0


def test_without_provider_work_it_is_unknown() -> None:
    assert ThrottlingSustained()(Story().history()).outcome == "unknown"
