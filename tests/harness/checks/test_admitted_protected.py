from harness.checks.admitted_protected import AdmittedProtected
from harness.finding import Finding
from tests.harness.histories import Story, crowd


def run(answer: float = 0.8, calls: int = 10) -> Story:
    """Ten calls at baseline; as many up when the surge begins at 100, answered so quickly in it."""
    story = Story().phase("baseline", 0, 100).phase("surge", 100, 200)
    crowd(story, 10, at=1, every=3)
    for number in range(11, 11 + calls):
        caller = story.call(number, at=88 + number / 10).talks(2)
        caller.now = max(caller.now, 101)
        caller.says().hears(after=answer + number / 100).says().hears(after=answer).ends()
        caller.works("llm", 95, 96)
    return story


def test_as_quick_as_before_passes() -> None:
    finding = AdmittedProtected()(run().history())
    assert finding.outcome == "pass"
    assert finding.summary.startswith("0 of 10 calls answered before the overload were lost")
    assert "answer p50" in finding.summary
    assert finding.measures["turns"] == 20


def test_slowed_down_fails_and_a_bit_slower_warns() -> None:
    assert AdmittedProtected()(run(2.0).history()).outcome == "fail"
    few = run(0.82, calls=3)
    few.callers[-1].says().hears(after=9).says().hears(after=9).says().hears(after=9).ends()
    assert AdmittedProtected()(few.history()).outcome == "pass"


def test_with_turns_enough_p95_decides() -> None:
    story = run(calls=40)
    crowd(story, 30, at=2, every=1, first=100)
    assert "answer p95" in AdmittedProtected()(story.history()).summary


def test_they_are_compared_with_the_same_turns_at_baseline() -> None:
    story = Story().phase("baseline", 0, 100).phase("surge", 100, 200)
    for number in range(1, 11):
        story.call(number, at=number).talks(3, answer=5).says().hears(after=0.8).ends()
    for number in range(11, 21):
        story.call(number, at=77).talks(3, answer=5).says().hears(after=2.0).ends()
        story.callers[-1].works("llm", 90, 91)
    assert AdmittedProtected()(story.history()).outcome == "fail"


def test_they_are_compared_with_the_same_dialogue_at_baseline() -> None:
    story = Story().phase("baseline", 0, 100).phase("surge", 100, 200)
    for number in range(1, 11):
        story.call(number, at=number, dialogue="easy").talks(5, answer=0.8).ends()
        story.call(20 + number, at=number, dialogue="hard").talks(5, answer=4).ends()
    for number in range(11, 21):
        caller = story.call(number, at=77, dialogue="easy").talks(3, answer=0.8)
        caller.now = max(caller.now, 101)
        for _ in range(2):
            caller.says().hears(after=4)
        caller.ends()
        story.callers[-1].works("llm", 90, 91)
    assert AdmittedProtected()(story.history()).outcome == "fail"


def test_a_lost_call_fails_however_quick_the_others() -> None:
    story = run()
    caller = story.call(50, at=95).talks(1).says().ends("closed", type="info", by="agent")
    assert caller.now > 100
    finding = AdmittedProtected()(story.history())
    assert finding.outcome == "fail"
    assert (finding.evidence[0].call, finding.evidence[0].note) == ("c0050", "dropped")


def test_one_lost_of_a_few_tells_nothing() -> None:
    def judged(calls: int, answer: float = 0.8) -> Finding:
        story = run(answer, calls=calls)
        story.call(50, at=95).talks(1).says().ends("closed", type="info", by="agent")
        return AdmittedProtected()(story.history())

    assert judged(0).outcome == "unknown"
    assert judged(0).summary == (
        "1 of 1 calls answered before the overload were lost; at least 5 calls are needed to lay "
        "that to the overload"
    )
    assert judged(3).outcome == "unknown"
    assert judged(4).outcome == "fail"
    assert judged(3, answer=4.0).outcome == "fail"


def test_calls_that_came_later_are_not_protected() -> None:
    story = run()
    for number in range(50, 80):
        story.call(number, at=101).says().ends("patience", after=8, type="info")
    assert AdmittedProtected()(story.history()).outcome == "pass"


def test_calls_that_were_over_before_are_not_asked() -> None:
    story = run()
    story.call(50, at=50).talks(1).ends("closed", type="info", by="agent")
    assert AdmittedProtected()(story.history()).outcome == "pass"


def test_turns_that_a_fault_touched_are_left_out() -> None:
    story = run(8.0)
    for caller in story.callers[10:]:
        for at in range(101, 130):
            caller.works("llm", at, at + 0.5, bites=["llm-429"])
    assert AdmittedProtected()(story.history()).outcome == "unknown"


def test_without_surge_or_admitted_calls_it_is_unknown() -> None:
    assert AdmittedProtected()(run(calls=0).history()).outcome == "unknown"
    story = Story().phase("baseline", 0, 100)
    crowd(story, 10, at=1, every=3)
    finding = AdmittedProtected()(story.history())
    assert (finding.outcome, "add a baseline and a surge" in finding.summary) == ("unknown", True)
