from typing import Any

from harness.finding import Evidence, Finding, Outcome
from harness.report.verdicts import checks_table, instrument_strip
from tests.harness.histories import ns
from tests.harness.report.reading import Page


def finding(name: str, outcome: Outcome, **more: Any) -> Finding:
    return Finding(name=name, outcome=outcome, summary=f"{name} says so", **more)


def test_gates_come_first_and_the_worst_on_top() -> None:
    page = Page(
        checks_table(
            [
                finding("a", "pass", gate=True),
                finding("b", "warn"),
                finding("c", "fail", gate=True),
                finding("d", "fail"),
                finding("e", "unknown", gate=True),
                finding("f", "pass", instrument=True),
                finding("g", "pass", gate=True, instrument=True),
            ],
            {},
        )
    )
    order = [name for name in page.text.split() if name in "abcdefg" and len(name) == 1]
    assert order == ["c", "c", "e", "e", "a", "a", "g", "g", "d", "d", "b", "b"]
    assert "Gates 2 of 4 passed" in page.text
    assert "Advice 0 of 2 passed" in page.text


def test_of_a_void_run_the_gates_decide_nothing() -> None:
    gate = finding("a", "fail", gate=True)
    assert "they decide the verdict" in Page(checks_table([gate], {})).text
    void = Page(checks_table([gate, finding("f", "unknown", instrument=True)], {}))
    assert "0 of 1 passed; the run is void, so they decide nothing" in void.text


def test_evidence_leads_to_the_call_if_it_is_listed() -> None:
    evidence = (Evidence("c0001", ns(75), "8 s"), Evidence("c0002", ns(76), "9 s"))
    page = Page(checks_table([finding("a", "fail", evidence=evidence)], {"c0001": ns(70)}))
    assert page.hrefs == ["#c0001-a-1"]
    assert "c0001 at 1:15 0:05.0 in the call: 8 s c0002 at 1:16 9 s" in page.text


def test_more_evidence_than_is_shown_is_hinted_at() -> None:
    evidence = tuple(Evidence(f"c{number}") for number in range(6))
    page = Page(checks_table([finding("a", "fail", evidence=evidence)], {}))
    assert "c4 at" in page.text
    assert "c5 at" not in page.text
    assert "and more" in page.text


def test_measures_that_were_made_are_shown_small() -> None:
    page = Page(checks_table([finding("a", "pass", measures={"x_s": 2.0, "y": None})], {}))
    assert "x 2.0 s" in page.text
    assert "y" not in page.text.replace("say", "").split()


def test_a_name_opens_to_its_definition() -> None:
    page = Page(checks_table([finding("no_dead_air", "pass")], {}))
    assert page.named("summary")
    assert "owes an answer" in page.text or "silence" in page.text


def test_a_tag_is_shown_unless_the_finding_is_yours() -> None:
    page = Page(checks_table([finding("a", "fail", tag="framework default")], {}))
    assert "framework default" in page.text
    assert "yours" not in Page(checks_table([finding("a", "fail")], {})).text


def test_a_bad_instrument_shows_what_it_has() -> None:
    evidence = (Evidence("llm-w7", ns(75), "openai: 'Sure.'"),)
    for outcome, shown in (("unknown", True), ("pass", False)):
        found = [finding("a", outcome, instrument=True, evidence=evidence)]  # type: ignore[arg-type]
        assert ("llm-w7 at 1:15 openai: 'Sure.'" in Page(instrument_strip(found)).text) is shown


def test_the_strip_holds_the_instrument_alone() -> None:
    page = Page(instrument_strip([finding("a", "unknown", instrument=True), finding("b", "fail")]))
    assert page.text == "? unknown a a says so"
    assert page.named("div", **{"class": "unknown"})
