import pytest

from harness.checks.no_dead_air import NoDeadAir
from kernel.units import Duration, Share
from tests.harness.histories import Caller, Story


def caller(**more: int) -> Caller:
    return Story().phase("baseline", 0, 100).call(1, at=1, **more).hears(role="greeting")


def outcome(who: Caller) -> str:
    who.ends()
    return NoDeadAir()(who.story.history()).outcome


@pytest.mark.parametrize(
    ("silence", "expected"), [(2.9, "pass"), (3.1, "warn"), (4.9, "warn"), (5.1, "fail")]
)
def test_silence_before_the_answer(silence: float, expected: str) -> None:
    assert outcome(caller().says().hears(after=silence)) == expected


def test_a_silence_names_its_call_and_moment() -> None:
    who = caller().says().hears().says().hears(after=6).ends()
    finding = NoDeadAir()(who.story.history())
    (evidence,) = finding.evidence
    assert (evidence.call, evidence.note) == ("c0001", "6.0 s of silence")
    assert evidence.at_ns == who.story.history().calls[0].turns[1].until_at_ns
    assert finding.measures["longest_s"] == 6
    assert "1 of 2 turns left the caller in silence for more than 5s" in finding.summary


def test_a_warning_begins_with_what_warns() -> None:
    who = caller().says().hears().says().hears(after=4).ends()
    finding = NoDeadAir()(who.story.history())
    assert finding.outcome == "warn"
    assert finding.summary == (
        "1 of 2 turns left the caller in silence for uncomfortably long (more than 3s), none for "
        "more than 5s; the longest lasted 4.0 s"
    )


def test_silence_until_the_caller_gave_up_fails() -> None:
    who = caller().says().ends("patience", after=8, type="info")
    assert NoDeadAir()(who.story.history()).outcome == "fail"


@pytest.mark.parametrize(
    ("silence", "expected"), [(4.0, "pass"), (8.0, "warn"), (11.9, "warn"), (12.1, "fail")]
)
def test_an_announced_wait_may_be_longer_but_not_unnoticed(silence: float, expected: str) -> None:
    who = caller().says().hears("One moment, please.", after=1.8, role="filler")
    assert outcome(who.hears(after=silence)) == expected


def test_an_announcement_does_not_excuse_the_silence_before_it() -> None:
    who = caller().says().hears("One moment.", after=5.5, role="filler").hears(after=0.5)
    assert outcome(who) == "fail"


def test_an_announcement_holds_for_its_own_turn_only() -> None:
    who = caller().says().hears("One moment.", role="filler").hears()
    assert outcome(who.says().hears(after=5.5)) == "fail"


def test_hold_music_after_an_announcement_is_comfort() -> None:
    who = caller().says().hears("One moment.", role="filler")
    who.hears("", after=0.1, lasting=20, sound="noise", role="other")
    assert outcome(who.hears(after=0.5)) == "pass"


def test_what_sounds_on_below_something_shorter_is_heard_to_its_end() -> None:
    who = caller().says().hears("", after=0.5, lasting=10, sound="clip", role="filler")
    who.now -= 9
    who.hears("One moment.", after=0, lasting=1, role="filler")
    who.now += 7
    assert outcome(who.hears(after=4)) == "pass"


def test_office_noise_counts_as_nothing() -> None:
    who = caller().says().hears("", after=0.1, lasting=20, sound="noise", role="other")
    assert outcome(who.hears(after=0.5)) == "fail"


def test_a_clip_is_heard() -> None:
    who = caller().says().hears("", after=2, sound="clip", role="apology").hears(after=2)
    assert outcome(who) == "pass"


def test_an_idle_prompt_is_heard_but_announces_nothing() -> None:
    who = caller().says().hears("Are you still there?", after=2, role="idle_prompt")
    assert outcome(who.hears(after=5.5)) == "fail"


@pytest.mark.parametrize("role", ["acknowledgement", "hesitation"])
def test_a_courtesy_and_an_um_are_heard_but_announce_nothing(role: str) -> None:
    who = caller().says().hears("Okay.", after=2, role=role)
    assert outcome(who.hears(after=5.5)) == "fail"
    who = caller().says().hears("Okay.", after=2, role=role)
    assert outcome(who.hears(after=2.5)) == "pass"


def test_the_agent_that_talks_over_the_callers_end_is_heard() -> None:
    who = caller().says(lasting=3)
    assert outcome(who.hears(after=-1, lasting=5, role="other").hears(after=2)) == "pass"


def test_no_answer_is_owed_while_the_caller_thinks_or_after_the_goodbye() -> None:
    who = caller(lines=2).says(after=20).hears().says(after=30).ends(after=20)
    assert NoDeadAir()(who.story.history()).outcome == "pass"


def test_no_answer_is_owed_before_the_call_is_answered() -> None:
    who = Story().phase("baseline", 0, 100).call(1, at=1)
    assert outcome(who.hears(after=20, role="greeting").says().hears()) == "pass"


def test_some_may_be_tolerated_and_the_limit_set() -> None:
    who = caller().says().hears(after=6).says().hears().ends()
    history = who.story.history()
    assert NoDeadAir(tolerated=Share(0.5))(history).outcome == "warn"
    assert NoDeadAir(limit=Duration(7))(history).outcome == "warn"
    assert NoDeadAir(limit=Duration(7), warn_above=Duration(7))(history).outcome == "pass"
    assert NoDeadAir(limit=Duration(2))(history).outcome == "fail"


def test_nobody_spoke_is_unknown() -> None:
    who = caller().ends()
    assert NoDeadAir()(who.story.history()).outcome == "unknown"
