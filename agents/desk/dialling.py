"""Placing calls over Twilio's REST API."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import aiohttp

from .provider import CONNECT_S, Provider, failures_of
from .retry import ProviderDown, ProviderError, retry_after_s
from .settings import Settings

TIMEOUT = aiohttp.ClientTimeout(total=5.0, sock_connect=CONNECT_S)


class Dialler:
    """Orders calls from the account of the settings."""

    def __init__(self, provider: Provider, settings: Settings) -> None:
        self._provider = provider
        account = settings.twilio_account_sid
        self._url = f"{settings.twilio_base_url}/2010-04-01/Accounts/{account}/Calls.json"
        self._auth = _basic(account, settings.twilio_auth_token or "none")

    async def place(self, order: Mapping[str, str], deadline: float) -> str:
        """The SID of the call. Raises ProviderDown if it cannot be placed.

        Only what Twilio has refused is tried again: an order whose answer was lost may have been
        carried out, and nobody wants to be called twice.
        """
        retries = self._provider.retries(deadline)
        async with self._provider.stream(deadline):
            while True:
                try:
                    with failures_of("twilio"):
                        return await self._attempt(order)
                except ProviderError as error:
                    if error.status is None:
                        raise ProviderDown(str(error)) from error
                    await retries.pause(error)

    async def _attempt(self, order: Mapping[str, str]) -> str:
        async with (
            aiohttp.ClientSession(
                headers={"Authorization": self._auth}, timeout=TIMEOUT
            ) as session,
            session.post(self._url, data=order) as response,
        ):
            if response.status >= 400:
                wait_s = retry_after_s(response.headers)
                raise ProviderError("twilio", response.status, await response.text(), wait_s)
            call = await response.json()
        self._provider.succeeded()
        return str(call["sid"])


def _basic(user: str, secret: str) -> str:
    """An `Authorization` header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()
