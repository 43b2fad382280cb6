"""Calls an agent, and is called by it, as Twilio does: webhook, TwiML, media streams."""

from __future__ import annotations

from typing import ClassVar, Self

from kernel.clock import Clock
from kernel.control import ACCOUNT_SID

from ..planning.plan import PlannedCall, Target
from ..protocols import twilio
from .link import Answered, Network, NoNetwork, Refused
from .twilio_call import TwilioCall
from .twilio_callees import Callees
from .twilio_leg import inbound
from .twilio_streams import Place
from .twilio_web import AgentWeb


class TwilioTransport:
    """Dials one target; an async context. Takes any number of calls at once.

    A `ws://` or `wss://` target is a media stream without a webhook before it. One that has
    `dial_out` is told to place the calls itself.
    """

    schemes: ClassVar[tuple[str, ...]] = ("http", "https", "ws", "wss")

    def __init__(
        self, target: Target, clock: Clock, *, seed: int = 0, network: Network | None = None
    ) -> None:
        self._target, self._seed = target, seed
        self._web = AgentWeb(target)
        self._place = Place(target, self._web, clock, network or NoNetwork())
        self._callees = Callees(self._place, seed)

    async def __aenter__(self) -> Self:
        await self._web.open()
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._web.close()

    async def dial(self, call: PlannedCall) -> Answered | Refused:
        """Ask the agent for a call; never raises for what the agent does."""
        if self._target.dial_out:
            return await self._callees.be_called(call, self._target.dial_out)
        sid = twilio.sid("CA", self._seed, call.span)
        leg = inbound(self._target, sid, ACCOUNT_SID, call.from_number)
        return await TwilioCall(self._place, leg, float(call.persona.patience_s)).set_up()
