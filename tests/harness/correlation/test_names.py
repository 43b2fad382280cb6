from harness.correlation.correlate import correlate
from tests.harness.histories import Story


def joins(story: Story) -> dict[str, tuple[str, str]]:
    return {
        event.span: (event.parent, event.data["method"]) for event in correlate(story.history())
    }


def two_calls() -> Story:
    """One is over when the other begins to talk, 60 s later; a third overlaps with both."""
    story = Story()
    story.call(1, at=0, sid="CA1", facts={"name": "Mary Smith"}).talks().ends()
    story.call(2, at=60, sid="CA2", facts={"name": "Robert Jones"}).talks().ends()
    story.call(3, at=0, sid="CA3").talks().hears(after=90).ends()
    return story


def test_what_was_heard_is_stronger_than_a_name() -> None:
    story = two_calls()
    voice = story.work("stt", 5, 6, call="CA3", identity=1 << 7)
    assert joins(story) == {voice: ("c0001", "identity")}


def test_the_name_of_a_socket_holds_until_its_call_is_over() -> None:
    story = two_calls().socket("tts-s1", "tts", 1, 200)
    first = story.work("tts", 5, 6, call="CA1", socket="tts-s1", text_in="Sure.")
    second = story.work(
        "tts", 65, 66, call="CA1", socket="tts-s1", text_in="See you then, Robert Jones."
    )
    story.work("llm", 64, 65, history="Robert Jones", text_out="See you then, Robert Jones.")
    second_heard = story.work("stt", 70, 71, call="CA1", socket="tts-s1", identity=2 << 7)
    found = joins(story)
    assert found[first] == ("c0001", "sid")
    assert found[second] == ("c0002", "spoken_text")
    assert found[second_heard] == ("c0002", "identity")


def test_a_socket_cannot_be_named_for_a_call_that_comes_later() -> None:
    story = two_calls().socket("llm-s1", "llm", 1, 200)
    story.work("llm", 65, 66, call="CA2", socket="llm-s1", history="Mary Smith")
    of_its_own = story.work("llm", 65, 66, call="CA2")
    story.work("llm", 66, 67, call="CA2", socket="llm-s1")
    found = joins(story)
    assert found[of_its_own] == ("c0002", "sid")
    assert sorted(call for call, _ in found.values()) == ["c0001", "c0002"]


def test_a_socket_that_two_calls_came_over_says_nothing_of_either() -> None:
    story = two_calls().socket("tts-s1", "tts", 1, 200)
    story.work("stt", 4, 5, call="CA1", socket="tts-s1", identity=3 << 7)
    unheard = story.work("tts", 5, 6, call="CA1", socket="tts-s1", text_in="Hm.")
    assert unheard not in joins(story)


def test_work_that_names_a_call_long_after_it_is_its_leftover() -> None:
    story = two_calls()
    orphan = story.work("llm", 70, 71, call="CA1", text_in="yes")
    other = story.work("llm", 70, 71, call="CA1", history="Robert Jones")
    story.work("llm", 30, 31, call="CA2")
    assert joins(story) == {orphan: ("c0001", "sid"), other: ("c0002", "facts")}
