"""How long calls will take, roughly."""

from __future__ import annotations

import msgspec
import pytest

from harness.planning.estimate import OnLine, Stay, stays, turn_ends_s
from harness.planning.plan import Persona, Plan
from harness.planning.planning import make_plan
from kernel.dialogue import Dialogue, Line, Reply, ToolCall
from kernel.units import Duration

from ..catalogue import KINDS, TODAY, VOICES, profile, scenario

S = 1_000_000_000
DIALOGUE = Dialogue(
    "d",
    (Line("x" * 50),),
    replies={1: Reply("y" * 20)},
    greeting="z" * 40,
)


@pytest.fixture
def plan() -> Plan:
    return make_plan(scenario(), {"burst": profile()}, KINDS, today=TODAY, voices=VOICES)


def test_a_call_is_greeting_words_answers_and_the_waiting_between() -> None:
    # Greeting 1.2 + 0.6 + 40 x 0.06, pause 1.2, line 0.6 + 50 x 0.06, answer 1.2 + 0.6 + 20 x 0.06,
    # pause 1.2.
    assert turn_ends_s(DIALOGUE, Persona()) == pytest.approx([9.0, 13.2])


def test_tools_pauses_and_personas_make_it_longer() -> None:
    ends_s = turn_ends_s(DIALOGUE, Persona())
    slow = turn_ends_s(DIALOGUE, Persona(pause_s=Duration(1.6)))
    tool = msgspec.structs.replace(
        DIALOGUE, replies={1: Reply(call=ToolCall("t", {}), then="y" * 20)}
    )
    hesitant = msgspec.structs.replace(DIALOGUE, caller=(Line("x" * 50, pause=Duration(2)),))
    assert slow == pytest.approx([ends_s[0] + 1, ends_s[1] + 2])
    assert turn_ends_s(tool, Persona()) == pytest.approx([ends_s[0], ends_s[1] + 0.8])
    assert turn_ends_s(hesitant, Persona()) == pytest.approx([end + 2 for end in ends_s])


def test_without_replies_the_mock_says_the_words_again() -> None:
    echo = msgspec.structs.replace(DIALOGUE, replies={})
    assert turn_ends_s(echo, Persona())[-1] == pytest.approx(13.2 + 30 * 0.06)


def test_every_call_stays_as_long_as_its_dialogue(plan: Plan) -> None:
    for call, stay in zip(plan.calls, stays(plan), strict=True):
        assert stay.call is call
        assert not stay.refused
        assert len(stay.turns_ns) == len(call.lines)
        assert call.due_ns < stay.turns_ns[0] < stay.until_ns


def test_beyond_the_limit_calls_are_refused_at_once(plan: Plan) -> None:
    limited = stays(plan, 30)
    line = OnLine(limited)
    assert line.most(0, 92 * S) == 30
    assert any(stay.refused for stay in limited)
    for stay in limited:
        if stay.refused:
            assert line.at(stay.call.due_ns) == 30
            assert (stay.until_ns, stay.turns_ns) == (stay.call.due_ns, ())


def test_calls_on_the_line_are_counted(plan: Plan) -> None:
    first, second, third = plan.calls[:3]
    stay = [
        Stay(msgspec.structs.replace(first, due_ns=0), 10, ()),
        Stay(msgspec.structs.replace(second, due_ns=5), 15, ()),
        Stay(msgspec.structs.replace(third, due_ns=7), 7, (), refused=True),
    ]
    line = OnLine(stay)
    assert [line.at(at) for at in (0, 4, 5, 9, 10, 15)] == [1, 1, 2, 2, 1, 0]
    assert line.most(0, 5) == 1
    assert line.most(0, 6) == 2
    assert line.most(11, 12) == 1
    assert OnLine([]).most(0, 9) == 0
