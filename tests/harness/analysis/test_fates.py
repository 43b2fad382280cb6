from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.analysis.fates import (
    FATES,
    count_fates,
    fate_of,
    left_by_plan,
    let_in,
    refused_at_the_door,
)
from kernel.records import Call, Heard, Turn
from tests.harness.histories import Story


def call(**more: Any) -> Call:
    known = {
        "span": "c0001", "number": 1, "phase": "baseline", "warm_up": False, "due_ns": 0,
        "dialled_ns": 0, "dialogue": "", "facts": {}, "lines": 2, "type": "info", "how": "closed",
        "ended_by": "agent", "ended_ns": 9, "answered_ns": 1, "setup_how": "",
        "retry_after_s": None, "turns": (), "heard": (), "media": {},
    }  # fmt: skip
    return Call(**{**known, **more})


HEARD = (Heard(1, 2, "hello"),)
LEAVE = (*HEARD, Heard(3, 4, "You are booked, Ann. Goodbye!"), Heard(4, 5, sound="noise"))
LATER = (Heard(6, 7, "One more thing: do you"),)
TURN = Turn(1, "hi", 3, 4, 5, answer_at_ns=5)
GOODBYE = Turn(2, "bye", 6, 7, 8)


@pytest.mark.parametrize(
    ("facts", "fate"),
    [
        ({"type": "ok", "how": "completed"}, "served"),
        ({"type": "ok", "how": "completed", "ended_by": "us"}, "served"),
        ({"type": "ok", "how": "left_early", "ended_by": "caller"}, "served"),
        ({"type": "fail", "how": "reject", "answered_ns": None}, "refused_politely"),
        ({"type": "fail", "how": "spoken_refusal", "heard": HEARD}, "refused_politely"),
        ({"type": "fail", "how": "clip_refusal", "heard": HEARD}, "refused_politely"),
        ({"type": "fail", "how": "sip_486", "answered_ns": None}, "refused_politely"),
        ({"type": "fail", "how": "sip_500", "answered_ns": None}, "refused_abruptly"),
        ({"type": "fail", "how": "http_503", "answered_ns": None}, "refused_abruptly"),
        ({"type": "fail", "how": "upgrade_403", "answered_ns": None}, "refused_abruptly"),
        ({"how": "no_answer", "answered_ns": None, "ended_by": "network"}, "refused_abruptly"),
        ({"how": "unreachable", "answered_ns": None, "ended_by": "network"}, "refused_abruptly"),
        ({"how": "garbage", "answered_ns": None}, "refused_abruptly"),
        ({"how": "closed"}, "refused_abruptly"),
        ({"how": "closed", "heard": HEARD}, "dropped"),
        ({"how": "reset", "heard": HEARD, "ended_by": "network"}, "dropped"),
        ({"how": "closed", "heard": HEARD, "turns": (TURN, GOODBYE)}, "served"),
        ({"how": "closed", "heard": HEARD, "turns": (GOODBYE,), "lines": 2}, "dropped"),
        ({"how": "closed", "heard": HEARD, "turns": (GOODBYE,), "lines": 1}, "dropped"),
        ({"how": "closed", "heard": HEARD, "turns": (TURN,)}, "dropped"),
        ({"how": "patience", "ended_by": "caller"}, "abandoned"),
        ({"how": "patience", "ended_by": "caller", "answered_ns": None}, "abandoned"),
        ({"how": "monologue", "ended_by": "caller", "heard": HEARD}, "abandoned"),
        (
            {"type": "fail", "how": "spoken_refusal", "ended_by": "network", "heard": HEARD},
            "refused_politely",
        ),
        ({"how": "closed", "heard": LEAVE, "turns": (TURN,), "done": True}, "served"),
        ({"how": "cut", "ended_by": "network", "heard": LEAVE, "done": True}, "served"),
        ({"how": "closed", "heard": LEAVE, "turns": (TURN,)}, "dropped"),
        ({"how": "closed", "heard": (*LEAVE, *LATER), "turns": (TURN,), "done": True}, "dropped"),
        ({"how": "closed", "heard": HEARD, "turns": (TURN,), "done": True}, "dropped"),
        ({"how": "closed", "heard": (Heard(1, 2, sound="noise"),), "done": True}, "dropped"),
        ({"how": "hung_up", "heard": HEARD, "turns": (TURN,), "done": True}, "served"),
        ({"how": "hung_up", "heard": HEARD, "turns": (TURN,)}, "dropped"),
        ({"how": "hung_up", "heard": (), "done": True}, "refused_abruptly"),
        ({"how": "patience", "ended_by": "caller", "heard": LEAVE, "done": True}, "abandoned"),
        ({"how": "deflected"}, "deflected"),
        ({"how": "queued"}, "queued"),
        ({"how": "transferred", "type": "ok"}, "transferred"),
        ({"how": "cut", "ended_by": "us", "heard": HEARD}, "cut_by_us"),
        ({"how": "too_long", "ended_by": "caller", "heard": HEARD}, "unclear"),
        ({"type": None, "how": "", "ended_by": ""}, "unclear"),
    ],
)
def test_each_end_has_its_fate(facts: dict[str, Any], fate: str) -> None:
    assert fate_of(call(**facts)) == fate


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, "ok", "fail", "info"]),
            st.sampled_from(["completed", "reject", "closed", "patience", "cut", "surprise", ""]),
            st.sampled_from(["caller", "agent", "network", "us", ""]),
            st.sampled_from([None, 1]),
            st.sampled_from([(), HEARD]),
        )
    )
)
def test_fates_sum_to_the_offered_calls(ends: list[Any]) -> None:
    names = ("type", "how", "ended_by", "answered_ns", "heard")
    counted = count_fates([call(**dict(zip(names, end, strict=True))) for end in ends])
    assert tuple(counted) == FATES
    assert sum(counted.values()) == len(ends)


def test_the_preflight_is_no_offered_call() -> None:
    story = Story()
    story.tell(0, "runner", "preflight", "ok", "preflight", data={"link": "heard"})
    story.call(1, at=1).talks().ends()
    assert sum(count_fates(story.history().calls).values()) == 1


def test_a_refusal_in_mid_conversation_is_not_one_at_the_door() -> None:
    refused = {"type": "fail", "how": "spoken_refusal", "heard": HEARD}
    assert refused_at_the_door(call(**refused))
    assert not refused_at_the_door(call(**refused, turns=(TURN,)))
    assert not refused_at_the_door(call(type="ok", how="completed"))


def test_who_was_greeted_was_let_in() -> None:
    greeting, refusal = Heard(1, 2, "hello", role="greeting"), Heard(3, 4, role="refusal")
    refused = {"type": "fail", "how": "spoken_refusal"}
    assert let_in(call(**refused, heard=(greeting, refusal)))
    assert not let_in(call(**refused, heard=(refusal,)))
    assert not let_in(call(type="fail", how="reject", answered_ns=None))
    assert not let_in(call(type="fail", how="http_503", answered_ns=None))
    assert let_in(call(type="ok", how="completed"))


def test_who_left_by_plan() -> None:
    assert left_by_plan(call(type="ok", how="left_early"))
    assert not left_by_plan(call(type="ok", how="completed"))
