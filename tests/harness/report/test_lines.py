from harness.finding import Evidence, Finding
from harness.report.lines import Told, lines, zero_ns
from harness.report.marks import marks_by_call
from harness.report.markup import joined
from harness.report.tries import tries
from tests.harness.histories import Caller, Story, ns
from tests.harness.report.reading import Page


def told(caller: Caller, *findings: Finding) -> Told:
    history = caller.story.history()
    (call,) = history.calls
    work = [piece for piece in history.work if history.call_of(piece) == call.span]
    marks = marks_by_call(findings).get(call.span, ())
    return Told(call, work, marks, False, history.faults, tries(history))


def shown(caller: Caller, *findings: Finding) -> Page:
    return Page(joined(line.html for line in lines(told(caller, *findings))))


def dial(at: float = 10.0) -> Caller:
    return Story().call(1, at, facts={"name": "Ann"})


def place(page: Page, kind: str) -> dict[str, str | None]:
    """Where the first line of a kind stands on the time axis."""
    (line, *_) = page.named("li", **{"class": kind})
    return {name[5:]: value for name, value in line.items() if name.startswith("data-")}


def test_lines_stand_in_the_order_of_time_and_count_from_the_answer() -> None:
    caller = dial().hears("Hello?", after=0.5, role="greeting").says("Book it.")
    caller.works("llm", caller.now + 0.2, caller.now + 0.6, text_out="Done.",
                 first_at=caller.now + 0.5)  # fmt: skip
    page = shown(caller.hears("Done.", after=0.8, verified=True).ends())
    assert (
        "0:00.5 agent greeting not heard to its end Hello? "
        "0:02.6 caller Book it. "
        "0:04.8 llm 300 ms Done. "
        "0:05.4 agent after 800 ms answer Done."
    ) in page.text
    assert "c0001-t1" in page.ids


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
    }  # fmt: skip
    assert place(page, "done stage-stt") == {
        "lane": "stt", "at": "0.7", "until": "3.0", "await": "2.6 3.0",
    }  # fmt: skip
    assert place(page, "done stage-llm") == {
        "lane": "llm", "at": "3.0", "until": "5.0", "await": "3.0 3.4",
    }  # fmt: skip


def test_work_without_an_end_has_none() -> None:
    found = place(shown(dial().works("tts", 16, None).ends(after=9)), "done stage-tts unfinished")
    assert found == {"lane": "tts", "at": "6.0"}


def test_attempts_are_numbered_and_lead_from_one_to_the_next() -> None:
    caller = dial()
    for at in (11.0, 12.5):
        caller.works("llm", at, at + 0.1, type="fail", status=429, text_in="Hi")
    page = shown(caller.ends(after=9))
    assert "refused 429 · attempt 1/2 Hi" in page.text
    assert "refused 429 · attempt 2/2 Hi" in page.text
    first, second = page.named("li", **{"class": "done stage-llm refused"})
    assert ("data-after" in first, second["data-after"]) == (False, "1.1")


def test_an_answer_that_never_came_is_told_but_none_is_owed_after_the_goodbye() -> None:
    page = shown(dial().says("Hi").ends("patience", after=8, type="info"))
    assert "caller no answer in 8.0 s Hi" in page.text
    assert place(page, "said")["await"] == "2.6 10.6"
    assert "no answer" not in shown(Story().call(1, 1.0, lines=1).says().ends()).text
    assert "no answer" not in shown(dial().says().ends("closed", after=0, type="info")).text


def test_dead_air_is_a_line_of_its_own() -> None:
    def silences(*waits: float, role: str = "answer") -> list[str | None]:
        caller = dial().says()
        for after in waits[:-1]:
            caller.hears("One moment.", after=after, role=role)
        page = shown(caller.hears(after=waits[-1]).ends())
        return [line["class"] for line in page.named("li") if "silence" in str(line["class"])]

    assert silences(2.9) == []
    assert silences(3.5) == ["silence uneasy"]
    assert silences(6) == ["silence broken"]
    assert silences(1, 4.5, role="filler") == []
    assert silences(1, 6, role="filler") == ["silence uneasy"]
    assert silences(1, 13, role="filler") == ["silence broken"]
    assert "0:02.6 6.0 s of dead air" in shown(dial().says().hears(after=6).ends()).text


