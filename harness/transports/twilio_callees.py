"""The people whom an agent calls: each waits for a call to its number, and nobody else answers."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass

from kernel.control import CallOrder, CallStatus

from ..planning.plan import PlannedCall
from ..planning.reach import DialOut
from ..protocols.twilio import CALLED_NUMBER
from .link import Answered, Refused
from .twilio_call import TwilioCall
from .twilio_leg import outbound
from .twilio_progress import Progress
from .twilio_streams import Place


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Somebody at the telephone. `call` is set once the agent has ordered it."""

    patience_s: float
    call: asyncio.Future[TwilioCall]

    @property
    def taken(self) -> TwilioCall | None:
        return self.call.result() if self.call.done() and not self.call.cancelled() else None


class Callees:
    """Has the agent told to place calls, and takes those that it orders, whoever told it to."""

    def __init__(self, place: Place, seed: int) -> None:
        self._place, self._seed = place, seed
        self._waiting: dict[str, deque[_Waiting]] = defaultdict(deque)
        self._calls: dict[str, TwilioCall | None] = {}  # the last one of everybody who waited
        place.network.serve(self.take)

    async def be_called(self, call: PlannedCall, dial_out: DialOut) -> Answered | Refused:
        """Tell the agent to call this person, and let the person answer."""
        waiting = _Waiting(
            float(call.persona.patience_s), asyncio.get_running_loop().create_future()
        )
        queue = self._waiting[call.from_number]
        queue.append(waiting)
        self._calls.setdefault(call.from_number, None)
        try:
            found = await self._ordered(waiting, call, dial_out)
        except BaseException:
            if waiting.taken:  # in the turn of the loop in which the wait was called off
                await waiting.taken.hang_up()
            raise
        finally:
            if waiting in queue:
                queue.remove(waiting)
        return found if isinstance(found, Refused) else await found.set_up()

    async def _ordered(
        self, waiting: _Waiting, call: PlannedCall, dial_out: DialOut
    ) -> TwilioCall | Refused:
        """The call, as soon as it is ordered. An agent may answer when it has ordered it, or only
        when the call is over."""
        facts = {name: fact.value for name, fact in call.facts.items()}
        body = dial_out.told(call.from_number, CALLED_NUMBER, facts)
        asked = self._place.web.ask(str(dial_out.url), body)
        try:
            async with asyncio.timeout(float(dial_out.within_s)):
                await asyncio.wait((asked, waiting.call), return_when=asyncio.FIRST_COMPLETED)
                if not waiting.call.done() and (refused := asked.result()):
                    return refused
                return await waiting.call
        except TimeoutError:
            if waiting.taken:
                return waiting.taken
            shown = self._place.target.shown(dial_out.url)
            said = "took the task" if asked.done() else "did not answer"
            detail = f"{shown} {said}, and no call was ordered within {dial_out.within_s}"
            return Refused("no_order", "info", step="dial_out", detail=detail)
        finally:
            if not waiting.taken:
                asked.cancel()

    def take(self, order: CallOrder) -> None:
        """A call that the agent has ordered."""
        assert order.dial is not None
        number = order.dial.to_number
        leg = outbound(self._place.target, order, self._seed)
        queue = self._waiting.get(number)
        while queue and queue[0].call.done():  # nobody waits, though the task has yet to learn it
            queue.popleft()
        if queue:
            waiting = queue.popleft()
            call = self._calls[number] = TwilioCall(self._place, leg, waiting.patience_s)
            waiting.call.set_result(call)
            return
        status, why = self._absence(number)
        progress = Progress(self._place, leg)
        progress.become("queued")
        progress.become(status)
        self._place.network.miss(order, status, why)

    def _absence(self, number: str) -> tuple[CallStatus, str]:
        """Why nobody takes a call to this number."""
        if number not in self._calls:
            return "failed", "nobody waits for a call at this number"
        last = self._calls[number]
        if last and not last.is_over:
            return "busy", "this person is on the telephone already"
        return "no-answer", "this person does not wait for a call any more"
