from __future__ import annotations

import json
from typing import cast

import pytest

from kernel.fault import HOLD, Arrival, Fault, FaultOrder, Hold, Roll
from mocks.chain import Applied
from mocks.wire import Close, Head, Text
from mocks.world import Settings

from .drive import Drive
from .echo import a_world


def test_the_same_identity_is_another_attempt() -> None:
    drive = Drive()
    drive.apply("rate_limit", requests="1/s", burst=1)
    for _ in range(3):
        drive.post(b"same words")
    state = drive.levers.faults()[0]
    assert (state.bites, state.identities) == (2, 1)


def test_different_words_are_different_identities() -> None:
    drive = Drive()
    drive.apply("rate_limit", requests="1/s", burst=1)
    for word in (b"a", b"b", b"c"):
        drive.post(word)
    assert drive.levers.faults()[0].identities == 2


def test_a_header_is_the_surest_identity() -> None:
    drive = Drive(world=a_world(settings=Settings(correlate="X-Call")))
    drive.post(b"x", headers={"x-call": "call 7"})
    drive.post(b"x")
    assert [one.data["identity_by"] for one in drive.events if one.type == "invoke"] == [
        "header",
        "conversation",
    ]
    assert [work.call for work in drive.work] == ["call 7", ""]


def test_a_socket_is_known_by_its_place_in_the_row() -> None:
    drive = Drive()
    drive.apply("concurrency", of="socket", limit=0)
    drive.socket()
    drive.socket()
    assert drive.levers.faults()[0].identities == 2


def test_a_refused_request_is_told_where_the_provider_says_it() -> None:
    drive = Drive()
    drive.apply("concurrency", limit=0)
    session = drive.post(b"x")
    drive.run()
    assert drive.to(session)[0].status == 429
    (work,) = drive.work
    assert (work.type, work.status, work.reason) == ("fail", 429, "concurrency")
    assert work.bites == ("f",)


def test_a_refused_context_leaves_the_socket_open() -> None:
    drive = Drive()
    drive.apply("concurrency", limit=1)
    session = drive.socket()
    for context in "ab":
        drive.say(session, json.dumps({"context": context, "say": "1 2"}))
    drive.run()
    assert drive.to(session) == [
        Head(101),
        Text("b: concurrency", "b"),
        Text("a: 1", "a"),
        Text("a: 2", "a"),
    ]
    drive.say(session, json.dumps({"context": "c", "say": "1"}))
    drive.run()
    assert drive.texts(session)[-1] == "c: 1"


def test_a_refused_socket_is_a_failed_one() -> None:
    drive = Drive()
    drive.apply("concurrency", of="socket", limit=0)
    session = drive.socket()
    drive.run()
    assert drive.to(session)[0].status == 429
    assert drive.closing("socket")[0].type == "fail"
    assert not any(isinstance(what, Close) for what in drive.to(session))


def test_who_has_been_admitted_before_a_fault_leaves_it_later() -> None:
    drive = Drive()
    first = drive.post(b"1 2 3 4")
    drive.apply("concurrency", limit=1)
    refused = drive.post(b"x")
    drive.run()
    fine = drive.post(b"y")
    drive.run()
    assert drive.texts(first) == ["1", "2", "3", "4"]
    assert drive.to(refused)[0].status == 429
    assert drive.texts(fine) == ["y"]


class Turnstile:
    """Keeps everybody waiting until it is healed, and counts who leaves."""

    def __init__(self) -> None:
        self.left = 0

    def admit(self, arrival: Arrival, now_ns: int, roll: Roll) -> Hold:
        return HOLD

    def leave(self, arrival: Arrival, now_ns: int) -> None:
        self.left += 1


def hold(drive: Drive) -> Turnstile:
    order, turnstile = FaultOrder(label="hold", kind="turnstile", target="tts"), Turnstile()
    drive.service.chain.add(Applied(order, cast(Fault, turnstile), drive.now_ns))
    return turnstile


def test_who_is_held_comes_in_when_the_fault_is_healed() -> None:
    drive = Drive()
    turnstile = hold(drive)
    drive.apply("concurrency", limit=1)
    sessions = [drive.post(word) for word in (b"a", b"b")]
    gone = drive.post(b"c")
    drive.run(300)
    assert not drive.sent
    drive.service.vanish(gone, drive.now_ns)
    drive.heal("hold")
    drive.run()
    assert [drive.to(session)[0].status for session in sessions] == [200, 429]
    served, refused, cut = drive.work
    assert (served.type, served.added_ns, served.bites) == ("ok", 300_000_000, ("hold",))
    assert (refused.type, refused.bites) == ("fail", ("hold", "f"))
    assert (cut.type, cut.cancelled) == ("info", True)
    assert turnstile.left == 0


def test_only_so_many_identities_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mocks.door._IDENTITIES", 2)
    drive = Drive()
    drive.apply("concurrency", limit=0)
    for word in (b"a", b"b", b"c", b"a"):
        drive.post(word)
    assert len(drive.service._door._seen) == 2


def test_a_share_is_the_same_for_the_same_seed_whoever_comes_first() -> None:
    def refused(words: list[bytes]) -> set[bytes]:
        drive = Drive()
        drive.apply("concurrency", limit=0, share="40%", seed=11)
        sessions = {word: drive.post(word) for word in words}
        drive.run()
        return {word for word, number in sessions.items() if drive.to(number)[0].status == 429}

    words = [f"word{number}".encode() for number in range(60)]
    bitten = refused(words)
    assert 10 < len(bitten) < 40
    assert refused(words[::-1]) == bitten
