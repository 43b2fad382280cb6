from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.event import Event, Type
from kernel.history import History

CALL: dict[str, Any] = {"number": 1, "dialogue": "book", "facts": {"name": "Ada"}, "lines": 2}
HEARD: dict[str, Any] = {"from_at_ns": 700, "until_at_ns": 900, "text": "Yes"}
WARM_UP: dict[str, Any] = {"name": "warm_up", "index": 0, "warm_up": True}
FAULT: dict[str, Any] = {"label": "burst", "kind": "rate_limit", "target": "llm"}


def event(
    at_ns: int, kind: str, type: Type, span: str = "", parent: str = "", /, **data: Any
) -> Event:
    actor = data.pop("actor", "runner")
    due_ns = data.pop("due_ns", None)
    return Event(at_ns, actor, kind, type, span, parent, due_ns, data)


def test_events_are_read_in_the_order_of_time() -> None:
    history = History([event(5, "a", "info"), event(1, "b", "info"), event(3, "a", "info")])
    assert [one.at_ns for one in history.events] == [1, 3, 5]
    assert [one.at_ns for one in history.of_kind("a")] == [3, 5]
    assert history.of_kind("c") == []
    assert history.end_ns == 5


@given(st.lists(st.integers(0, 3)))
def test_events_of_one_moment_keep_their_order(instants: list[int]) -> None:
    events = [event(at_ns, "a", "info", str(n)) for n, at_ns in enumerate(instants)]
    assert History(events).events == sorted(events, key=lambda one: one.at_ns)


def test_an_empty_history_has_nothing_in_it() -> None:
    history = History([])
    assert (history.end_ns, history.run, history.interrupted) == (0, {}, "")
    assert (history.calls, history.work, history.sockets) == ((), (), ())
    assert (history.phases, history.faults, history.joins) == ((), (), {})


def test_a_history_with_more_events_leaves_the_first_alone() -> None:
    history = History([event(5, "a", "info")])
    assert [one.at_ns for one in history.plus([event(1, "b", "info")]).events] == [1, 5]
    assert len(history.events) == 1


def test_the_run_says_what_it_is_and_why_it_was_cut_short() -> None:
    started = event(0, "run", "invoke", "run", scenario="demo", seed=7)
    assert History([started]).run == {"scenario": "demo", "seed": 7}
    assert History([started]).interrupted == ""
    assert History([started, event(9, "run", "ok", "run")]).interrupted == ""
    cut = History([started, event(9, "run", "info", "run", reason="Ctrl-C")])
    assert cut.interrupted == "Ctrl-C"
    assert History([started, event(9, "run", "info", "run")]).interrupted == ""


def test_a_phase_ends_with_its_closing_event_or_with_the_history() -> None:
    history = History(
        [
            event(0, "phase", "invoke", "phase/warm_up", "run", **WARM_UP),
            event(10, "phase", "ok", "phase/warm_up", "run"),
            event(10, "phase", "invoke", "phase/baseline", "run", name="baseline", index=1),
            event(25, "call", "info"),
        ]
    )
    warm_up, baseline = history.phases
    assert (warm_up.from_ns, warm_up.until_ns, warm_up.warm_up) == (0, 10, True)
    assert (baseline.from_ns, baseline.until_ns, baseline.warm_up) == (10, 25, False)


def test_a_fault_lasts_until_it_is_healed() -> None:
    applied = event(5, "fault", "invoke", "fault/burst", **FAULT, name="429", colour="#ff0000")
    healed = event(9, "fault", "ok", "fault/burst", bites=4, identities=2)
    (window,) = History([applied, healed]).faults
    assert (window.from_ns, window.until_ns, window.bites, window.identities) == (5, 9, 4, 2)
    assert (window.label, window.name, window.colour) == ("burst", "429", "#ff0000")


def test_what_is_opened_twice_is_opened_once() -> None:
    applied = event(5, "fault", "invoke", "fault/burst", **FAULT)
    again = event(7, "fault", "invoke", "fault/burst", **FAULT)
    (window,) = History([applied, again, event(9, "fault", "ok", "fault/burst")]).faults
    assert (window.from_ns, window.until_ns) == (5, 9)


