"""Calls an agent as Twilio does: webhook, TwiML, media streams."""

from __future__ import annotations

from typing import ClassVar, Self

from kernel.clock import Clock
from kernel.control import ACCOUNT_SID

from ..planning.plan import PlannedCall, Target
from ..protocols import twilio
from .link import Answered, Network, NoNetwork, Refused
from .twilio_call import TwilioCall
from .twilio_streams import Place
from .twilio_web import AgentWeb


class TwilioTransport:
    """Dials one target; an async context. Takes any number of calls at once.

    A `ws://` or `wss://` target is a media stream without a webhook before it.
    """

    schemes: ClassVar[tuple[str, ...]] = ("http", "https", "ws", "wss")

    def __init__(
        self, target: Target, clock: Clock, *, seed: int = 0, network: Network | None = None
    ) -> None:
        self._seed = seed
        self._web = AgentWeb(target)
        self._place = Place(target, self._web, clock, network or NoNetwork(), ACCOUNT_SID)

    async def __aenter__(self) -> Self:
        await self._web.open()
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._web.close()

    async def dial(self, call: PlannedCall) -> Answered | Refused:
        """Ask the agent for a call; never raises for what the agent does."""
        sid = twilio.sid("CA", self._seed, call.span)
        return await TwilioCall(self._place, call, sid).set_up()
