from harness.checks.back_to_baseline import BackToBaseline
from kernel.units import Duration
from tests.harness.histories import Story, crowd


def run(*answers: float, every: float = 2.0) -> Story:
    """Baseline, a fault from 100 to 150, then one call per answer time, two turns each."""
    story = Story().phase("baseline", 0, 100).phase("surge", 100, 150).phase("recovery", 150, 250)
    story.fault("f", "llm", at=100, until=150)
    crowd(story, 20, at=1, every=3)
    for index, answer in enumerate(answers):
        caller = story.call(100 + index, at=150 + index * every).talks(2, answer).ends()
        caller.works("llm", caller.dialled, caller.dialled + 1)
    return story


def test_at_once_as_before_passes() -> None:
    finding = BackToBaseline()(run(*[0.8] * 10).history())
    assert (finding.outcome, finding.measures["recovery_s"]) == ("pass", 0)
    assert finding.summary == "back to baseline 0 s after the heal (limit 60s)"
    assert not finding.evidence


def test_the_last_bad_stretch_is_the_time_it_took() -> None:
    finding = BackToBaseline()(run(*[4.0] * 5, *[0.8] * 20).history())
    assert finding.outcome == "pass"
    took = finding.measures["recovery_s"]
    assert isinstance(took, float)
    assert 15 < took < 22
    assert finding.evidence[0].note == "waited 4.0 s"
    assert BackToBaseline(within=Duration(10))(run(*[4.0] * 5, *[0.8] * 20).history()).outcome == (
        "fail"
    )


def test_one_slow_answer_now_and_then_is_no_relapse() -> None:
    finding = BackToBaseline()(run(*[0.8] * 12, 4.0, *[0.8] * 12).history())
    assert finding.measures["recovery_s"] == 0


def test_four_slow_answers_of_ten_are_met_by_chance_and_five_are_not() -> None:
    slow = BackToBaseline()(run(*[0.8] * 10, *[4.0, 0.8] * 2, *[0.8] * 10).history())
    assert slow.measures["recovery_s"] == 0
    slower = BackToBaseline()(run(*[0.8] * 10, *[4.0] * 3, *[0.8] * 10).history())
    assert slower.measures["recovery_s"] != 0


def test_a_relapse_is_no_recovery() -> None:
    finding = BackToBaseline(within=Duration(20))(run(*[0.8] * 12, *[4.0] * 6).history())
    assert (finding.outcome, finding.measures["recovery_s"]) == ("fail", None)
    assert finding.summary == "never back to baseline (limit 20s)"


def test_a_run_that_ends_too_early_cannot_tell() -> None:
    finding = BackToBaseline()(run(*[4.0] * 8).history())
    assert finding.outcome == "unknown"
    assert "a phase of recovery longer than 60s would tell" in finding.summary


def test_calls_scarred_by_the_fault_are_not_asked() -> None:
    story = run(*[0.8] * 10)
    for number in range(60, 80):
        story.call(number, at=149).talks(4, answer=6).ends()
    assert BackToBaseline()(story.history()).measures["recovery_s"] == 0


def test_the_end_of_the_surge_counts_as_well_as_the_heal() -> None:
    story = Story().phase("baseline", 0, 100).phase("surge", 100, 150).phase("recovery", 150, 250)
    story.fault("f", "llm", at=100, until=120)
    crowd(story, 20, at=1, every=3)
    for number in range(60, 80):
        story.call(number, at=125).talks(4, answer=6).ends()
    crowd(story, 10, at=150, first=100)
    assert BackToBaseline()(story.history()).measures["recovery_s"] == 0


def test_calls_that_end_badly_are_not_back_to_baseline() -> None:
    story = run(*[0.8] * 5)
    for number in range(60, 80):
        story.call(number, at=230, answered=False).ends("http_500", type="fail", by="agent")
    finding = BackToBaseline()(story.history())
    assert finding.outcome == "fail"
    assert finding.evidence[0].note == "refused_abruptly"


def test_polite_refusals_are_neither_slow_nor_bad() -> None:
    story = run(*[0.8] * 10)
    for number in range(60, 80):
        story.call(number, at=160, answered=False).ends("reject", type="fail", by="agent")
    assert BackToBaseline()(story.history()).measures["recovery_s"] == 0


def test_too_little_to_say_is_unknown() -> None:
    assert "8 turns of calls" in BackToBaseline()(run(*[0.8] * 4).history()).summary
    story = run(*[0.8] * 10).fault("g", "tts", at=100, until=None)
    assert BackToBaseline()(story.history()).outcome == "unknown"
    small = Story().phase("baseline", 0, 50).phase("surge", 50, 90).fault("f", "llm", 50, 90)
    crowd(small, 3, at=1)
    assert "fewer than 60" in BackToBaseline()(small.history()).summary
