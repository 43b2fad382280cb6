from __future__ import annotations

import pytest

from kernel.fault import Refusal
from mocks.provider import Found
from mocks.session import (
    ENDED,
    Mute,
    Piece,
    Sessions,
    how_it_ended,
    how_the_client_left,
    refusal_data,
)
from mocks.wire import Body, Close, Head, Request, Reset, Text

from .echo import ECHO

GONE = {"how": "abandoned", "reason": "client_gone", "cancelled": True}


def piece(status: int | None = None) -> Piece:
    sessions = Sessions()
    session = sessions.open(Found(ECHO, ECHO.routes[0], Request("POST", "/echo")), Mute(), 5)
    session.root.status = status
    return session.root


@pytest.mark.parametrize(
    ("status", "last", "type", "data"),
    [
        (200, ENDED, "ok", {"status": 200}),
        (404, ENDED, "fail", {"status": 404}),
        (None, ENDED, "info", {"how": "unanswered"}),
        (101, ENDED, "ok", {"code": 1000}),
        (101, Close(1000), "ok", {"code": 1000}),
        (101, Close(1011, "slow"), "info", {"code": 1011}),
        (200, Reset(), "info", {"how": "cut", "reason": "cut"}),
    ],
)
def test_outcomes(status: int | None, last: object, type: str, data: dict[str, object]) -> None:
    assert how_it_ended(piece(status), last) == (type, data)


@pytest.mark.parametrize(
    ("kind", "code", "how", "type", "data"),
    [
        ("socket", 1000, "", "ok", {"code": 1000}),
        ("socket", 1011, "", "info", {"code": 1011}),
        ("socket", None, "", "info", GONE),
        ("work", 1000, "", "info", GONE),
        ("work", None, "idle", "info", {"how": "idle", "reason": "idle"}),
    ],
)
def test_departures(kind: str, code: int | None, how: str, type: str, data: object) -> None:
    left = piece()
    left.kind, left.status = kind, 101  # type: ignore[assignment]
    assert how_the_client_left(left, code, how) == (type, data)


def test_a_client_that_gives_up_before_the_upgrade_never_had_a_socket() -> None:
    left = piece()
    left.kind = "socket"
    assert how_the_client_left(left, None, "") == (
        "info", {"how": "unopened", "reason": "client_gone"},
    )  # fmt: skip


def test_the_actor_has_the_last_word_on_the_outcome() -> None:
    root = piece(200)
    root.outcome = "info"
    assert how_it_ended(root, ENDED) == ("info", {"status": 200})


def test_a_refusal_is_told_with_its_wait_if_there_is_one() -> None:
    assert refusal_data(Refusal("quota"), []) == {"status": 429, "reason": "quota"}
    refusal = Refusal("rate_limit", 1.5, status=503)
    told = refusal_data(refusal, [Head(503, {"Retry-After": "2"}), Body(b"")])
    assert told == {"status": 503, "reason": "rate_limit", "retry_after_s": 1.5}


def test_a_wait_that_the_client_was_not_told_is_not_told_of_either() -> None:
    refusal = Refusal("rate_limit", 1.5)
    assert "retry_after_s" not in refusal_data(refusal, [Head(429)])
    assert "retry_after_s" not in refusal_data(refusal, [Text("429")])


def test_spans_name_stage_kind_and_process() -> None:
    sessions = Sessions(instance=3)
    request = Request("WS", "/echo/x")
    session = sessions.open(Found(ECHO, ECHO.routes[1], request), Mute(), 0)
    work = sessions.begin(session, "ctx", 0)
    assert session.root.span == "tts3-s1"
    assert session.root.kind == "socket"
    assert work.span == "tts3-w2"
    assert sessions.begin(session, "ctx", 9) is work
    assert sessions.pieces() == [session.root, work]
    assert sessions.get(session.number) is session
    sessions.forget(session)
    assert len(sessions) == 0


def test_ordinals_count_by_route() -> None:
    sessions = Sessions()
    found = Found(ECHO, ECHO.routes[0], Request("POST", "/echo"))
    other = Found(ECHO, ECHO.routes[1], Request("WS", "/echo/x"))
    assert [sessions.open(one, Mute(), 0).ordinal for one in (found, other, found)] == [1, 1, 2]
    sessions.reset()
    assert sessions.open(found, Mute(), 0).ordinal == 1


def test_a_mute_actor_says_nothing() -> None:
    assert Mute().receive("anything", 0) == ()
