from typing import Any

from harness.finding import Outcome, Verdict
from harness.report.heading import heading, scenario_of, started
from harness.verdict import judge
from kernel.history import History
from tests.harness.histories import Story
from tests.harness.report.reading import Page


def shown(story: Story, outcome: Outcome = "pass", **run: Any) -> Page:
    history = story.history()
    verdict = Verdict(
        verdict=outcome,
        reason="9 of 9 gates passed",
        fates=judge(history, {}).fates,
        checks=(),
        instrument={},
        run={"scenario": "demo", "seed": 7, **run},
    )
    return Page(heading(history, verdict, "1 offered: 1 served, 0 dropped"))


def talk() -> Story:
    story = Story(why="Do we\n survive Monday?")
    story.call(1, 1.0).talks(1).ends()
    return story


def test_the_first_screen_says_verdict_sentence_and_reason() -> None:
    page = shown(talk(), "fail", target="http://agent", profile="burst")
    assert page.text.startswith("✗ fail demo Do we survive Monday? 1 offered: 1 served, 0 dropped")
    assert "9 of 9 gates passed" in page.text
    assert "agent http://agent · profile burst · seed 7 · lasted 0:08" in page.text
    assert page.named("header", **{"class": "fail"})


def test_the_bar_shows_the_fates_that_occurred() -> None:
    page = shown(talk())
    (bar,) = page.named("div", role="img")
    assert bar["aria-label"] == "fates: 1 served"
    assert page.named("a", href="#calls", **{"data-show": "served"})
    assert not page.named("a", **{"data-show": "dropped"})


def test_a_run_without_calls_says_so() -> None:
    assert "no call was offered" in shown(Story()).text


def test_an_interrupted_run_says_so() -> None:
    assert "interrupted: Ctrl-C" in shown(talk(), interrupted="Ctrl-C").text
    assert "interrupted" not in shown(talk(), interrupted="").text


def test_what_stopped_a_run_before_its_first_call_is_told_once() -> None:
    why = "no call was offered: the agent is not there"
    run = {"scenario": "demo", "interrupted": "the agent is not there"}
    verdict = Verdict(verdict="unknown", reason=why, fates={}, checks=(), instrument={}, run=run)
    told = Page(heading(Story().history(), verdict, why)).text
    assert told.count("the agent is not there") == told.count("no call was offered") == 1


def test_faults_are_named_with_their_times() -> None:
    story = talk().fault("burst", "llm", 2, 9).fault("stall", "tts", 3, None)
    assert "burst 0:02–0:09 · stall 0:03–never healed" in shown(story).text
    for number in range(3):
        story.fault(f"more{number}", "llm", 4, 5)
    assert "more0 0:04–0:05 · 2 more faults" in shown(story).text


def test_when_it_began() -> None:
    assert started({"started": 1795186155.4}) == "2026-11-20 14:49 UTC"
    assert started({}) == started({"started": 0}) == ""


def test_a_run_without_a_name_is_a_run() -> None:
    assert scenario_of({}) == scenario_of({"scenario": ""}) == "run"
    assert "0:00" in shown_empty()


def shown_empty() -> str:
    verdict = Verdict(verdict="unknown", reason="", fates={}, checks=(), instrument={}, run={})
    return Page(heading(History([]), verdict, "0 offered")).text
