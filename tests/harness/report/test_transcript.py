from harness.finding import Evidence, Finding
from harness.report.marks import marks_by_call
from harness.report.transcript import Told, ending, transcript
from tests.harness.histories import Caller, Story, ns
from tests.harness.report.reading import Page


def shown(caller: Caller, *findings: Finding, recorded: bool = False) -> Page:
    history = caller.story.history()
    (call,) = history.calls
    work = [piece for piece in history.work if history.call_of(piece) == call.span]
    marks = marks_by_call(findings).get(call.span, ())
    return Page(transcript(Told(call, work, marks, recorded)))


def dial(at: float = 10.0, **more: bool) -> Caller:
    return Story().call(1, at, facts={"name": "Ann"}, **more)


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


def test_the_facts_of_the_call_stand_above() -> None:
    page = shown(dial().talks(1).ends())
    assert "dialogue book · dialled at 0:10.0 · answered after 0 s" in page.text
    assert "completed (caller) · name: Ann" in page.text


def test_a_call_without_a_word() -> None:
    page = shown(dial(answered=False).ends("http_503", type="fail", by="agent"))
    assert "never answered" in page.text
    assert "http 503 (agent)" in page.text
    assert page.text.endswith("not a word")


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


def test_a_slow_answer_is_told_apart() -> None:
    told = [
        [
            element.get("class")
            for element in shown(dial().says().hears(after=after).ends()).named("small")
        ]
        for after in (1.0, 3.5, 6.0)
    ]
    assert [("uneasy" in classes, "broken" in classes) for classes in told] == [
        (False, False),
        (True, False),
        (False, True),
    ]


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
    assert "Hi 0:03.0 ✗ no_dead_air: 8.0 s of silence 0:04.0 ✗ no_dead_air" in page.text
    assert page.named("li", id="c0001-no_dead_air-1")


def test_a_recording_can_be_played_from_any_line() -> None:
    page = shown(dial().says().hears().ends(), recorded=True)
    (player,) = page.named("audio")
    assert (player["src"], player["preload"]) == ("recordings/c0001.wav", "none")
    assert [button["data-seek"] for button in page.named("button")] == ["0.6", "3.4"]
    assert not shown(dial().says().ends()).named("button")


def test_what_agents_say_is_never_markup_and_may_run_either_way() -> None:
    page = shown(dial().says("</script><b>").hears("<img src=x> שלום").ends())
    assert "</script><b>" in page.text
    assert "<img src=x> שלום" in page.text
    assert not page.named("img")
    assert all(element["dir"] == "auto" for element in page.named("span", **{"class": "words"}))


def test_an_end_that_nobody_wrote_down() -> None:
    (call,) = dial().story.history().calls
    assert ending(call) == "no end"
