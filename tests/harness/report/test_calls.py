from collections.abc import Collection

from harness.finding import Evidence, Finding
from harness.report.calls import call_list, choose, longest_wait_ms
from tests.harness.histories import Story, crowd
from tests.harness.report.reading import Page


def finding(name: str, *calls: str) -> Finding:
    evidence = tuple(Evidence(call) for call in calls)
    return Finding(name=name, outcome="warn", summary="", evidence=evidence)


def story() -> Story:
    """1 to 4 served, 4 slowly; 5 dropped, 6 refused politely."""
    told = Story().phase("baseline", 0, 60)
    crowd(told, 3, 1)
    told.call(4, 5.0).talks(4, answer=3.0).ends()
    told.call(5, 6.0).talks(1).ends("closed", type="info", by="agent")
    told.call(6, 7.0).hears("We are busy.", role="refusal").ends("spoken_refusal", type="fail")
    return told


def listed(most: int, *findings: Finding, recordings: Collection[str] = ()) -> list[int]:
    return [call.number for call in choose(story().history(), findings, recordings, most).listed]


def test_what_is_most_worth_opening_is_kept_in_the_order_of_dialling() -> None:
    assert listed(9) == [1, 2, 3, 4, 5, 6]
    assert listed(1) == [5]
    assert listed(2) == [5, 6]
    assert listed(3) == [4, 5, 6]


def test_calls_that_the_table_of_checks_links_to_are_kept_before_all() -> None:
    assert listed(1, finding("a", "c0002")) == [2]
    assert listed(2, finding("a", "c0002")) == [2, 5]
    assert listed(5, finding("a", "c0002", "c0003")) == [2, 3, 4, 5, 6]


def test_calls_that_can_be_heard_are_kept_before_those_that_cannot() -> None:
    assert listed(2, recordings={"c0002"}) == [2, 5]
    assert listed(2, finding("a", "c0003"), recordings={"c0002"}) == [3, 5]


def test_what_was_left_out_is_said() -> None:
    history = story().history()
    page = Page(call_list(history, choose(history, [], (), 2), ()))
    assert "2 of 6 calls are listed" in page.text
    assert "The other 4 are in transcripts.jsonl" in page.text
    assert "are listed:" not in Page(call_list(history, choose(history, []), ())).text


def test_how_many_can_be_heard_is_said_and_how_to_hear_more() -> None:
    def said(keep: str, *recordings: str) -> str:
        told = Story(keep=keep)
        crowd(told, 3, 1)
        history = told.history()
        return Page(call_list(history, choose(history, []), recordings)).text

    assert said("all", "c0001", "c0002", "c0003").startswith("All 3 listed calls can be heard. Rec")
    assert said("failed", "c0001").startswith("1 of the 3 listed calls can be heard: a run keeps")
    assert said("none").startswith("None of the 3 listed calls can be heard: the run was told")
    assert ["recordings/ beside" in said("all", *some) for some in ((), ("c0001",))] == [
        False,
        True,
    ]


def test_every_call_is_a_row_that_opens() -> None:
    history = story().history()
    page = Page(call_list(history, choose(history, [finding("a", "c0005", "c0005")]), {"c0005"}))
    rows = page.named("details")
    assert [row["id"] for row in rows] == ["c0001", "c0002", "c0003", "c0004", "c0005", "c0006"]
    assert [row["data-fate"] for row in rows][3:] == ["served", "dropped", "refused_politely"]
    assert [row["data-marks"] for row in rows].count("0") == 5
    assert rows[3]["data-waited"] == "-3000"
    assert len(page.named("summary")) == 6
    assert len(page.ids) == len(set(page.ids))
    assert [element["src"] for element in page.named("audio")] == ["recordings/c0005.wav"]


def test_the_buttons_count_what_they_show() -> None:
    history = story().history()
    page = Page(call_list(history, choose(history, [finding("a", "c0005")]), ()))
    shown = [button["data-show"] for button in page.named("button") if "data-show" in button]
    assert shown == ["", "served", "refused_politely", "dropped", "named"]
    assert page.named("button", **{"aria-pressed": "true"}) == page.named(
        "button", **{"data-show": ""}
    )
    assert "all 6 served 4 refused politely 1 dropped 1 named by a finding 1" in page.text


def test_the_longest_wait_counts_silence_but_not_after_goodbye() -> None:
    told = Story()
    told.call(1, 1.0, lines=2).says().hears(after=0.5).says().ends(after=9)
    told.call(2, 1.0, lines=2).says().ends("patience", after=8, type="info")
    told.call(3, 1.0).ends()
    waits = [longest_wait_ms(call) for call in told.history().calls]
    assert waits == [500.0, 8000.0, 0.0]


def test_no_calls_are_an_empty_list() -> None:
    history = Story().history()
    page = Page(call_list(history, choose(history, []), ()))
    assert page.text.startswith("all 0")
    assert not page.named("details")
