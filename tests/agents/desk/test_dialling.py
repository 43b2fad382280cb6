"""Placing calls, on a Twilio that answers what the test says."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from desk import dialling
from desk.dialling import Dialler
from desk.provider import Provider
from desk.retry import ProviderDown, RetryPolicy
from desk.settings import Settings
from tests.agents.jumping import now, run

ORDER = {"To": "+14155550101", "From": "+14155550100"}


class Twilio:
    """Answers with statuses, or raises; stands for the sessions of the module."""

    def __init__(self, *answers: int | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, Any]] = []

    def __call__(self, **session: Any) -> Twilio:
        self.session = session
        return self

    async def __aenter__(self) -> Twilio:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    @asynccontextmanager
    async def post(self, url: str, data: Any) -> AsyncIterator[SimpleNamespace]:
        self.asked.append((url, data))
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer

        async def text() -> str:
            return "no"

        async def json() -> dict[str, str]:
            return {"sid": "CA1"}

        yield SimpleNamespace(status=answer, headers={}, text=text, json=json)


def placed(twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(dialling.aiohttp, "ClientSession", twilio)

    async def main() -> str:
        settings = Settings(
            twilio_base_url="http://h", twilio_account_sid="AC1", twilio_auth_token="t"
        )
        dialler = Dialler(Provider("twilio", 1, RetryPolicy()), settings)
        return await dialler.place(ORDER, now() + 10)

    return run(main())


def test_a_call_is_ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    twilio = Twilio(201)
    assert placed(twilio, monkeypatch) == "CA1"
    assert twilio.asked == [("http://h/2010-04-01/Accounts/AC1/Calls.json", ORDER)]
    key = base64.b64encode(b"AC1:t").decode()
    assert twilio.session["headers"] == {"Authorization": f"Basic {key}"}


def test_what_was_refused_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    twilio = Twilio(429, 503, 201)
    assert placed(twilio, monkeypatch) == "CA1"
    assert len(twilio.asked) == 3


@pytest.mark.parametrize("answer", [400, TimeoutError(), aiohttp.ServerDisconnectedError()])
def test_what_may_have_been_carried_out_is_not(
    answer: int | Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    twilio = Twilio(answer, 201)
    with pytest.raises(ProviderDown):
        placed(twilio, monkeypatch)
    assert len(twilio.asked) == 1
