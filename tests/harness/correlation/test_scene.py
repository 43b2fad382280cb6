from harness.correlation.scene import Moments, Scene, agreed, only
from tests.harness.histories import Story, ns


def test_only_is_the_one_and_no_choice() -> None:
    assert only(["c1", "c1"]) == "c1"
    assert only(["c1", "c2"]) is None
    assert only([]) is None


def test_moments_are_found_by_text_and_time_ends_included() -> None:
    moments = Moments([("sure", 10, "c1"), ("sure", 20, "c2"), ("no", 15, "c3")])
    assert moments.calls("sure", 10, 20) == {"c1", "c2"}
    assert moments.calls("sure", 11, 20) == {"c2"}
    assert moments.calls("sure", 10, 19) == {"c1"}
    assert moments.calls("what", 0, 99) == set()


def test_sentences_agree_on_the_call_that_said_them_all() -> None:
    moments = Moments([("sure", 1, "c1"), ("sure", 2, "c2"), ("at nine", 3, "c2")])
    any_call = bool
    assert agreed("Sure. At nine.", any_call, (moments, 0, 9)) == "c2"
    assert agreed("Sure.", any_call, (moments, 0, 9)) is None
    assert agreed("Sure. Never said.", any_call, (moments, 0, 1)) == "c1"
    assert agreed("Never said.", any_call, (moments, 0, 9)) is None


def test_a_call_that_it_cannot_be_agrees_to_nothing() -> None:
    moments = Moments([("sure", 1, "c1"), ("sure", 2, "c2")])
    assert agreed("Sure.", "c1".__eq__, (moments, 0, 9)) == "c1"


def test_of_a_caller_who_redials_it_is_the_last_call_in_which_it_spoke() -> None:
    story = Story()
    story.call(1, at=10).hears(role="greeting").says().ends("patience", type="info")
    again = story.call(2, at=30, redial_of="c0001").hears(role="greeting").says().ends()
    story.call(3, at=30).talks().ends()
    scene = Scene(story.history())
    both = ["c0001", "c0002"]
    spoke_s = scene.history.calls[1].turns[0].from_at_ns / 1e9
    assert again.span == "c0002"
    assert scene.last_calls(both, ns(9)) == []
    assert scene.last_calls(both, ns(spoke_s - 1)) == ["c0001"]
    assert scene.last_calls(both, ns(spoke_s + 1)) == ["c0002"]
    assert scene.last_calls(["c0001", "c0003"], ns(40)) == ["c0001", "c0003"]


def test_prewarming_and_what_came_before_the_first_dial_is_nobodys() -> None:
    story = Story()
    story.call(1, at=10).talks().ends()
    story.work("llm", 11, 11.1, purpose="prewarm")
    story.work("llm", 5, 6)
    ours = story.work("llm", 12, 13)
    assert [work.span for work in Scene(story.history()).attributable] == [ours]


def test_a_clip_that_two_callers_heard_is_nobodys() -> None:
    story = Story()
    story.call(1, at=0).hears(identity=5).hears(identity=6).ends()
    story.call(2, at=0).hears(identity=5).ends()
    story.work("tts", 0.1, 0.3, identity=5)
    own = story.work("tts", 0.1, 0.3, identity=6)
    assert [work.span for work in Scene(story.history()).attributable] == [own]


def test_a_strangers_voice_is_nobodys() -> None:
    story = Story()
    story.call(1, at=0).talks().ends()
    story.work("stt", 1, 2, identity=99 << 7 | 1)
    ours = story.work("stt", 1, 2, identity=1 << 7 | 1)
    assert [work.span for work in Scene(story.history()).attributable] == [ours]


def test_the_only_call_that_could_have_caused_it() -> None:
    story = Story()
    story.call(1, at=10).ends(after=10)
    story.call(2, at=15).ends(after=80)
    story.call(3, at=300).ends(after=10)
    scene = Scene(story.history())
    told = {at: scene.alone_at(ns(at)) for at in (5, 12, 17, 37, 79, 82, 109, 111, 301, 326)}
    assert {at: call for at, call in told.items() if call} == {
        12: "c0001",
        82: "c0002",
        109: "c0002",
        301: "c0003",
    }


def test_work_may_linger_after_its_call_but_not_for_ever() -> None:
    story = Story()
    story.call(1, at=10).ends(after=10)
    scene = Scene(story.history())
    assert [scene.alive("c0001", ns(at)) for at in (9, 10, 34, 36)] == [False, True, True, False]
