from harness.finding import Evidence, Finding
from tests.harness.histories import ns
from tests.harness.report.telling import dial, place, shown


def test_lines_stand_in_the_order_of_time_and_count_from_the_answer() -> None:
    caller = dial().hears("Hello?", after=0.5, role="greeting").says("Book it.")
    caller.works("llm", caller.now + 0.2, caller.now + 0.6, text_out="Done.",
                 first_at=caller.now + 0.5)  # fmt: skip
    page = shown(caller.hears("Done.", after=0.8, verified=True).ends())
    assert (
        "0:00.5 agent greeting not heard to its end Hello? "
        "0:02.6 caller Book it. "
        "0:04.8 llm 300 ms Done. "
        "0:05.4 agent answer after 800 ms llm 400 ms rest 400 ms Done."
    ) in page.text
    assert "c0001-t1" in page.ids


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


def test_faults_are_shown_as_far_as_the_call_lasts() -> None:
    caller = dial()
    story = caller.story.fault("early", "llm", 1, 9).fault("on", "llm", 5, 12)
    story.fault("never healed", "tts", 11, None).fault("late", "stt", 90, 99)
    page = shown(caller.says().ends(after=5))
    assert page.text.startswith("0:00.0 on is on already 0:00.6 caller")
    assert "0:01.0 never healed begins, and stays 0:02.0 on is healed" in page.text
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
