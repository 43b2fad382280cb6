from tests.harness.histories import Story, ns
from tests.harness.report.telling import dial, place, shown


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


def test_a_slow_answer_is_told_apart() -> None:
    waits = [shown(dial().says().hears(after=after).ends()) for after in (1.0, 3.5, 6.0)]
    kinds = [page.named("span")[1]["class"] for page in waits]
    assert kinds == ["delay", "delay uneasy", "delay broken"]


def test_sound_without_words_is_described() -> None:
    page = shown(dial().hears("", after=1, lasting=2, sound="noise", role="other").ends())
    assert "noise, 2.0 s, nothing readable" in page.text


def test_what_agents_say_is_never_markup_and_may_run_either_way() -> None:
    page = shown(dial().says("</script><b>").hears("<img src=x> שלום").ends())
    assert "</script><b>" in page.text
    assert "<img src=x> שלום" in page.text
    assert not page.named("img")
    assert all(element["dir"] == "auto" for element in page.named("span", **{"class": "words"}))


def test_what_is_said_beside_the_turns_is_the_callers_and_is_owed_no_answer() -> None:
    page = shown(dial().hears("Good day.", role="greeting").murmurs("mhm", 11.5).ends(after=9))
    assert "0:01.5 caller beside the turn mhm" in page.text
    assert place(page, "said aside") == {"lane": "caller", "at": "1.5", "until": "1.9"}


def test_keys_are_pressed_one_by_one_and_not_spoken() -> None:
    page = shown(dial().says("12 #", keys=True).hears(after=1).ends())
    assert "caller presses 1 2 #" in page.text
    assert len(page.named("kbd")) == 3
    assert place(page, "said keys")["lane"] == "caller"


def test_an_agent_that_is_spoken_into_is_told_how_long_it_went_on() -> None:
    caller = dial().says().hears("A long answer", after=1, lasting=3)
    page = shown(caller.says("Stop!", after=-0.4, barge_in=True).ends(after=0))
    assert "agent answer after 1.0 s interrupted, silent 400 ms later A long answer" in page.text
    assert "caller barges in Stop!" in page.text
    assert "interrupted" not in shown(dial().says().hears().says().ends()).text


def test_a_wait_is_told_by_what_it_was_spent_on() -> None:
    caller = dial().says()
    caller.works("stt", 10.7, 13.0, asked_at_ns=ns(12.6), text_out="Hi")
    caller.works("llm", 13, 13.8, first_at=13.4).works("tts", 13.8, 15, first_at=14.1)
    page = shown(caller.hears(after=1.75).ends())
    assert "after 1.8 s stt 400 ms llm 800 ms tts 300 ms rest 250 ms" in page.text
    assert place(page, "heard")["spent"] == "stt 2.6 3.0 llm 3.0 3.8 tts 3.8 4.1"
    assert "rest" not in shown(dial().says().hears(after=1.75).ends()).text
