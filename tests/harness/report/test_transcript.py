from harness.report.line import Told
from harness.report.transcript import ending, transcript
from tests.harness.histories import Caller, Story
from tests.harness.report.reading import Page


def shown(caller: Caller, *, recorded: bool = False) -> Page:
    history = caller.story.history()
    (call,) = history.calls
    work = [piece for piece in history.work if history.call_of(piece) == call.span]
    return Page(transcript(Told(call, work, (), recorded, history.faults)))


def dial(at: float = 10.0, **more: bool) -> Caller:
    return Story().call(1, at, facts={"name": "Ann"}, **more)


def test_the_facts_of_the_call_stand_above() -> None:
    page = shown(dial().talks(1).ends())
    assert "dialogue book · dialled at 0:10.0 · answered after 0 s" in page.text
    assert "completed (caller) · name: Ann" in page.text


def test_a_call_without_a_word() -> None:
    page = shown(dial(answered=False).ends("http_503", type="fail", by="agent"))
    assert "never answered" in page.text
    assert "http 503 (agent)" in page.text
    assert page.text.endswith("not a word")
    assert not page.named("div", **{"class": "axis"})


def test_a_recording_can_be_played_from_any_line() -> None:
    page = shown(dial().says().hears().ends(), recorded=True)
    (player,) = page.named("audio")
    assert (player["src"], player["preload"]) == ("recordings/c0001.wav", "none")
    lines = page.named("li")
    assert [line["data-at"] for line in lines] == ["0.6", "3.4"]
    assert len(page.named("button", type="button")) == len(lines)
    assert not shown(dial().says().ends()).named("audio")


def test_the_time_axis_lasts_from_dialling_to_the_end_of_all_work() -> None:
    caller = dial().says().hears().ends(after=1)
    caller.story.fault("burst", "llm", 11, 12)
    caller.works("llm", 13, 18.5).works("sip", 13, 14).works("stt", 11, 13)
    (axis,) = shown(caller).named("div", **{"class": "axis"})
    assert (axis["data-from"], axis["data-until"], axis["data-ended"]) == ("0.0", "8.5", "5.9")
    assert axis["data-lanes"] == "faults caller wait agent stt llm sip"


def test_an_end_that_nobody_wrote_down() -> None:
    (call,) = dial().story.history().calls
    assert ending(call) == "no end"


def test_a_moment_is_found_again_in_the_logs_of_others() -> None:
    history = Story(started=1_790_000_000.0).call(1, 2.5, sid="CA12").says().ends().story.history()
    (call,) = history.calls
    page = Page(transcript(Told(call, (), (), False, started_s=history.run["started"])))
    assert "CallSid CA12" in page.text
    (axis,) = page.named("div", **{"class": "axis"})
    assert axis["data-started"] == "1790000002.5"
    assert "data-started" not in shown(dial().says().ends()).named("div", **{"class": "axis"})[0]
