import pytest

from harness.analysis.interruptions import Interruption, interruptions
from tests.harness.histories import Caller, Story


def interrupted(*, verified: bool = False, lasting: float = 4.0) -> Caller:
    """The agent is audible for 0.4 s after the caller began to speak into its words."""
    caller = Story().call(1, at=10).hears(role="greeting").says()
    caller.hears("Let me tell you", lasting=2.0, verified=verified, identity=1)
    caller.says(after=-0.4, lasting=lasting, barge_in=True)
    caller.now -= lasting - 0.4
    return caller


def found(caller: Caller) -> Interruption:
    caller.now += 9
    (call,) = caller.ends().story.history().calls
    (only,) = interruptions(call)
    return only


def silent_s(one: Interruption) -> float:
    return (one.silent_ns - one.from_ns) / 1e9


def test_the_agent_is_heard_until_it_stops() -> None:
    one = found(interrupted())
    assert silent_s(one) == pytest.approx(0.4)
    assert [heard.text for heard in one.into] == ["Let me tell you"]
    assert not one.finished
    assert found(interrupted(verified=True)).finished


def test_what_follows_after_a_breath_is_more_of_it() -> None:
    one = found(interrupted().hears("Nine is", after=0.9, lasting=0.5, role="other"))
    assert silent_s(one) == pytest.approx(1.8)
    late = found(interrupted().hears("Nine is", after=1.1, lasting=0.5, role="other"))
    assert silent_s(late) == pytest.approx(0.4)


def test_what_was_broken_off_and_is_resumed_is_more_of_it() -> None:
    rested = {"role": "other", "lasting": 1.0, "after": 2.2}
    assert silent_s(found(interrupted().hears("about it", identity=1, **rested))) == pytest.approx(
        3.6
    )
    assert silent_s(found(interrupted().hears("about it", identity=2, **rested))) == pytest.approx(
        0.4
    )
    after_it = interrupted().hears("about it", identity=1, after=3.7, lasting=1.0)
    assert silent_s(found(after_it)) == pytest.approx(0.4)


def test_an_early_answer_after_a_broken_word_is_none_of_it() -> None:
    guessed = {"after": 0.5, "lasting": 5.0, "identity": 2}  # 0.6 s before the caller's end
    broken, ended = interrupted(lasting=1.5), interrupted(lasting=1.5, verified=True)
    assert silent_s(found(broken.hears("All right, nine.", **guessed))) == pytest.approx(0.4)
    assert silent_s(found(ended.hears("All right, nine.", **guessed))) == pytest.approx(5.9)
    sooner = interrupted(lasting=2.0).hears("And ten.", **guessed)  # 1.1 s before it
    assert silent_s(found(sooner)) == pytest.approx(5.9)


def test_a_nod_is_none_of_it() -> None:
    one = found(interrupted().hears("Mhm.", after=0.6, lasting=0.5, role="other"))
    assert silent_s(one) == pytest.approx(0.4)


def test_noise_is_not_what_was_interrupted() -> None:
    caller = Story().call(1, at=10).hears(role="greeting").says()
    caller.hears("", lasting=2.0, sound="noise", role="other").says(after=-0.4, barge_in=True)
    one = found(caller)
    assert (list(one.into), silent_s(one)) == ([], 0.0)


def test_what_overlaps_without_intent_is_none() -> None:
    caller = Story().call(1, at=10).hears(role="greeting").says().hears(lasting=5).says(after=-3)
    (call,) = caller.ends().story.history().calls
    assert list(interruptions(call)) == []
