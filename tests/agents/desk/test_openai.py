import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.openai import Reply, ServerSentEvents
from desk.retry import ProviderError

STREAM = b': hello\r\n\r\ndata: {"a":1}\r\n\r\ndata:two\n\ndata: [DONE]\n\n'


@given(st.integers(1, len(STREAM)))
def test_events_arrive_in_pieces_of_any_size(size: int) -> None:
    events = ServerSentEvents()
    pieces = (STREAM[at : at + size] for at in range(0, len(STREAM), size))
    assert [data for piece in pieces for data in events.feed(piece)] == ['{"a":1}', "two", "[DONE]"]


def chunk(finish: str | None = None, **delta: object) -> str:
    return json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def test_text_grows() -> None:
    reply = Reply()
    assert reply.add(chunk(role="assistant", content="")) == ""
    assert reply.add(chunk(content="Sure")) == "Sure"
    assert reply.add(chunk(content=", Ann.")) == ", Ann."
    assert not reply.finished
    assert reply.add(chunk("stop")) == ""
    assert reply.add('{"choices":[],"usage":{"total_tokens":9}}') == ""
    assert (reply.text, reply.tool_calls, reply.finished) == ("Sure, Ann.", [], True)


def test_tool_calls_are_put_together_by_index() -> None:
    reply = Reply()
    for part in (
        {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}},
        {"index": 0, "function": {"arguments": '{"x":'}},
        {"index": 0, "function": {"arguments": "1}"}},
        {"index": 1, "id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}},
    ):
        assert reply.add(chunk(content=None, tool_calls=[part])) == ""
    reply.add(chunk("tool_calls"))
    assert reply.finished
    assert reply.tool_calls == [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}},
        {"id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}},
    ]


def test_an_error_in_the_stream_is_a_failure() -> None:
    with pytest.raises(ProviderError, match="overloaded"):
        Reply().add('{"error":{"message":"overloaded","type":"server_error"}}')
