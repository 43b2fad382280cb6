from harness.checks.refusal_is_fast import RefusalIsFast
from kernel.units import Share
from tests.harness.histories import Story


def rejected(story: Story, number: int, after: float) -> None:
    story.call(number, at=number, answered=False).ends("reject", after=after, type="fail")


def test_rejections_at_once_pass() -> None:
    story = Story().phase("surge", 0, 60)
    for number in range(1, 11):
        rejected(story, number, after=0.1)
    finding = RefusalIsFast()(story.history())
    assert (finding.outcome, finding.measures["refused"]) == ("pass", 10)


def test_late_refusals_fail_and_a_few_of_many_warn() -> None:
    story = Story().phase("surge", 0, 60)
    for number in range(1, 30):
        rejected(story, number, after=0.1)
    rejected(story, 30, after=8)
    finding = RefusalIsFast()(story.history())
    assert (finding.outcome, finding.evidence[0].call) == ("warn", "c0030")
    assert finding.evidence[0].note == "refused after 8.0 s"
    assert RefusalIsFast(tolerated=Share(0))(story.history()).outcome == "fail"


def test_a_spoken_refusal_counts_from_its_first_word() -> None:
    story = Story().phase("surge", 0, 60)
    caller = story.call(1, at=1).hears("We are full.", after=1, lasting=9, role="refusal")
    caller.ends("spoken_refusal", type="fail", by="agent")
    assert RefusalIsFast()(story.history()).measures["refused_after_max_s"] == 1


def test_who_was_asked_to_hold_is_in_a_queue() -> None:
    story = Story().phase("surge", 0, 60)
    caller = story.call(1, at=1).hears("Please hold.", role="filler")
    caller.hears("We are full.", after=20, role="refusal").ends("spoken_refusal", type="fail")
    assert RefusalIsFast()(story.history()).outcome == "unknown"


def test_what_a_fault_has_part_in_is_not_judged() -> None:
    story = Story().phase("surge", 0, 60).fault("429", "llm", at=5, until=20)
    rejected(story, 4, after=9)
    assert RefusalIsFast()(story.history()).outcome == "unknown"


def test_a_refusal_after_an_answer_is_none_at_the_door() -> None:
    story = Story().phase("surge", 0, 60)
    story.call(1, at=1).talks(1).hears("Call later.", role="refusal").ends(
        "spoken_refusal", type="fail"
    )
    assert RefusalIsFast()(story.history()).outcome == "unknown"
