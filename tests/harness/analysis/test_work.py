from harness.analysis.work import work_by_call
from tests.harness.histories import Story


def test_work_is_found_by_its_call_in_order() -> None:
    story = Story()
    one, other = story.call(1, 0).ends(), story.call(2, 0).ends()
    one.works("tts", 5, 6).works("llm", 3, 4)
    other.works("llm", 1, 2)
    story.work("llm", 7, 8)
    found = work_by_call(story.history())
    assert [work.stage for work in found["c0001"]] == ["llm", "tts"]
    assert [work.stage for work in found["c0002"]] == ["llm"]
    assert set(found) == {"c0001", "c0002"}
