import pytest

from harness.checks.admission_restored import AdmissionRestored
from kernel.units import Duration
from tests.harness.histories import Story, crowd


def run(refused_until: float) -> Story:
    """A fault until 100; from then on a call every two seconds, refused until some moment."""
    story = Story().phase("baseline", 0, 60).fault("429", "llm", at=60, until=100)
    crowd(story, 30, at=0, every=2)
    story.phase("recovery", 100, 180)
    for number in range(40):
        at = 100.5 + 2 * number
        if at < refused_until:
            story.call(100 + number, at, answered=False).ends("reject", 0.1, type="fail")
        else:
            story.call(100 + number, at).talks(2).ends()
    return story


@pytest.mark.parametrize(
    ("refused_until", "outcome"), [(0, "pass"), (125, "pass"), (140, "fail"), (999, "fail")]
)
def test_how_long_callers_are_refused(refused_until: float, outcome: str) -> None:
    assert AdmissionRestored()(run(refused_until).history()).outcome == outcome


def test_it_says_how_long_and_whom() -> None:
    finding = AdmissionRestored()(run(refused_until=120).history())
    assert finding.measures["last_refusal_s"] == 18.5
    assert finding.evidence[0].call == "c0109"


def test_a_single_reset_is_an_accident_and_several_are_none() -> None:
    def reset(*seconds: float) -> str:
        story = run(refused_until=110)
        for number, at in enumerate(seconds, 200):
            caller = story.call(number, at, answered=False)
            caller.ends("reset", 0.1, type="info", by="network")
        return AdmissionRestored()(story.history()).outcome

    assert reset(150) == "pass"
    assert reset(150, 160) == "fail"
    assert reset(150, 150.1) == "fail"
    assert reset(119.9, 125) == "pass"


@pytest.mark.parametrize(
    ("pattern", "every", "outcome"),
    [
        ("TTTTTTTTTTTT", 5, "pass"),
        ("TTTTTRTTTTTT", 5, "pass"),
        ("RRRRTTT", 5, "pass"),
        ("RRRRTT", 5, "unknown"),
        ("RRRRRRRRRRRRT", 2, "unknown"),
        ("RTRTRTRT", 1, "unknown"),
        ("RTRTRTRTR", 1, "unknown"),
        ("TTTTTTTTTTTR", 5, "unknown"),
        ("TTTTTTTTTTRR", 5, "fail"),
        ("TTTTTTTTRTTR", 5, "fail"),
        ("TRTRTRTRTRTRTRTR", 3.4, "fail"),
    ],
)
def test_it_takes_some_that_are_let_in_on_end(pattern: str, every: float, outcome: str) -> None:
    story = Story().phase("baseline", 0, 60).fault("429", "llm", at=60, until=100)
    crowd(story, 20, at=0, every=2)
    story.phase("recovery", 100, 180)
    for number, fate in enumerate(pattern):
        caller = story.call(100 + number, 101 + number * every, answered=fate == "T")
        if fate == "T":
            caller.talks(1).ends()
        else:
            caller.ends("http_503", 0.1, type="fail", by="agent")
    assert AdmissionRestored()(story.history()).outcome == outcome


def test_who_waited_in_a_queue_takes_a_place_when_it_is_answered() -> None:
    def judged(queued: float) -> str:
        story = Story().phase("baseline", 0, 60).fault("429", "llm", at=60, until=100)
        crowd(story, 6, at=0, every=10)
        story.phase("recovery", 100, 180)
        for number in range(6):
            story.call(100 + number, 101, queued=queued).talks(4).ends()
        for number in range(200, 206):
            story.call(number, 135, answered=False).ends("reject", 0.1, type="fail")
        return AdmissionRestored()(story.history()).outcome

    assert judged(queued=60) == "fail"
    assert judged(queued=30) == "pass"


def test_a_short_recovery_cannot_tell() -> None:
    found = AdmissionRestored(within=Duration(90))(run(refused_until=999).history())
    assert found.outcome == "unknown"
    assert "still refused 78 s after the heal" in found.summary


def test_refusals_with_a_full_house_are_right() -> None:
    story = Story().phase("baseline", 0, 60).fault("429", "llm", at=60, until=100)
    crowd(story, 6, at=0, every=10)
    story.phase("recovery", 100, 180)
    crowd(story, 20, at=101, every=0.1, first=50)
    for number in range(100, 110):
        story.call(number, 105, answered=False).ends("reject", 0.1, type="fail")
    assert AdmissionRestored()(story.history()).outcome == "unknown"


def test_calls_of_a_burst_may_overtake_each_other() -> None:
    def refused_before(overtaken_by: float) -> object:
        story = Story().phase("baseline", 0, 60).fault("429", "llm", at=60, until=100)
        crowd(story, 3, at=0, every=0.1)
        story.phase("recovery", 100, 300)
        crowd(story, 6, at=101, every=20, first=50)
        story.call(60, 230).talks().ends()
        story.call(61, 230).talks().ends()
        story.call(62, 231, answered=False).ends("reject", 0.1, type="fail")
        story.call(63, 231 + overtaken_by).talks().ends()
        return AdmissionRestored()(story.history()).measures["refused"]

    assert (refused_before(0.01), refused_before(0.5)) == (0, 1)


def test_without_a_fault_there_is_nothing_to_recover_from() -> None:
    story = Story().phase("baseline", 0, 60)
    crowd(story, 10, at=0)
    assert AdmissionRestored()(story.history()).outcome == "unknown"
