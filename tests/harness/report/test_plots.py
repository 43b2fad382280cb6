from typing import Any

from harness.report.colours import FATE_COLOURS
from harness.report.frame import at_ms
from harness.report.plots import Plot, answers_plot, fates_plot, plots, refusals, stages_plot
from kernel.history import History
from tests.harness.histories import Story, crowd, ns


def traces(plot: Plot | None, group: str) -> list[Any]:
    assert plot
    return [trace for trace in plot.figure["data"] if trace["meta"] == group]


def quiet() -> Story:
    return Story().phase("baseline", 0, 60)


def test_a_run_without_calls_has_no_plots() -> None:
    assert list(plots(History([]))) == []


def test_fates_are_stacked_by_the_moment_at_which_calls_were_due() -> None:
    story = quiet()
    story.call(1, 9.0, due=1.0).talks(1).ends()
    story.call(2, 2.0).talks(1).ends("closed", type="info", by="agent")
    story.call(3, 11.0).talks(1).ends()
    plot = fates_plot(story.history())
    (served,) = traces(plot, "served")
    assert list(zip(served["x"], served["y"], strict=True)) == [
        (at_ms(ns(2.5)), 1),
        (at_ms(ns(12.5)), 1),
    ]
    (dropped,) = traces(plot, "dropped")
    assert dropped["marker"]["color"] == FATE_COLOURS["dropped"]
    assert plot
    assert list(plot.groups) == ["served", "dropped", "calls up"]
    assert plot.figure["layout"]["yaxis"]["range"][1] > 2, "two bars stand on each other"


def test_calls_are_up_from_their_answer_to_their_end() -> None:
    story = quiet()
    story.call(1, 1.0).talks(0).ends()
    story.call(2, 2.0).talks(0).ends()
    story.call(3, 3.0, answered=False).ends("http_503", after=1, type="fail", by="agent")
    (up,) = traces(fates_plot(story.history()), "calls up")
    assert up["y"] == [0, 1, 2, 1, 0]
    assert up["x"][1:3] == [at_ms(ns(1)), at_ms(ns(2))]


def test_an_answer_is_a_point_that_leads_to_its_turn() -> None:
    story = quiet()
    story.call(7, 1.0).says("one <b>").hears(after=0.8).says("two").hears(after=1.2).ends()
    points, p50, p95 = traces(answers_plot(story.history()), "answer")
    assert points["y"] == [0.8, 1.2]
    assert points["customdata"] == ["c0007-t1", "c0007-t2"]
    assert points["text"][0] == "c0007: one &lt;b&gt;"
    assert (p50["line"]["dash"], p95["line"]["dash"]) == ("solid", "dot")
    assert p50["customdata"] == [1, 1]


def test_waiting_in_vain_is_marked_and_counts() -> None:
    story = quiet()
    story.call(1, 1.0).says().ends("patience", after=8, type="info")
    plot = answers_plot(story.history())
    (cross,) = traces(plot, "waited in vain")
    assert cross["y"] == [8.0]
    assert cross["marker"]["symbol"] == "x-thin"
    assert traces(plot, "answer")[1]["y"] == [8.0], "silence counts in the percentiles"


def test_the_usual_latency_is_a_level() -> None:
    story = quiet()
    crowd(story, 5, 1)
    plot = answers_plot(story.history())
    assert plot
    (level,) = (shape for shape in plot.figure["layout"]["shapes"] if shape.get("xref") == "paper")
    assert 0.8 <= level["y0"] <= 0.9
    assert "baseline" in plot.note


def test_without_a_baseline_there_is_no_level() -> None:
    story = Story()
    story.call(1, 1.0).talks().ends()
    plot = answers_plot(story.history())
    assert plot
    assert "baseline" not in plot.note


def test_stages_leave_out_what_was_refused_or_made_in_advance() -> None:
    story = quiet()
    story.call(1, 1.0).works("llm", 2, 4, first_at=2.4, text_out="fine", bites=["slow"])
    story.work("llm", 3, 3.1, "fail", first_at=3.05, status=429)
    story.work("tts", 3, 3.1, first_at=3.05, purpose="prewarm")
    story.work("telephony", 5, 6, first_at=5.5)
    plot = stages_plot(story.history())
    assert plot
    assert list(plot.groups) == ["llm", "telephony"]
    points = traces(plot, "llm")[0]
    assert (points["y"], points["customdata"]) == ([400.0], ["c0001"])
    assert points["text"] == ["llm-w1 (slow): fine"]


def test_refusals_are_counted_by_stage() -> None:
    story = quiet()
    for at in (3.0, 4.0, 6.0):
        story.work("llm", at, at + 0.1, "fail", status=429)
    (bars,) = traces(refusals(story.history()), "llm")
    assert bars["y"] == [2, 1]
    assert refusals(quiet().history()) is None


def test_ten_thousand_points_are_thinned() -> None:
    story = quiet()
    for number in range(2500):
        story.work("llm", number / 50, number / 50 + 1, first_at=number / 50 + 0.5)
    points, p50, _ = traces(stages_plot(story.history()), "llm")
    assert len(points["x"]) <= 2000
    assert sum(p50["customdata"]) == 2500
