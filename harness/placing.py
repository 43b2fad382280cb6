"""Places calls: dials, puts them on the wheel, hangs up, and has all of it told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from kernel.clock import Clock
from kernel.dialogue import Dialogue, fill

from .call_log import CallLog, Record
from .callers.behaviour import behaviour
from .callers.manners import Manners
from .callers.messages import LineClosed
from .callers.talking import Talking
from .media.clips import NO_CLIPS, Clips
from .media.phone import Phone
from .media.wheel import Wheel
from .planning.plan import PlannedCall
from .recorder import Kept
from .transports.link import Answered, Ended, Link, Refused, Transport


@dataclass(slots=True)
class Placing:
    """What all calls of a run share.

    keep       takes what was said and heard, when a call is over, and tells what became of it
    dialogues  those of the plan: what the agent will answer, if it says what its model says
    clips      recordings of the agent that callers know
    stop_how   what a call comes to that is cancelled from now on
    """

    transport: Transport
    wheel: Wheel
    clock: Clock
    record: Record
    manners: Manners
    keep: Callable[[CallLog, Phone], Kept]
    dialogues: Mapping[str, Dialogue] = field(default_factory=dict)
    stop_how: str = "stopped"
    clips: Clips = NO_CLIPS

    async def place(self, call: PlannedCall) -> CallLog:
        """Dial, talk, hang up. Cancelling it ends the call and is told as such, then raised."""
        log = CallLog(call, self.record)
        log.dialled(self.clock.now_ns())
        try:
            signal = await self.transport.dial(call)
        except asyncio.CancelledError:
            log.given_up(self.stop_how, self.clock.now_ns())
            raise
        if isinstance(signal, Refused):
            log.refused(signal, self.clock.now_ns())
        else:
            await self._talk(call, signal, log)
        return log

    async def _talk(self, call: PlannedCall, answered: Answered, log: CallLog) -> None:
        link = answered.link
        log.answered(answered, self.clock.now_ns())
        caller = Talking(
            call.lines,
            call.answers,
            patience_s=call.persona.patience_s,
            pause_s=call.persona.pause_s,
            manners=self.manners,
            replies=self._replies(call),
            keyed=call.keyed,
            pauses=call.pauses,
            behaviours=[
                (each.line, behaviour(each.kind, each.written)) for each in call.behaviours
            ],
            called=answered.called,
        )
        over = asyncio.Event()
        phone = Phone(call.number, call.voice, link, caller, log.report, over.set, self.clips)
        self.wheel.join(phone)
        receiving = asyncio.create_task(self._receive(phone, link))
        try:
            await over.wait()
        except asyncio.CancelledError:
            self.wheel.close(phone, LineClosed("us", self.stop_how))
            raise
        finally:
            await link.hang_up()
            await receiving
            log.media(phone, self.keep(log, phone), self.clock.now_ns())

    def _replies(self, call: PlannedCall) -> Mapping[int, Sequence[str]]:
        """Number of a line → what the script may answer to it in the end."""
        dialogue = self.dialogues.get(call.dialogue)
        said = {name: fact.said for name, fact in call.facts.items()}
        replies = dialogue.replies if dialogue else {}
        return {
            number: [fill(text, said) for text in reply.ends if text]
            for number, reply in replies.items()
        }

    async def _receive(self, phone: Phone, link: Link) -> None:
        ended = Ended("network", "cut")
        try:
            ended = await link.receive()
        finally:
            if ended.by != "caller":
                self.wheel.close(phone, LineClosed(ended.by, ended.how, ended.words))
