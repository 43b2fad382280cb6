from harness.checks.explicit_refusal import ExplicitRefusal
from tests.harness.histories import Story


def run() -> Story:
    story = Story().phase("warm_up", 0, 10, warm_up=True).phase("surge", 10, 90)
    story.call(1, at=11).talks().ends()
    story.call(2, at=12, answered=False).ends("reject", after=0.4, type="fail", by="agent")
    return story


def test_served_or_told_passes() -> None:
    finding = ExplicitRefusal()(run().history())
    assert finding.outcome == "pass"
    assert finding.summary == (
        "0 of 2 offered calls ended without being told; 1 were refused politely"
    )
    assert finding.measures["refused_politely_p50_s"] == 0.4


def test_a_silent_line_that_the_caller_gave_up_on_fails() -> None:
    story = run()
    story.call(3, at=12).says(after=2.5).ends("patience", after=8, type="info")
    finding = ExplicitRefusal()(story.history())
    assert finding.outcome == "fail"
    (evidence,) = finding.evidence
    assert (evidence.call, evidence.note) == ("c0003", "abandoned: patience")


def test_giving_up_after_having_been_answered_is_another_matter() -> None:
    story = run()
    story.call(3, at=12).talks(1).says().ends("patience", after=8, type="info")
    assert ExplicitRefusal()(story.history()).outcome == "pass"


def test_what_the_fates_count_beside_is_told() -> None:
    story = run()
    story.call(3, at=12).says(after=2.5).ends("patience", after=8, type="info")
    story.call(4, at=12).talks(1).says().ends("patience", after=8, type="info")
    story.call(5, at=13).talks(1).says().ends("patience", after=8, type="info")
    story.call(6, at=14).talks(1).ends("closed", type="info", by="agent")
    story.call(7, at=14).talks(1).ends("cut", type="info", by="us")
    story.call(8, at=2).talks().ends()
    assert ExplicitRefusal()(story.history()).summary == (
        "2 of 6 offered calls ended without being told (1 abandoned before any answer, 1 dropped); "
        "1 were refused politely; 2 more abandoned after an answer, which is no refusal; "
        "1 more of the warm-up, which does not count; 1 more cut by us"
    )


def test_errors_and_cuts_fail() -> None:
    story = run()
    story.call(3, at=12, answered=False).ends("http_503", type="fail", by="agent")
    story.call(4, at=12).talks(2).ends("closed", type="info", by="network")
    story.call(5, at=12).talks(2)
    finding = ExplicitRefusal()(story.history())
    assert (finding.outcome, finding.measures["not_told"]) == ("fail", 3)
    assert ExplicitRefusal(at_most=3)(story.history()).outcome == "pass"


def test_warm_up_calls_and_those_we_cut_do_not_count() -> None:
    story = run()
    story.call(3, at=5, answered=False).ends("http_503", type="fail", by="agent")
    story.call(4, at=12).talks(1).ends("cut", type="info", by="us")
    finding = ExplicitRefusal()(story.history())
    assert (finding.outcome, finding.measures["offered"]) == ("pass", 2)


def test_no_calls_are_unknown() -> None:
    assert ExplicitRefusal()(Story().history()).outcome == "unknown"
