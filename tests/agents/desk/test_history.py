from desk import phrases
from desk.history import History
from desk.openai import Reply

SYSTEM = {"role": "system", "content": phrases.SYSTEM}


def test_asks_for_a_greeting_without_keeping_the_question() -> None:
    history = History()
    assert history.opening() == [SYSTEM, {"role": "system", "content": phrases.GREET}]
    assert history.messages == [SYSTEM]


def test_keeps_what_was_said_and_heard() -> None:
    history = History()
    history.caller("Hello?")
    history.agent("")
    history.agent("Hello.")
    assert history.messages[1:] == [
        {"role": "user", "content": "Hello?"},
        {"role": "assistant", "content": "Hello."},
    ]


def test_tool_calls_and_results_stand_together() -> None:
    history = History()
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    result = {"role": "tool", "tool_call_id": "a", "content": "[]"}
    history.tools(Reply("Let me see. ", [call]), [result])
    history.tools(Reply("", [call]), [result])
    assert history.messages[1:] == [
        {"role": "assistant", "content": "Let me see.", "tool_calls": [call]},
        result,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        result,
    ]
