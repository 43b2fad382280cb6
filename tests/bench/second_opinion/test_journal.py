from bench.second_opinion import journal

from .folders import call, folder, work

ASKED = {"history": "Ada here.", "text_in": "Monday"}
RUN = folder(
    call(1, 1, 20, "Ada"),
    work("llm-w1", "llm", 5.0, 5.1, "fail", **ASKED),
    work("llm-w2", "llm", 5.6, 5.7, "fail", **ASKED),
    work("llm-w3", "llm", 7.7, 8.0, **ASKED),
    work("llm-w4", "llm", 9, 22.5, history="Ada here. Monday", text_in="Thanks"),
    work("tools-w5", "tools", 10, 10.5, tool="book", arguments='{"name": "Ada"}'),
    work("llm-w6", "llm", 1.1, 1.2, "fail", purpose="greeting", connection="c1"),
    work("llm-w7", "llm", 1.3, 1.4, "fail", purpose="greeting", connection="c1"),
    work("llm-w8", "llm", 1.3, 1.4, purpose="greeting", connection="c2"),
)
ADA = RUN.calls["c0001"]


def test_facts_fill_a_text() -> None:
    assert journal.filled("booked for {day}, {x}", {"day": "Monday"}) == "booked for Monday, {x}"


def test_attempts_are_requests_for_the_same_words() -> None:
    assert journal.attempts(RUN, ADA, 5.0) == 3
    assert journal.attempts(RUN, ADA, 9.0) == 1
    assert journal.attempts(RUN, ADA, 15.0) == 0


def test_attempts_at_a_greeting_come_over_one_connection() -> None:
    assert journal.attempts(RUN, ADA, 1.1) == 2


def test_the_wait_behind_a_refusal() -> None:
    waited_s = journal.wait_after_refusal(RUN, ADA, 5.6)
    assert waited_s is not None
    assert round(waited_s, 3) == 2.0
    assert journal.wait_after_refusal(RUN, ADA, 9.0) is None


def test_a_tool_that_answered() -> None:
    assert journal.tools_ok(RUN, ADA, "book")
    assert not journal.tools_ok(RUN, ADA, "look")
    assert journal.tool_never_answered(RUN, ADA)[1] == "contradicted"
    alone = folder(call(1, 1, 20, "Ada"))
    assert journal.tool_never_answered(alone, ADA)[1] == "confirmed"


def test_a_tool_that_was_asked_as_the_llm_had_it_asked() -> None:
    nameless = '{"day": "2027-01-04"}'
    run = folder(
        call(1, 1, 20, "Ada"),
        work("llm-w1", "llm", 5, 6, history="Ada here.", calls=[["book", nameless]]),
        work("tools-w2", "tools", 6, 7, tool="book", arguments=nameless),
    )
    assert journal.tools_ok(run, ADA, "book")
    late = folder(
        call(1, 1, 5, "Ada"), work("tools-w2", "tools", 6, 7, tool="book", arguments="Ada")
    )
    assert not journal.tools_ok(late, late.calls["c0001"], "book")


def test_work_that_goes_on() -> None:
    assert "2.5 s after the call" in journal.ends_after_call(RUN, ADA, "llm llm-w4: 2.5 s more")
    assert journal.ends_after_call(RUN, ADA, "llm llm-w3 still at work") == ""
    endless = folder(call(1, 1, 20, "Ada"), work("tts-w9", "tts", 19, None))
    assert "to the end" in journal.ends_after_call(endless, ADA, "tts tts-w9 still at work")
