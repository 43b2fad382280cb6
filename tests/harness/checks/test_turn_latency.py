from harness.checks.turn_latency import TurnLatency
from kernel.units import Ratio
from tests.harness.histories import Story, crowd


def run(answer: float = 0.8, *, calls: int = 20, every: float = 3) -> Story:
    """Twenty calls of four turns at baseline, as many in the surge, answered so quickly."""
    story = Story().phase("warm_up", 0, 10, warm_up=True)
    story.phase("baseline", 10, 100).phase("surge", 100, 200)
    crowd(story, 20, at=11, every=3, answer=0.8)
    crowd(story, calls, at=101, every=every, first=21, answer=answer)
    return story


def test_as_quick_as_at_baseline_passes() -> None:
    finding = TurnLatency()(run().history())
    assert finding.outcome == "pass"
    assert "in surge" in finding.summary
    assert "1x the baseline's" in finding.summary
    assert finding.measures["turns"] == 80
    assert not finding.evidence


def test_surely_slower_than_the_limit_fails_and_names_the_slowest() -> None:
    finding = TurnLatency()(run(2.4).history())
    assert finding.outcome == "fail"
    assert len(finding.evidence) == 10
    assert "waited 2.6 s" in finding.evidence[0].note
    assert TurnLatency(answer_p95=Ratio(4))(run(2.4).history()).outcome == "warn"


def test_a_bit_slower_warns() -> None:
    assert TurnLatency()(run(1.4).history()).outcome == "warn"


def test_twice_as_slow_but_hardly_noticeable_passes() -> None:
    story = Story().phase("baseline", 0, 90).phase("surge", 90, 180)
    crowd(story, 20, at=1, every=3, answer=0.1)
    crowd(story, 20, at=91, every=3, first=21, answer=0.25)
    assert TurnLatency()(story.history()).outcome == "pass"


def test_a_filler_does_not_hide_eight_seconds() -> None:
    story = run(calls=0)
    for number in range(21, 41):
        caller = story.call(number, at=101 + number).hears(role="greeting")
        for _ in range(4):
            caller.says().hears("Hmm.", after=0.4, role="filler", lasting=0.3).hears(after=7.3)
        caller.ends()
    finding = TurnLatency()(story.history())
    assert finding.outcome == "fail"
    assert finding.measures["answer_p95_ms"] == 8000
    assert finding.measures["first_sound_p95_ms"] == 400


def test_the_greeting_does_not_count() -> None:
    story = run()
    for number in range(50, 90):
        story.call(number, at=150).hears(after=9, role="greeting").ends("completed")
    assert TurnLatency()(story.history()).outcome == "pass"


def test_callers_who_gave_up_waiting_count_as_slow() -> None:
    story = run()
    for number in range(50, 60):
        story.call(number, at=120).says().ends("patience", after=8, type="info")
    assert TurnLatency()(story.history()).outcome == "fail"


def test_faulted_turns_are_not_judged() -> None:
    story = run(calls=30)
    story.fault("llm-429", "llm", at=150, until=170)
    for number in range(50, 100):
        story.call(number, at=151).says().hears(after=8).ends()
    assert TurnLatency()(story.history()).outcome == "pass"


def test_warm_up_turns_are_not_judged() -> None:
    story = run()
    for number in range(50, 100):
        story.call(number, at=1).talks(4, answer=0.01).ends()
    assert TurnLatency()(story.history()).measures["baseline_answer_p95_ms"] == 872


def test_the_worst_phase_decides() -> None:
    story = run()
    story.phase("recovery", 200, 300)
    crowd(story, 20, at=201, every=3, first=50, answer=3)
    finding = TurnLatency()(story.history())
    assert (finding.outcome, finding.measures["phase"]) == ("fail", "recovery")


def test_phases_too_small_on_their_own_are_judged_as_one() -> None:
    story = run(3, calls=10)
    story.phase("recovery", 200, 300)
    crowd(story, 10, at=201, every=3, first=50, answer=3)
    finding = TurnLatency()(story.history())
    assert (finding.outcome, finding.measures["phase"]) == ("fail", "surge and recovery")


def test_too_few_turns_are_unknown() -> None:
    assert "no phase after baseline has 60" in TurnLatency()(run(calls=5).history()).summary
    story = Story().phase("baseline", 0, 90).phase("surge", 90, 180)
    crowd(story, 5, at=1)
    finding = TurnLatency()(story.history())
    assert finding.outcome == "unknown"
    assert "has 20 answered turns; p95 needs 60" in finding.summary


def test_without_a_baseline_it_is_unknown() -> None:
    story = run().fault("always", "llm", at=0, until=None)
    finding = TurnLatency()(story.history())
    assert finding.outcome == "unknown"
    assert "add a baseline" in finding.summary
