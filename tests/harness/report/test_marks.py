from harness.finding import Evidence, Finding
from harness.report.marks import anchor_of, marks_by_call, one_per_call, place, shown_evidence


def finding(name: str, *calls: str) -> Finding:
    evidence = tuple(Evidence(call, at_ns, "note") for at_ns, call in enumerate(calls))
    return Finding(name=name, outcome="fail", summary="", evidence=evidence)


def test_every_piece_of_evidence_is_a_place_of_its_own() -> None:
    marks = marks_by_call([finding("a", "c1", "c2", "c1"), finding("b", "c1")])
    anchors = [mark.anchor for call in marks.values() for mark in call]
    assert anchors == ["c1-a-1", "c1-a-2", "c1-b-1", "c2-a-1"]
    assert [mark.evidence.at_ns for mark in marks["c1"]] == [0, 2, 0]


def test_a_link_leads_to_the_worst_of_a_call() -> None:
    one = finding("a", "c1", "c1", "c2")
    assert [evidence.at_ns for evidence in one_per_call(one)] == [0, 2]
    assert anchor_of(one, "c1") == marks_by_call([one])["c1"][0].anchor


def test_a_place_is_a_second_of_the_recording_or_of_the_run() -> None:
    zeros_ns = {"c1": 60_000_000_000}
    assert place(Evidence("c1", 65_200_000_000), zeros_ns) == "c1 at 0:05.2"
    assert place(Evidence("c1"), zeros_ns) == "c1 at 0:00.0"
    assert place(Evidence("llm-w7", 65_200_000_000), zeros_ns) == "llm-w7 1:05 into the run"
    assert place(Evidence("", 65_200_000_000), zeros_ns) == "1:05 into the run"


def test_the_table_shows_five_calls() -> None:
    assert [evidence.call for evidence in shown_evidence(finding("a", *"1123456"))] == [*"12345"]
