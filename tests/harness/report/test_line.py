from harness.report.line import zero_ns
from tests.harness.histories import Story, ns
from tests.harness.report.telling import dial, place, shown, told


def test_seconds_count_from_the_first_sample_of_a_recording() -> None:
    caller = dial().says().ends()
    caller.story.tell(20, "caller", "media", "info", "", caller.span,
                      data={"from_at_ns": ns(10.25)})  # fmt: skip
    assert zero_ns(told(caller).call) == ns(10.25)
    assert place(shown(caller), "said")["at"] == "0.35"
    assert zero_ns(told(dial().ends()).call) == ns(10)
    assert zero_ns(told(Story().call(1, 3.0, answered=False).ends()).call) == ns(3)


def test_a_line_knows_its_place_on_the_time_axis() -> None:
    caller = dial().says("Hi")
    caller.works("stt", 10.7, 13.0, asked_at_ns=ns(12.6), text_out="Hi")
    caller.works("llm", 13, 15, first_at=13.4)
    page = shown(caller.hears(after=2.5).ends())
    assert place(page, "said") == {"lane": "caller", "at": "0.6", "until": "2.6"}
    assert place(page, "heard") == {
        "lane": "agent", "at": "5.1", "until": "6.6", "await": "2.6 5.1",
        "spent": "stt 2.6 3.0 llm 3.0 5.0",
    }  # fmt: skip
    assert place(page, "done stage-stt") == {
        "lane": "stt", "at": "0.7", "until": "3.0", "await": "2.6 3.0",
    }  # fmt: skip
    assert place(page, "done stage-llm") == {
        "lane": "llm", "at": "3.0", "until": "5.0", "await": "3.0 3.4",
    }  # fmt: skip