def test_faults_are_shown_as_far_as_the_call_lasts() -> None:
    caller = dial()
    story = caller.story.fault("early", "llm", 1, 9).fault("on", "llm", 5, 12)
    story.fault("never healed", "tts", 11, None).fault("late", "stt", 90, 99)
    page = shown(caller.says().ends(after=5))
    assert "0:00.0 on healed at 0:02.0 0:00.6 caller" in page.text
    assert "0:01.0 never healed on to the end" in page.text
    assert [(line["data-at"], line["data-until"], line["style"])
            for line in page.named("li", **{"class": "fault"})] == [
        ("0.0", "2.0", "--mark:#888888"), ("1.0", "7.6", "--mark:#888888"),
    ]  # fmt: skip


def test_work_tells_refusals_bites_and_what_came() -> None:
    caller = dial()
    caller.works("llm", 11, 11.1, type="fail", status=429, reason="rate_limit",
                 retry_after_s=1.5, bites=["burst"], text_in="Hi")  # fmt: skip
    caller.works("tools", 12, 13, first_at=12.25, tool="book", arguments='{"at":9}')
    caller.works("llm", 14, 15, calls=[["book", "{}"]], cancelled=True)
    caller.works("tts", 16, None, text_in="x" * 500)
    page = shown(caller.ends())
    assert "llm refused 429 rate limit, retry after 1.5 s · bitten by burst Hi" in page.text
    assert 'tools 250 ms book {"at":9}' in page.text
    assert "llm nothing came, cancelled → book {}" in page.text
    assert "tts nothing came, unfinished " + "x" * 159 + "…" in page.text
    assert page.named("li", **{"class": "done stage-llm refused bitten"})


def test_a_slow_answer_is_told_apart() -> None:
    waits = [shown(dial().says().hears(after=after).ends()) for after in (1.0, 3.5, 6.0)]
    kinds = [page.named("span")[1]["class"] for page in waits]
    assert kinds == ["delay", "delay uneasy", "delay broken"]


def test_sound_without_words_is_described() -> None:
    page = shown(dial().hears("", after=1, lasting=2, sound="noise", role="other").ends())
    assert "noise, 2.0 s, nothing readable" in page.text


def test_marks_stand_at_their_moment_and_can_be_led_to() -> None:
    finding = Finding(
        name="no_dead_air",
        outcome="fail",
        summary="",
        evidence=(Evidence("c0001", ns(13), "8.0 s of silence"), Evidence("c0001", ns(14))),
    )
    page = shown(dial().says("Hi").ends("patience", after=8, type="info"), finding)
    assert "0:03.0 ✗ no_dead_air: 8.0 s of silence 0:04.0 ✗ no_dead_air" in page.text
    (mark,) = page.named("li", id="c0001-no_dead_air-1")
    assert (mark["class"], mark["data-lane"], mark["data-at"]) == ("found fail", "findings", "3.0")


def test_a_mark_without_a_moment_stands_at_the_beginning_and_a_late_one_at_the_end() -> None:
    evidence = Evidence("c0001"), Evidence("c0001", ns(999))
    finding = Finding(name="a", outcome="warn", summary="", evidence=evidence)
    marks = shown(dial().ends(after=5), finding).named("li", **{"class": "found warn"})
    assert [mark["data-at"] for mark in marks] == ["0.0", "5.0"]


def test_what_agents_say_is_never_markup_and_may_run_either_way() -> None:
    page = shown(dial().says("</script><b>").hears("<img src=x> שלום").ends())
    assert "</script><b>" in page.text
    assert "<img src=x> שלום" in page.text
    assert not page.named("img")
    assert all(element["dir"] == "auto" for element in page.named("span", **{"class": "words"}))
