import pytest

from kernel.dialogue import ToolCall
from mocks.mind.conversation import Message, ToolCallMade
from mocks.mind.recall import facts_in, summaries
from tests.mocks.scripted import AGENT, BOOK, GREETED, user


def test_a_summary_is_known_by_its_start_whoever_brings_it() -> None:
    told = [
        Message("user", "Conversation summary: Ada wants to book."),
        Message("assistant", "<chat_history_summary>Ada wants to book.</chat_history_summary>"),
        Message("system", "Summary of the call so far: Ada wants to book."),
    ]
    others = [GREETED, user("Hi."), Message("tool", "summary"), user("x" * 300 + " summary")]
    assert summaries([AGENT, *others, *told]) == [message.text for message in told]


def test_the_first_message_is_the_authors() -> None:
    assert summaries([Message("system", "Summarize the conversation.")]) == []


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (ToolCallMade("1", "lookup_slots", {"date": "2026-12-03"}), {"date": "2026-12-03"}),
        (ToolCallMade("1", "lookupSlots", {"visit_date": "2026-12-03"}), {"date": "2026-12-03"}),
        (ToolCallMade("1", "lookup_slots", {"day": "2026-12-03"}), {"date": "2026-12-03"}),
        (ToolCallMade("1", "lookup_slots", {"date": 3}), {}),
        (ToolCallMade("1", "cancel", {"date": "2026-12-03"}), {}),
        (
            ToolCallMade("1", "book_appointment", {"time": "09:00", "name": "Ada King"}),
            {"name": "Ada King"},
        ),
    ],
)
def test_a_tool_was_called_with_what_was_heard(call: ToolCallMade, facts: dict[str, str]) -> None:
    assert facts_in(BOOK, [call]) == facts


def test_the_latest_call_wins() -> None:
    calls = [ToolCallMade("1", "lookup_slots", {"date": day}) for day in ("Monday", "Tuesday")]
    assert facts_in(BOOK, calls) == {"date": "Tuesday"}
    assert ToolCall.parse("lookup_slots(date={date})").arguments == {"date": "{date}"}
