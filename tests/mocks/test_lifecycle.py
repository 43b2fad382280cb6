from __future__ import annotations

from typing import Any, cast

import pytest

from kernel.fault import HOLD, Arrival, Fault, FaultOrder, Hold, Refusal, Roll
from kernel.timeline import Timeline
from kernel.units import convert
from mocks.chain import Applied, Chain
from mocks.door import Door
from mocks.journal import Journal
from mocks.lifecycle import Lifecycle
from mocks.outlet import Outlet
from mocks.provider import Catalogue, Found
from mocks.session import Mute, Piece, Session, Sessions
from mocks.wire import Close, Request, Text
from mocks.work import Admitted, Begin, Finish, Refused
from mocks.world import Settings

from .echo import ECHO

S = 1_000_000_000


class Holding:
    """Keeps everybody waiting."""

    def admit(self, arrival: Arrival, now_ns: int, roll: Roll) -> Hold:
        return HOLD


class Life:
    """One session of the echo, and what its actor is told."""

    def __init__(self, method: str = "POST", path: str = "/echo") -> None:
        self.chain, self.journal, self.timeline = Chain(), Journal(100), Timeline()
        self.told: list[Any] = []
        self.outlet = Outlet(self.timeline, self.chain, lambda *_: None)
        self.cycle = Lifecycle(
            Door(self.chain, Settings()), self.journal, self.outlet,
            lambda session, message, now_ns: self.told.append(message), lambda now_ns: 0,
        )  # fmt: skip
        found = Catalogue([ECHO]).find(Request(method, path))
        assert isinstance(found, Found)
        self.sessions = Sessions()
        self.session: Session = self.sessions.open(found, Mute(), 0)

    def work(self, name: str) -> Piece:
        return self.sessions.begin(self.session, name, 0)

    def fault(self, kind: str, **fields: Any) -> Applied:
        order = {"label": "f", "kind": kind, "target": "tts", "fields": fields}
        applied = Applied.of(convert(order, FaultOrder), 0)
        self.chain.add(applied)
        return applied

    @property
    def lines(self) -> list[tuple[str, str]]:
        return [(one.kind, one.type) for one in self.journal.page().events]


def test_work_is_admitted_once_and_told_once() -> None:
    life = Life()
    piece = life.session.root
    life.cycle.begin(piece, Begin(data={"text_in": "hello"}), 0)
    life.cycle.begin(piece, Begin(), 0)
    (admitted,) = life.told
    assert isinstance(admitted, Admitted)
    life.cycle.close(piece, "ok", {}, S)
    life.cycle.close(piece, "fail", {}, S)
    life.cycle.begin(piece, Begin(), S)
    assert life.lines == [("work", "invoke"), ("work", "ok")]
    assert life.journal.page().events[0].data["text_in"] == "hello"


def test_refused_work_has_the_providers_words_on_the_way_out() -> None:
    life = Life("WS", "/echo/room")
    life.fault("concurrency", limit=0)
    piece = life.work("a")
    life.cycle.begin(piece, Begin("a"), 0)
    (refused,) = life.told
    assert isinstance(refused, Refused)
    assert (refused.work, refused.refusal.reason) == ("a", "concurrency")
    assert life.outlet.empty(piece) is False
    assert life.lines == [("work", "invoke"), ("work", "fail")]
    assert "a" not in life.session.pieces


def test_work_that_cannot_be_refused_is_admitted_whatever_is_in_force() -> None:
    life = Life("WS", "/echo/room")
    life.fault("concurrency", limit=0)
    life.cycle.begin(life.work("a"), Begin("a", refusable=False), 0)
    assert [type(one) for one in life.told] == [Admitted]


def test_held_work_knocks_again_when_its_fault_is_healed() -> None:
    life = Life()
    applied = Applied(
        FaultOrder(label="f", kind="holding", target="tts"), cast("Fault", Holding()), 0
    )
    life.chain.add(applied)
    piece = life.session.root
    life.cycle.begin(piece, Begin(), 0)
    assert (life.told, piece.held_by) == ([], applied)
    life.chain.remove("f")
    life.cycle.release(piece, S)
    assert [type(one) for one in life.told] == [Admitted]
    assert piece.added_ns == S


def test_a_request_is_refused_without_any_fault() -> None:
    life = Life()
    life.cycle.reject(life.session.root, Refusal("too_large", status=413), 0)
    closing = life.journal.page().events[-1]
    assert (closing.type, closing.data["status"]) == ("fail", 413)


def test_what_a_request_finishes_with_is_told_at_its_end() -> None:
    life = Life()
    life.cycle.begin(life.session.root, Begin(), 0)
    life.cycle.finish(life.session.root, Finish("", "info", {"reason": "odd"}), 0)
    assert life.lines == [("work", "invoke")]
    life.cycle.end(life.session, Text("last"), S)
    closing = life.journal.page().events[-1]
    assert (closing.type, closing.data["reason"]) == ("info", "odd")


@pytest.mark.parametrize(
    ("code", "how", "reason"), [(None, "", "client_gone"), (1000, "idle", "idle")]
)
def test_all_work_ends_with_the_client(code: int | None, how: str, reason: str) -> None:
    life = Life("WS", "/echo/room")
    life.cycle.begin(life.session.root, Begin(counted=False), 0)
    life.cycle.begin(life.work("a"), Begin("a"), 0)
    life.cycle.abandon(life.session, code, how, S)
    work, socket = life.journal.page().events[-2:]
    assert (work.kind, work.type, work.data["reason"]) == ("work", "info", reason)
    assert (socket.kind, socket.type) == ("socket", "info")


def test_work_ends_with_its_socket() -> None:
    life = Life("WS", "/echo/room")
    life.cycle.begin(life.session.root, Begin(counted=False), 0)
    life.cycle.begin(life.work("a"), Begin("a"), 0)
    life.cycle.end(life.session, Close(1000), S)
    work, socket = life.journal.page().events[-2:]
    assert (work.type, work.data["reason"]) == ("info", "socket_closed")
    assert (socket.type, socket.data["code"]) == ("ok", 1000)
