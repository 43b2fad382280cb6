from harness.report.tries import Try, tries
from tests.harness.histories import Story, ns


def test_attempts_are_numbered_and_know_what_they_waited_for() -> None:
    caller = Story().call(1, 1.0)
    for at in (2.0, 3.5, 6.0):
        caller.works("llm", at, at + 0.1, type="ok" if at == 6 else "fail", text_in="hi")
    found = tries(caller.ends(after=9).story.history())
    assert found == {
        "llm-w1": Try(1, 3, None),
        "llm-w2": Try(2, 3, ns(2.1)),
        "llm-w3": Try(3, 3, ns(3.6)),
    }


def test_what_was_asked_once_has_no_number() -> None:
    caller = Story().call(1, 1.0).works("llm", 2, 3, text_in="hi").works("tts", 3, 4)
    assert tries(caller.ends(after=5).story.history()) == {}
