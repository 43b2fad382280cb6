from harness.checks.exact_shed import ExactShed
from tests.harness.histories import Story


def run(taken: int = 4, refused: int = 6, refused_at: float = 5.0, **run: int) -> Story:
    """So many calls that come at once and stay, and so many that are turned away."""
    story = Story(**run).phase("surge", 0, 60)
    for number in range(1, taken + 1):
        story.call(number, at=1 + number / 100).talks().ends()
    for number in range(refused):
        story.call(100 + number, refused_at, answered=False).ends("reject", 0.1, type="fail")
    return story


def test_as_many_as_declared_and_no_more() -> None:
    finding = ExactShed()(run(limit=4).history())
    assert (finding.outcome, finding.measures["most_at_once"]) == ("pass", 4)
    assert ExactShed(limit=4)(run().history()).outcome == "pass"


def test_one_more_than_declared_fails() -> None:
    finding = ExactShed()(run(taken=5, limit=4).history())
    assert (finding.outcome, finding.measures["taken_beyond"]) == ("fail", 1)
    assert finding.evidence[0].call == "c0005"
    assert ExactShed(tolerated=1)(run(taken=5, limit=4).history()).outcome == "pass"


def test_refusing_with_places_free_fails() -> None:
    finding = ExactShed()(run(taken=3, limit=4).history())
    assert (finding.outcome, finding.measures["refused_early"]) == ("fail", 6)
    assert finding.evidence[0].note == "refused while 3 of 4 places were taken"


def test_calls_of_a_burst_may_overtake_each_other() -> None:
    def judged(overtaken_by: float, **refusal: str) -> str:
        story = run(taken=3, refused=0, limit=4)
        caller = story.call(50, at=5, answered=False)
        if refusal:
            caller.hears("We are full.", after=0.1, lasting=8, **refusal)
        caller.ends("reject", 0.1, type="fail")
        story.call(51, at=5 + overtaken_by).talks().ends()
        return ExactShed()(story.history()).outcome

    assert judged(0.01) == "pass"
    assert judged(0.5) == "fail"
    assert judged(0.05, role="refusal") == "pass"
    assert judged(3, role="refusal") == "fail"


def test_who_is_refused_abruptly_is_refused_as_well() -> None:
    for at, outcome in ((5, "pass"), (40, "fail")):
        story = run(refused=0, limit=4)
        story.call(50, at, answered=False).ends("http_503", 0.1, type="fail", by="agent")
        assert ExactShed()(story.history()).outcome == outcome


def test_who_waited_in_a_queue_takes_a_place_when_it_is_answered() -> None:
    story = run(refused=0, limit=4)
    ended = max(caller.now for caller in story.callers)
    story.call(50, at=5, queued=ended - 5).talks().ends()
    finding = ExactShed()(story.history())
    assert (finding.outcome, finding.measures["most_at_once"]) == ("pass", 4)
    story.call(51, at=5, answered=False).ends("reject", 0.1, type="fail")
    story.call(52, at=ended + 3, answered=False).ends("reject", 0.1, type="fail")
    early = ExactShed()(story.history())
    assert (early.outcome, early.evidence[0].note) == (
        "fail", "refused while 1 of 4 places were taken",
    )  # fmt: skip


def test_a_place_is_free_a_moment_after_its_call() -> None:
    story = run(limit=4)
    ended = min(caller.now for caller in story.callers[:4])
    story.call(50, ended + 1, answered=False).ends("reject", 0.1, type="fail")
    assert ExactShed()(story.history()).outcome == "pass"
    story.call(51, ended + 2.5, answered=False).ends("reject", 0.1, type="fail")
    assert ExactShed()(story.history()).outcome == "fail"


def test_refusing_while_a_provider_is_down_is_not_judged() -> None:
    story = run(taken=4, refused=0, limit=4).fault("down", "llm", at=40, until=50)
    story.call(50, 45, answered=False).ends("reject", 0.1, type="fail")
    assert ExactShed()(story.history()).outcome == "pass"


def test_a_limit_that_was_never_reached_or_declared_is_unknown() -> None:
    assert ExactShed()(run(taken=3, refused=0, limit=4).history()).outcome == "unknown"
    assert ExactShed()(run().history()).outcome == "unknown"


def test_a_call_that_could_not_be_served_had_its_place() -> None:
    story = run(taken=3, refused=0, limit=4).fault("down", "llm", at=0, until=3)
    caller = story.call(4, at=2).hears(role="greeting").says().hears("Call later.", role="refusal")
    caller.ends("spoken_refusal", type="fail", by="agent")
    story.call(5, at=4, answered=False).ends("reject", 0.1, type="fail")
    finding = ExactShed()(story.history())
    assert (finding.outcome, finding.measures["most_at_once"]) == ("pass", 4)
