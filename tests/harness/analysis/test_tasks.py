from typing import Any

import pytest

from harness.analysis.tasks import (
    goals,
    missing,
    tasks_done,
    tools_that_answered_well,
)
from kernel.dialogue import Done, Goal
from kernel.history import History
from tests.harness.histories import Story

BOTH = {"tool_ok": "book", "heard": "booked, {name}"}


def run(done: Any, said: str = "You are BOOKED, Ann.", **tool: Any) -> History:
    """One caller whose dialogue is done so; its agent said this, and one tool answered."""
    story = Story(dialogues={"book": {"done": done, "also_ok": ["transferred"]}})
    caller = story.call(1, at=0, facts={"name": "Ann"}).says().hears(said).ends()
    caller.works("tools", 1, 2, **{"tool": "book", "status": 201, **tool})
    return story.history()


def done(history: History) -> list[str]:
    return [event.span for event in tasks_done(history, history.of_kind("join"))]


@pytest.mark.parametrize("wanted", [BOTH, {"tool_ok": "book"}, {"heard": "you are booked"}])
def test_a_task_is_done_if_all_that_its_dialogue_asks_for_was_got(wanted: Any) -> None:
    assert done(run(wanted)) == ["c0001"]


def test_a_task_that_is_done_is_known_of_the_call() -> None:
    history = run(BOTH)
    events = tasks_done(history, history.of_kind("join"))
    assert [call.done for call in history.calls] == [False]
    assert [call.done for call in history.plus(events).calls] == [True]


@pytest.mark.parametrize(
    ("history", "missed"),
    [
        (run(BOTH, status=409), "book never answered well"),
        (run(BOTH, tool="look"), "book never answered well"),
        (run(BOTH, "You are booked, Bob."), "never heard 'booked, Ann'"),
    ],
)
def test_what_is_missing_is_named(history: History, missed: str) -> None:
    assert done(history) == []
    used = tools_that_answered_well(history, history.of_kind("join"))
    assert missing(history.calls[0], goals(history)["book"].done, used) == missed


def test_a_dialogue_that_does_not_say_when_it_is_done_never_is() -> None:
    assert done(run({})) == []


def test_work_of_nobody_is_nobodys() -> None:
    history = run(BOTH)
    assert tools_that_answered_well(history, []) == {}
    assert tools_that_answered_well(history, history.of_kind("join")) == {"c0001": {"book"}}


def test_goals_are_those_of_the_dialogues() -> None:
    wanted = Goal(Done("book", "booked, {name}"), ("transferred",))
    assert goals(run(BOTH)) == {"book": wanted}
    assert goals(Story().history()) == {}
