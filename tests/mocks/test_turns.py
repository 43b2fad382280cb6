"""Actors that rest: others have their turn, and nothing is told before the last answer is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from kernel.actor import Emit, End, Instruction, Nudge, Nudged
from kernel.fault import Stage
from mocks.provider import Route
from mocks.wire import Body, Head, Request, Text, Wire, json_reply
from mocks.work import Admitted, Begin, Closed, Opened, Refused, Rest
from mocks.world import World

from .drive import MS, Drive

SOCKET = "/slow"


class Slow:
    """Says back what it is told, letter by letter, and rests before each."""

    def __init__(self, request: Request, world: World) -> None:
        self.closed = False

    def receive(self, message: Any, now_ns: int) -> Iterable[Instruction]:
        match message:
            case Opened():
                return [Emit(Begin(counted=False))]
            case Admitted():
                return [Emit(Head(101))]
            case Text("bye"):
                return [End()]
            case Text("wake"):
                return [Nudge("wake", now_ns)]
            case Text("sleep"):
                return self._sleep()
            case Nudged():
                return [Emit(Text("woken"))]
            case Text(data):
                return self._spell(data, now_ns)
            case Closed():
                self.closed = True
        return []

    def _sleep(self) -> Iterator[Instruction]:
        yield Emit(Rest())
        yield Nudge("wake", None)

    def _spell(self, data: str, now_ns: int) -> Iterator[Instruction]:
        for letter in data:
            yield Emit(Rest())
            if letter == "!":
                raise ValueError(letter)
            yield Emit(Text(letter), now_ns)


class Provider:
    name = "slow"
    stage: Stage = "tts"
    routes = (Route("WS", SOCKET, Slow),)

    def recognises(self, request: Request) -> bool:
        return False

    def refuse(self, refused: Refused, request: Request) -> Iterable[Wire]:
        return [Head(429)]

    def no_route(self, request: Request, status: int, told: str) -> tuple[Head, Body]:
        return json_reply(status, told)


def a_drive() -> Drive:
    return Drive(Provider())


def step(drive: Drive) -> list[tuple[int, str]]:
    """One `advance`: the letters that went out, and to whom."""
    departures = drive.service.advance(drive.now_ns)
    return [(one.session, one.what.data) for one in departures if isinstance(one.what, Text)]


def steps(drive: Drive) -> list[tuple[int, str]]:
    found = []
    while (wake_ns := drive.service.next_wake()) is not None and wake_ns <= drive.now_ns:
        found += step(drive)
    return found


def test_each_advance_is_one_step_of_one_actor() -> None:
    drive = a_drive()
    number = drive.socket(SOCKET)
    drive.service.receive(number, Text("abc"), drive.now_ns)
    assert drive.service.next_wake() == drive.now_ns
    assert [step(drive) for _ in range(5)] == [
        [], [(number, "a")], [(number, "b")], [(number, "c")], [],
    ]  # fmt: skip
    assert drive.service.next_wake() is None


def test_those_that_rest_take_turns() -> None:
    drive = a_drive()
    one, other = drive.socket(SOCKET), drive.socket(SOCKET)
    drive.service.receive(one, Text("abc"), drive.now_ns)
    drive.service.receive(other, Text("xyz"), drive.now_ns)
    assert [number for number, _ in steps(drive)] == [one, other] * 3


def test_an_actor_is_told_nothing_before_it_has_said_all() -> None:
    drive = a_drive()
    number = drive.socket(SOCKET)
    for word in ("abc", "d", "ef"):
        drive.service.receive(number, Text(word), drive.now_ns)
    assert "".join(letter for _, letter in steps(drive)) == "abcdef"


def test_what_waits_is_told_with_the_time_at_which_it_came() -> None:
    drive = a_drive()
    number = drive.socket(SOCKET)
    drive.service.receive(number, Text("a"), drive.now_ns)
    drive.now_ns = 3 * MS
    drive.service.receive(number, Text("b"), drive.now_ns)
    drive.now_ns = 9 * MS
    due = []
    while drive.service.next_wake() is not None:
        due += [one.due_ns for one in drive.service.advance(drive.now_ns)]
    assert due == [0, 3 * MS]


def test_what_follows_from_a_message_comes_before_the_next_one() -> None:
    drive = a_drive()
    number = drive.socket(SOCKET)
    for word in ("a", "wake", "b"):
        drive.service.receive(number, Text(word), drive.now_ns)
    assert [letter for _, letter in steps(drive)] == ["a", "woken", "b"]


def test_a_nudge_that_is_taken_back_does_not_come_even_if_it_was_due() -> None:
    drive = a_drive()
    number = drive.socket(SOCKET)
    drive.service.receive(number, Text("wake"), drive.now_ns)
    drive.service.receive(number, Text("sleep"), drive.now_ns)
    assert steps(drive) == []


def test_any_number_of_messages_may_wait() -> None:
    drive = a_drive()
    number = drive.socket(SOCKET)
    for _ in range(5000):
        drive.service.receive(number, Text(""), drive.now_ns)
    drive.service.receive(number, Text("a"), drive.now_ns)
    for _ in range(5000):
        drive.service.receive(number, Text(""), drive.now_ns)
    assert steps(drive) == [(number, "a")]
    assert drive.service.bugs == 0


@pytest.mark.parametrize("code", [None, 1000])
def test_the_end_of_a_client_is_not_waited_for(code: int | None) -> None:
    drive = a_drive()
    number = drive.socket(SOCKET)
    session = drive.service.sessions.get(number)
    assert session is not None
    drive.service.receive(number, Text("abc"), drive.now_ns)
    drive.service.receive(number, Text("def"), drive.now_ns)
    drive.service.vanish(number, drive.now_ns, code=code)
    assert session.actor.closed  # type: ignore[attr-defined]
    assert steps(drive) == []
    assert drive.service.next_wake() is None


def test_an_actor_that_breaks_down_after_a_rest_resets_its_connection_only() -> None:
    drive = a_drive()
    one, other = drive.socket(SOCKET), drive.socket(SOCKET)
    drive.service.receive(one, Text("a!b"), drive.now_ns)
    drive.service.receive(one, Text("c"), drive.now_ns)
    drive.service.receive(other, Text("x"), drive.now_ns)
    assert steps(drive) == [(one, "a"), (other, "x")]
    assert drive.service.bugs == 1
    assert len(drive.service.sessions) == 1


def test_a_session_that_ends_itself_waits_for_its_last_word() -> None:
    drive = a_drive()
    number = drive.socket(SOCKET)
    drive.service.receive(number, Text("ab"), drive.now_ns)
    drive.service.receive(number, Text("bye"), drive.now_ns)
    assert steps(drive) == [(number, "a"), (number, "b")]
    assert len(drive.service.sessions) == 0
