from typing import Any

import pytest

from harness.checks.script_matched import ScriptMatched
from kernel.history import History
from tests.harness.histories import Story


def run(*works: dict[str, Any]) -> Story:
    story = Story()
    caller = story.call(1, at=0).talks().ends()
    for index in range(99):
        caller.works("llm", index / 10, index / 10 + 0.1)
    for work in works:
        caller.works("llm", 5, work.pop("until", 6), **work)
    return story


@pytest.mark.parametrize(
    ("works", "outcome"),
    [
        ([], "pass"),
        ([{"off_script": True, "text_in": "what"}], "pass"),
        ([{"off_script": True, "text_in": "what"}, {"off_script": True}], "unknown"),
        ([{"off_script": True, "purpose": "side"}] * 9, "pass"),
        ([{"off_script": True, "until": None}] * 9, "pass"),
    ],
)
def test_more_than_one_turn_in_a_hundred(works: list[dict[str, Any]], outcome: str) -> None:
    finding = ScriptMatched()(run(*map(dict, works)).history())
    assert (finding.outcome, finding.instrument) == (outcome, True)


def test_the_evidence_is_what_the_llm_was_asked() -> None:
    finding = ScriptMatched()(run({"off_script": True, "text_in": "what"}).history())
    assert [(found.call, found.note) for found in finding.evidence] == [("c0001", "what")]


def test_a_run_without_an_llm_never_lost_the_script() -> None:
    assert ScriptMatched()(Story().history()).outcome == "pass"


def talk(*said: tuple[float, str, bool]) -> History:
    story = Story()
    caller = story.call(1, at=0).talks().ends()
    for at, words, off_script in said:
        caller.works("llm", at, at + 0.3, text_in=words, off_script=off_script)
    return story.history()


def test_a_request_that_had_not_heard_all_of_a_turn_is_no_turn() -> None:
    finding = ScriptMatched()(talk((2, "Hi, this", True), (3, "Hi, this is Ada.", False)))
    assert (finding.outcome, finding.measures["turns"]) == ("pass", 1)


@pytest.mark.parametrize(
    "later", [(30, "Hi, this is Ada.", False), (3, "Hello?", False), (3, "hi this", True)]
)
def test_what_nothing_goes_on_from_is_one(later: tuple[float, str, bool]) -> None:
    finding = ScriptMatched()(talk((2, "Hi, this", True), later))
    assert (finding.outcome, finding.measures["turns"]) == ("unknown", 2)
