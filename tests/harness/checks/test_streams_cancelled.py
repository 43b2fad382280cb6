import pytest

from harness.checks.streams_cancelled import StreamsCancelled
from tests.harness.histories import Story


def run(outlives_s: float | None, calls: int = 6, **work: str) -> Story:
    """Callers who hang up while something is made for them, which goes on for so long."""
    story = Story().phase("surge", 0, 100)
    for number in range(1, calls + 1):
        caller = story.call(number, at=number).hears(role="greeting").says()
        from_at = caller.now + 0.3
        caller.ends("patience", after=4, type="info")
        until = None if outlives_s is None else caller.now + outlives_s
        kind = {"stage": "llm", "purpose": "turn", **work}
        caller.works(kind.pop("stage"), from_at, until, type="info", **kind)
    return story.ends(90)


@pytest.mark.parametrize(
    ("outlives_s", "outcome"), [(0.2, "pass"), (0.9, "pass"), (1.5, "fail"), (None, "fail")]
)
def test_how_long_work_goes_on(outlives_s: float | None, outcome: str) -> None:
    finding = StreamsCancelled()(run(outlives_s).history())
    assert (finding.outcome, finding.measures["cut_short"]) == (outcome, 6)


def test_it_names_the_work() -> None:
    finding = StreamsCancelled()(run(2.5).history())
    assert finding.measures["longest_s"] == 2.5
    assert finding.evidence[0].note == "llm llm-w1: 2.5 s more"


@pytest.mark.parametrize("stage", ["stt", "tools"])
def test_transcription_and_tools_may_be_finished(stage: str) -> None:
    assert StreamsCancelled()(run(3, stage=stage).history()).outcome == "unknown"


def test_a_summary_of_the_call_is_for_somebody_else() -> None:
    assert StreamsCancelled()(run(3, purpose="side").history()).outcome == "unknown"


def test_what_was_finished_before_is_not_counted() -> None:
    assert StreamsCancelled()(run(-0.1).history()).outcome == "unknown"


def test_few_hang_ups_are_unknown() -> None:
    assert StreamsCancelled()(run(3, calls=4).history()).outcome == "unknown"
