"""The appointment book on a scripted HTTP session."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

from desk.provider import Provider
from desk.retry import RetryPolicy
from desk.settings import Settings
from desk.tools import TOOLS, AppointmentBook
from tests.agents.jumping import now, run


class Session:
    """Answers requests from a list of (status, body)."""

    def __init__(self, *answers: tuple[int, str]) -> None:
        self._answers = list(answers)
        self.requests: list[dict[str, Any]] = []

    @asynccontextmanager
    async def request(self, **request: Any) -> AsyncIterator[SimpleNamespace]:
        self.requests.append(request)
        status, body = self._answers.pop(0)

        async def text() -> str:
            return body

        yield SimpleNamespace(status=status, headers={}, text=text)


def result_of(session: Session, name: str, arguments: str) -> Any:
    async def main() -> dict[str, Any]:
        provider = Provider("tools", 1, RetryPolicy())
        settings = Settings(tools_base_url="http://h/tools")
        book = AppointmentBook(session, provider, settings, "CA1")  # type: ignore[arg-type]
        call = {"id": "call_1", "function": {"name": name, "arguments": arguments}}
        return await book.run(call, now() + 5)

    message = run(main())
    assert (message["role"], message["tool_call_id"]) == ("tool", "call_1")
    return json.loads(message["content"])


def test_looks_up_slots() -> None:
    session = Session((200, '["9:30"]'))
    assert result_of(session, "lookup_slots", '{"date":"Tuesday"}') == ["9:30"]
    request = session.requests[0]
    assert (request["method"], request["url"]) == ("GET", "http://h/tools/slots")
    assert request["params"] == {"date": "Tuesday"}


def test_books_once_however_often_it_asks() -> None:
    session = Session((503, ""), (201, "{}"))
    booking = {"date": "Tuesday", "time": "9:30", "name": "Zoë"}
    assert result_of(session, "book_appointment", json.dumps(booking)) == {}
    first, second = session.requests
    assert (first["method"], first["url"]) == ("POST", "http://h/tools/appointments")
    assert first["json"] == booking
    assert first["headers"] == second["headers"]
    assert first["headers"]["Idempotency-Key"].isalnum()


def test_a_refused_booking_is_told_to_the_model() -> None:
    session = Session((409, "taken"))
    error = result_of(session, "book_appointment", "{}")["error"]
    assert "409" in error
    assert "taken" in error
    assert len(session.requests) == 1


def test_a_confused_model_is_told_so() -> None:
    assert "no tool 'fly'" in result_of(Session(), "fly", "{}")["error"]
    assert "error" in result_of(Session(), "lookup_slots", '{"date":')


def test_every_parameter_is_required() -> None:
    for tool in TOOLS:
        schema = tool["function"]["parameters"]
        assert list(schema["properties"]) == schema["required"]
