from harness.analysis.silence import silences
from tests.harness.histories import Caller, Story


def found(caller: Caller) -> list[tuple[float, float, bool]]:
    """From and until in seconds, and whether a wait was announced."""
    (call,) = caller.story.history().calls
    return [
        (round(silence.from_ns / 1e9, 3), round(silence.until_ns / 1e9, 3), silence.announced)
        for silence in silences(call)
    ]


def dial() -> Caller:
    """Its first words end at 13 s."""
    return Story().call(1, 10.0).hears(role="greeting", after=0.2, lasting=0.2).says()


def test_the_wait_for_an_answer() -> None:
    assert found(dial().hears(after=6).ends()) == [(13.0, 19.0, False)]


def test_it_lasts_to_the_end_if_no_answer_comes() -> None:
    assert found(dial().ends("patience", after=8, type="info")) == [(13.0, 21.0, False)]


def test_an_announcement_parts_it_and_a_courtesy_announces_nothing() -> None:
    told = dial().hears("One moment.", after=1, lasting=1, role="filler").hears(after=7)
    assert found(told.ends()) == [(13.0, 14.0, False), (15.0, 22.0, True)]
    told = dial().hears("Okay.", after=1, lasting=1, role="acknowledgement").hears(after=7)
    assert found(told.ends()) == [(13.0, 14.0, False), (15.0, 22.0, False)]


def test_noise_is_comfort_only_after_an_announcement() -> None:
    noise = {"sound": "noise", "role": "other"}
    assert found(dial().hears("", after=1, lasting=2, **noise).hears(after=3).ends()) == [
        (13.0, 19.0, False)
    ]
    told = dial().hears("One moment.", after=1, lasting=1, role="filler")
    assert found(told.hears("", after=1, lasting=2, **noise).hears(after=3).ends()) == [
        (13.0, 14.0, False),
        (15.0, 16.0, True),
        (18.0, 21.0, True),
    ]


def test_nothing_is_owed_after_the_goodbye() -> None:
    caller = Story().call(1, 10.0, lines=1).says()
    assert found(caller.ends(after=9)) == []
