from typing import Any

from harness.report.frame import at_ms, figure, whole_numbers
from kernel.history import History
from tests.harness.histories import Story, ns


def layout(history: History) -> Any:
    return figure(history, [], 8.0, {})["layout"]


def texts(history: History) -> list[str]:
    return [label["text"] for label in layout(history)["annotations"]]


def story() -> Story:
    return Story().phase("warm_up", 0, 2).phase("baseline", 2, 40).phase("surge", 40, 100).ends(100)


def test_instants_are_never_small_enough_to_be_taken_for_years() -> None:
    assert at_ms(0) > 9999
    assert at_ms(ns(1.5)) - at_ms(0) == 1500


def test_the_axis_spans_the_run() -> None:
    axis = layout(story().history())["xaxis"]
    assert axis["range"] == [at_ms(0), at_ms(ns(100))]
    assert axis["tickformat"] == "%-M:%S"
    assert layout(Story().ends(3600).history())["xaxis"]["tickformat"] == "%-H:%M:%S"


def test_an_empty_run_has_an_axis_all_the_same() -> None:
    first, last = layout(History([]))["xaxis"]["range"]
    assert last > first


def test_a_fault_is_a_band_with_a_line_and_a_tick_where_it_healed() -> None:
    told = layout(story().fault("burst", "llm", 50, 70).history())
    (band,) = (shape for shape in told["shapes"] if shape["type"] == "rect")
    assert (band["x0"], band["x1"]) == (at_ms(ns(50)), at_ms(ns(70)))
    assert band["fillcolor"] == "#888888"
    (healed,) = (label for label in told["annotations"] if label["text"] == "✓")
    assert healed["x"] == at_ms(ns(70))
    assert [shape["x0"] for shape in told["shapes"] if shape.get("line", {}).get("dash") == "dash"]


def test_a_fault_that_never_healed_lasts_to_the_end_without_a_tick() -> None:
    history = story().fault("burst", "llm", 50, None).history()
    (band,) = (shape for shape in layout(history)["shapes"] if shape["type"] == "rect")
    assert band["x1"] == at_ms(ns(100))
    assert "✓" not in texts(history)


def test_names_of_faults_that_overlap_stand_below_each_other() -> None:
    faulted = story().fault("a", "llm", 10, 20).fault("b", "tts", 15, 30).fault("c", "stt", 80, 90)
    heights = {label["text"]: label["y"] for label in layout(faulted.history())["annotations"]}
    assert heights["a"] == heights["c"] > heights["b"]


def test_phases_are_named_if_there_is_room() -> None:
    assert texts(story().history()) == ["baseline", "surge"]


def test_names_hold_no_markup() -> None:
    assert texts(story().fault("<b>&", "llm", 50, None).history())[-1] == "&lt;b&gt;&amp;"


def test_few_things_are_counted_in_whole_numbers() -> None:
    assert whole_numbers(3)["dtick"] == 1
    assert "dtick" not in whole_numbers(50)
