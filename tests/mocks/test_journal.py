from __future__ import annotations

from kernel.event import Event
from mocks.astray import astray
from mocks.journal import Journal
from mocks.provider import load_providers
from mocks.wire import Request


def event(number: int) -> Event:
    return Event(number, "mock.llm", "work", "info")


def numbers(journal: Journal, after: int = 0, at_most: int = 100) -> list[int]:
    return [one.at_ns for one in journal.page(after, at_most).events]


def test_pages_follow_one_another() -> None:
    journal = Journal(10)
    for number in range(5):
        journal.add(event(number))
    page = journal.page(0, at_most=3)
    assert [one.at_ns for one in page.events] == [0, 1, 2]
    assert page.next == 3
    assert numbers(journal, page.next) == [3, 4]
    assert numbers(journal, 5) == []
    assert journal.page(99).next == 5


def test_what_does_not_fit_is_forgotten_and_counted() -> None:
    journal = Journal(3)
    for number in range(5):
        journal.add(event(number))
    page = journal.page()
    assert [one.at_ns for one in page.events] == [2, 3, 4]
    assert page.lost == 2
    assert journal.page(after=4).lost == 0


def test_clearing_loses_nothing_and_counts_on() -> None:
    journal = Journal(3)
    journal.add(event(1))
    journal.clear()
    page = journal.page()
    assert (page.events, page.next, page.lost) == ((), 1, 0)
    journal.add(event(2))
    assert numbers(journal) == [2]


def test_listeners_hear_every_event() -> None:
    journal, heard = Journal(1), []
    journal.listeners.append(heard.append)
    journal.add(event(1))
    journal.add(event(2))
    assert [one.at_ns for one in heard] == [1, 2]


def test_what_nobody_serves_is_told() -> None:
    journal = Journal(10)
    asked = Request("POST", "/chat/completions", headers={"authorization": "Bearer x"})
    journal.unserved(astray(asked, load_providers(["llm"])), 7)
    (event,) = journal.page().events
    assert (event.kind, event.type, event.at_ns) == ("unserved", "info", 7)
    assert event.data == {
        "method": "POST",
        "path": "/chat/completions",
        "provider": "llm/openai",
        "remedy": "the base URL of openai lacks /v1",
    }
