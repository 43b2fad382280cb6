from typing import Any

from harness.checks.task_completed import TaskCompleted
from kernel.units import Share
from tests.harness.histories import Caller, Story

BOOK = {
    "name": "book",
    "caller": [{"say": "Hi"}],
    "replies": {"1": {"say": "Sure"}},
    "done": {"tool_ok": "book_appointment", "heard": "booked, {name}"},
    "also_ok": ["transferred"],
}


def run(**dialogue: Any) -> Story:
    """Nine callers who got what they wanted."""
    story = Story(dialogues={"book": {**BOOK, **dialogue}}).phase("baseline", 0, 300)
    for number in range(1, 10):
        booked(story.call(number, at=number, facts={"name": "Ann"}))
    return story


def booked(caller: Caller, **tool: Any) -> Caller:
    given = {"tool": "book_appointment", "status": 201, **tool}
    caller.says().hears("You are BOOKED, Ann. Bye.").ends()
    return caller.works("tools", caller.dialled + 1, caller.dialled + 2, **given)


def test_all_done_passes() -> None:
    story = run()
    booked(story.call(10, at=10, facts={"name": "Ann"}))
    finding = TaskCompleted()(story.history())
    assert (finding.outcome, finding.measures["completed_share"]) == ("pass", 1.0)
    assert finding.summary == "0 of 10 (below 0.3) callers did not get what they called for"


def test_a_tool_that_refused_is_not_done() -> None:
    story = run()
    booked(story.call(10, at=10, facts={"name": "Ann"}), status=409)
    finding = TaskCompleted()(story.history())
    assert finding.outcome == "fail"
    assert finding.evidence[0].note == "served: book_appointment never answered well"
    assert TaskCompleted(at_least=Share(0.9))(story.history()).outcome == "pass"


def test_another_tool_is_not_done() -> None:
    story = run()
    booked(story.call(10, at=10, facts={"name": "Ann"}), tool="lookup_slots")
    assert TaskCompleted()(story.history()).outcome == "fail"


def test_words_that_were_not_heard_are_not_done() -> None:
    story = run()
    booked(story.call(10, at=10, facts={"name": "Bob"}))
    finding = TaskCompleted()(story.history())
    assert finding.evidence[0].note == "served: never heard 'booked, Bob'"


def test_a_fate_that_is_ok_as_well_is_done() -> None:
    story = run()
    story.call(10, at=10).says().hears().ends("transferred", by="agent")
    assert TaskCompleted()(story.history()).outcome == "pass"


def test_who_could_not_get_anything_leaves_the_denominator() -> None:
    story = run()
    booked(story.call(10, at=10, facts={"name": "Ann"}))
    story.call(11, at=11, answered=False).ends("reject", type="fail", by="agent")
    story.call(12, at=11).says().hears("Busy.", role="apology").ends("spoken_refusal", type="fail")
    story.call(13, at=11).says().ends("cut", type="info", by="us")
    story.call(14, at=11).says().ends("left_early")
    finding = TaskCompleted()(story.history())
    assert (finding.outcome, finding.measures["calls"]) == ("pass", 10)


def test_an_apology_in_mid_conversation_is_no_success() -> None:
    story = run()
    caller = story.call(10, at=10).says().hears().says()
    caller.hears("Sorry, call again later.", role="apology").ends("spoken_refusal", type="fail")
    assert TaskCompleted()(story.history()).outcome == "fail"


def test_a_dialogue_without_a_goal_is_done_once_served() -> None:
    story = run(done={})
    story.call(10, at=10).says().hears().ends("closed", type="info", by="agent")
    finding = TaskCompleted()(story.history())
    assert (finding.measures["completed"], finding.evidence[0].note) == (9, "dropped")


def test_a_mock_that_lost_its_script_makes_it_unknown() -> None:
    story = run()
    story.call(10, at=10).ends().works("llm", 11, 12, off_script=True)
    finding = TaskCompleted()(story.history())
    assert finding.outcome == "unknown"
    assert "off the script" in finding.summary


def test_too_few_callers_are_unknown() -> None:
    assert TaskCompleted()(run().history()).outcome == "unknown"


def test_work_that_is_not_joined_makes_it_unknown() -> None:
    story = run()
    booked(story.call(10, at=10, facts={"name": "Ann"}))
    story.work("tools", 10, 11)
    assert "joined" in TaskCompleted()(story.history()).summary