def test_a_fault_that_could_not_be_healed_stays_on() -> None:
    applied = event(5, "fault", "invoke", "fault/burst", **FAULT)
    stuck = event(9, "fault", "info", "fault/burst", bites=4)
    assert History([applied]).faults[0].until_ns is None
    (window,) = History([applied, stuck]).faults
    assert (window.until_ns, window.bites) == (None, 4)
    assert (window.name, window.colour) == ("burst", "#888888")


def whole_call() -> list[Event]:
    say: dict[str, Any] = {"text": "Hi", "owed_until_at_ns": 900}
    return [
        event(0, "phase", "invoke", "phase/warm_up", "run", **WARM_UP),
        event(110, "call", "invoke", "c0001", "phase/warm_up", due_ns=100, **CALL),
        event(120, "setup", "invoke", "c0001/setup", "c0001"),
        event(150, "setup", "ok", "c0001/setup", "c0001"),
        event(300, "turn", "invoke", "c0001/t1", "c0001", index=1, text="Hi"),
        event(
            *(900, "turn", "ok", "c0001/t1", "c0001"),
            **{"index": 1, "from_at_ns": 300, "until_at_ns": 500, "answer_at_ns": 700, **say},
        ),
        event(
            *(800, "turn", "info", "c0001/t0", "c0001"),
            **{"index": 0, "from_at_ns": 200, "until_at_ns": 250, **say},
        ),
        event(950, "heard", "info", "c0001/h1", "c0001", **HEARD),
        event(990, "media", "info", "c0001/media", "c0001", frames_sent=40),
        event(1000, "call", "ok", "c0001", how="completed", ended_by="caller"),
    ]


def test_a_call_is_all_that_happened_in_it() -> None:
    (call,) = History(whole_call()).calls
    assert (call.span, call.number, call.phase, call.warm_up) == ("c0001", 1, "warm_up", True)
    assert (call.due_ns, call.dialled_ns, call.answered_ns, call.ended_ns) == (100, 110, 150, 1000)
    assert (call.type, call.how, call.ended_by) == ("ok", "completed", "caller")
    assert [turn.index for turn in call.turns] == [0, 1], "in the order they were spoken"
    assert call.answers == 1
    assert [heard.text for heard in call.heard] == ["Yes"]
    assert call.media == {"frames_sent": 40}


def test_a_call_that_is_cut_off_has_no_end() -> None:
    (call,) = History(whole_call()[:3]).calls
    assert (call.type, call.how, call.ended_by, call.ended_ns) == (None, "", "", 120)
    assert (call.answered_ns, call.retry_after_s, call.turns) == (None, None, ())


def test_a_refused_call_says_how_and_when_to_come_back() -> None:
    history = History(
        [
            event(0, "call", "invoke", "c0001", "phase/surge", **CALL),
            event(1, "setup", "invoke", "c0001/setup", "c0001"),
            event(2, "setup", "fail", "c0001/setup", "c0001", how="http_503"),
            event(3, "call", "fail", "c0001", how="http_503", ended_by="agent", retry_after_s=2.5),
        ]
    )
    (call,) = history.calls
    assert (call.type, call.setup_how, call.retry_after_s) == ("fail", "http_503", 2.5)
    assert (call.answered_ns, call.warm_up, call.due_ns) == (None, False, 0)


def test_calls_come_in_the_order_of_planning() -> None:
    second, first = ({**CALL, "number": number} for number in (2, 1))
    history = History(
        [
            event(0, "call", "invoke", "c0002", "phase/a", **second),
            event(1, "call", "invoke", "c0001", "phase/a", **first),
        ]
    )
    assert [call.span for call in history.calls] == ["c0001", "c0002"]


