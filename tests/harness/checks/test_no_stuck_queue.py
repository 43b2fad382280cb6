from harness.checks.no_stuck_queue import NoStuckQueue
from tests.harness.histories import Story, crowd


def run() -> Story:
    story = Story().phase("baseline", 0, 60).fault("429", "llm", at=60, until=100)
    crowd(story, 10, at=0, every=2)
    story.phase("recovery", 100, 180)
    crowd(story, 10, at=110, every=2, first=50)
    return story


def test_served_after_the_heal_passes() -> None:
    finding = NoStuckQueue()(run().history())
    assert (finding.outcome, finding.measures["calls"]) == ("pass", 10)


def test_waiting_in_vain_after_the_heal_fails() -> None:
    story = run()
    story.call(90, 120).says().ends("patience", after=8, type="info")
    story.call(91, 121).ends("queued", after=30, type="info")
    finding = NoStuckQueue()(story.history())
    assert (finding.outcome, finding.measures["stuck"]) == ("fail", 2)
    assert [evidence.note for evidence in finding.evidence] == ["abandoned", "queued"]
    assert NoStuckQueue(at_most=2)(story.history()).outcome == "pass"


def test_calls_scarred_by_the_fault_or_just_after_it_are_not_judged() -> None:
    story = run()
    story.call(90, 80).says().ends("patience", after=8, type="info")
    story.call(91, 103).says().ends("patience", after=8, type="info")
    assert NoStuckQueue()(story.history()).outcome == "pass"


def test_without_a_heal_it_is_unknown() -> None:
    story = Story().phase("baseline", 0, 60).fault("429", "llm", at=60, until=None)
    crowd(story, 10, at=0, every=2)
    assert NoStuckQueue()(story.history()).outcome == "unknown"
