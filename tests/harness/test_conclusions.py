from harness.analysis.fates import fate_of
from harness.conclusions import conclude
from kernel.history import History
from tests.harness.histories import Caller, Story

DIALOGUES = {"book": {"done": {"tool_ok": "book", "heard": "booked"}}}


def taken_leave_of(story: Story, said: str = "You are booked, Ann. Goodbye.") -> Caller:
    """An agent that hangs up after the first of four lines."""
    caller = story.call(1, at=0, facts={"name": "Ann Lee"}).says().hears(said)
    return caller.ends("closed", type="info", by="agent")


def judged(said: str = "You are booked, Ann. Goodbye.", *, booked: bool = True) -> History:
    story = Story(dialogues=DIALOGUES)
    taken_leave_of(story, said)
    if booked:
        story.work("tools", 1, 2, tool="book", status=201, arguments="Ann Lee", history="Ann Lee")
    return conclude(story.history())


def test_work_is_joined_and_what_it_did_is_known() -> None:
    history = judged()
    assert history.call_of(history.work[0]) == "c0001"
    assert [call.done for call in history.calls] == [True]


def test_an_agent_that_is_done_may_say_goodbye_and_hang_up() -> None:
    assert fate_of(judged().calls[0]) == "served"
    assert fate_of(judged(booked=False).calls[0]) == "dropped"
    assert fate_of(judged("You are booked. Which").calls[0]) == "dropped"


def test_what_is_concluded_already_is_kept() -> None:
    history = judged()
    assert conclude(history) is history
    story = Story(dialogues=DIALOGUES)
    taken_leave_of(story).works("tools", 1, 2, tool="book", status=201)
    again = conclude(story.history())
    assert [event.kind for event in again.events].count("join") == 1
    assert again.calls[0].done


def test_nothing_follows_from_nothing() -> None:
    history = Story().history()
    assert conclude(history) is history
