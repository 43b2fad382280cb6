"""The clinic's appointment book: the tools of the language model and the HTTP calls behind them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import aiohttp

from .openai import Message
from .provider import CONNECT_S, Provider, failures_of
from .retry import ProviderDown, ProviderError, retry_after_s
from .settings import Settings

TIMEOUT = aiohttp.ClientTimeout(total=5.0, sock_connect=CONNECT_S)


def _tool(name: str, description: str, /, **parameters: str) -> Message:
    properties = {key: {"type": "string", "description": text} for key, text in parameters.items()}
    schema = {"type": "object", "properties": properties, "required": list(parameters)}
    function = {"name": name, "description": description, "parameters": schema}
    return {"type": "function", "function": function}


TOOLS = [
    _tool("lookup_slots", "Free appointments on a day.", date="The day, as the caller says it."),
    _tool(
        "book_appointment",
        "Books a free appointment.",
        date="The day, as in lookup_slots.",
        time="One of the free times.",
        name="The caller's full name.",
    ),
]


class AppointmentBook:
    """Carries out tool calls of one telephone call."""

    def __init__(
        self, session: aiohttp.ClientSession, provider: Provider, settings: Settings, call_sid: str
    ) -> None:
        self._session, self._provider = session, provider
        self._url, self._call_sid = settings.tools_base_url, call_sid

    async def run(self, call: Message, deadline: float) -> Message:
        """The message of role `tool` that answers a tool call; failures are told to the model."""
        name = call["function"]["name"]
        try:
            result = await self._request(name, json.loads(call["function"]["arguments"]), deadline)
        except (ProviderDown, ValueError, TypeError) as error:
            result = json.dumps({"error": str(error)})
        return {"role": "tool", "tool_call_id": call["id"], "content": result}

    async def _request(self, name: str, arguments: dict[str, Any], deadline: float) -> str:
        match name:
            case "lookup_slots":
                request: dict[str, Any] = {"method": "GET", "url": f"{self._url}/slots"}
                request["params"] = {"date": str(arguments.get("date", ""))}
            case "book_appointment":
                request = {"method": "POST", "url": f"{self._url}/appointments", "json": arguments}
                # One key for all attempts: a booking whose answer was lost is not made twice.
                key = self._call_sid + json.dumps(arguments, sort_keys=True)
                digest = hashlib.sha256(key.encode()).hexdigest()
                request["headers"] = {"Idempotency-Key": digest}
            case _:
                raise ValueError(f"there is no tool {name!r}")
        retries = self._provider.retries(deadline)
        async with self._provider.stream(deadline):
            while True:
                try:
                    with failures_of("tools"):
                        return await self._attempt(request)
                except ProviderError as error:
                    await retries.pause(error)

    async def _attempt(self, request: dict[str, Any]) -> str:
        async with self._session.request(**request, timeout=TIMEOUT) as response:
            body = await response.text()
            if response.status >= 400:
                raise ProviderError("tools", response.status, body, retry_after_s(response.headers))
        self._provider.succeeded()
        return body