def test_what_closes_a_piece_of_work_wins_over_what_opened_it() -> None:
    opened: dict[str, Any] = {"provider": "openai", "route": "/v1", "text_in": "Hi", "identity": 3}
    history = History(
        [
            event(5, "work", "invoke", "llm-w2", "llm-s1", actor="mock.llm"),
            event(1, "work", "invoke", "llm-w1", "llm-s1", actor="mock.llm", **opened),
            event(
                *(9, "work", "fail", "llm-w1"),
                actor="mock.llm",
                status=429,
                retry_after_s=1.5,
                identity=4,
            ),
        ]
    )
    first, second = history.work
    assert (first.stage, first.socket, first.type, first.status) == ("llm", "llm-s1", "fail", 429)
    assert (first.from_at_ns, first.until_at_ns, first.identity) == (1, 9, 4)
    assert first.text_in == "Hi"
    assert (second.type, second.until_at_ns, second.status) == (None, None, 200)


def test_a_socket_was_refused_or_lived_from_upgrade_to_close() -> None:
    history = History(
        [
            event(1, "socket", "invoke", "stt-s1", actor="mock.stt", provider="deepgram"),
            event(9, "socket", "ok", "stt-s1", actor="mock.stt"),
            event(2, "socket", "fail", "stt-s2", actor="mock.stt", status=429),
            event(3, "socket", "invoke", "stt-s3", actor="mock.stt", connection="c7"),
        ]
    )
    lived, refused, open_ = history.sockets
    assert (lived.stage, lived.provider, lived.until_ns, lived.status) == (
        "stt",
        "deepgram",
        9,
        101,
    )
    assert (refused.type, refused.status, refused.until_ns) == ("fail", 429, 2)
    assert (open_.type, open_.until_ns, open_.connection) == (None, None, "c7")


def test_a_socket_that_was_refused_or_given_up_never_opened() -> None:
    told = (
        ("ok", {"code": 1000}),
        ("info", {"code": 1011}),
        ("info", {"how": "abandoned"}),
        ("info", {"how": "unopened"}),
        ("fail", {"status": 429, "retry_after_s": 2.5}),
    )
    events = [
        one
        for number, (type, data) in enumerate(told)
        for one in (
            event(number, "socket", "invoke", f"stt-s{number}", actor="mock.stt"),
            event(9, "socket", type, f"stt-s{number}", actor="mock.stt", **data),
        )
    ]
    sockets = History(events).sockets
    assert [socket.opened for socket in sockets] == [True, True, True, False, False]
    assert [socket.retry_after_s for socket in sockets[-2:]] == [None, 2.5]


def test_joins_tell_whose_work_it_was() -> None:
    history = History(
        [
            event(1, "work", "invoke", "stt-w1", actor="mock.stt"),
            event(2, "work", "invoke", "stt-w2", actor="mock.stt"),
            event(3, "join", "info", "stt-w1", "c0001", method="sound"),
            event(3, "join", "info", "stt-w2", "", method="ambiguous"),
        ]
    )
    assert history.joins == {"stt-w1": ("c0001", "sound")}
    assert [history.call_of(work) for work in history.work] == ["c0001", None]


def test_data_that_is_no_record_is_refused() -> None:
    history = History([event(1, "turn", "ok", "c0001/t1", "c0001", index="first")])
    with pytest.raises(msgspec.ValidationError):
        _ = history.plus([event(0, "call", "invoke", "c0001", **CALL)]).calls


def test_what_ends_and_never_began_is_torn() -> None:
    """Nobody knows its name or number any more; work and sockets tell enough by their end."""
    ends = [event(5, kind, "ok", f"{kind}/1") for kind in ("phase", "fault", "call", "work")]
    history = History(ends)
    assert history.torn == ("phase/1", "fault/1", "call/1")
    assert (history.phases, history.faults, history.calls) == ((), (), ())
    assert [work.span for work in history.work] == ["work/1"]


def test_what_a_caller_says_beside_the_turns_is_its_calls() -> None:
    opened = event(1, "call", "invoke", "c0001", **CALL)
    aside = event(5, "aside", "info", "c0001/a1", "c0001", index=1, text="mhm", until_at_ns=8)
    (call,) = History([opened, aside]).calls
    assert [(one.from_at_ns, one.until_at_ns, one.text) for one in call.asides] == [(5, 8, "mhm")]
