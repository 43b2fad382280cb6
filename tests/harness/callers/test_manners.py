import pytest

from harness.callers.manners import Manners

from .stage import Stage, ns


def test_how_long_a_greeting_is_awaited() -> None:
    stage = Stage(manners=Manners(greeting_wait_s=1.5)).at(1.49)
    assert stage.said == []
    assert stage.at(1.5).said


def test_how_long_the_answer_to_a_goodbye_is_awaited() -> None:
    stage = Stage(("Bye.",), manners=Manners(goodbye_wait_s=6.0)).greeted().at(11.1)
    assert stage.over is None
    assert stage.at(11.2).over is not None


def test_how_long_a_refusing_agent_may_stay() -> None:
    stage = Stage(manners=Manners(refusal_wait_s=1.0))
    stage.agent("We are busy, call again later.", 0.5, 2.0).at(3.5)
    assert stage.over is None
    stage.at(3.6)
    assert stage.hung_up_s == pytest.approx(3.6)


def test_how_often_a_line_is_said_again() -> None:
    stage = Stage(manners=Manners(repeats=0)).greeted()
    stage.agent("Pardon?", 6.0).at(8.0)
    assert stage.over is not None
    assert len(stage.said) == 1


def test_how_often_a_question_is_answered_out_of_order() -> None:
    stage = Stage(answers={"name": "Ada."}, manners=Manners(asides=0)).greeted()
    stage.agent("Your name?", 6.0).at(8.2)
    assert stage.texts[-1] == "On Tuesday, please."


def test_how_long_a_call_may_be() -> None:
    stage = Stage(manners=Manners(length_s=5.0)).greeted()
    assert stage.over is not None
    assert stage.turns[0].owed_until_at_ns == ns(5.0)
