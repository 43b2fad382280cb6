"""One pacing wheel per process: every 20 ms each live call sends a frame, hears one, and thinks."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from kernel.actor import Emit, End, Instruction, Nudge, Nudged
from kernel.clock import MILLISECOND_NS, Clock
from kernel.timeline import Timeline
from speech.ear import Ear
from speech.encoding import Encoding

from ..callers.messages import Answered, LineClosed, Said, Say, SayBegan, TurnBegan
from ..protocols.media_streams import RATE_HZ
from .energy import voiced_spans
from .lateness import LATE_NS, Lateness
from .phone import Noticed, Phone
from .playout import FRAME_NS, SILENCE

SLOTS = 4
SLOT_NS = FRAME_NS // SLOTS
SLOT_CALLS = 16
"""A slot takes so many calls before the next one is used."""
CATCH_UP_FRAMES = 5
"""So many frames of a call go out at once after a delay; the rest 20 ms later."""
PREPARE_NS = MILLISECOND_NS
"""So long a turn may be held up by words that will be said."""
PERCEIVE_EVERY = 2
"""Turns of the wheel between two moments at which callers notice what they hear. What is heard of
two frames at once costs little more than of one."""
MUFFLED_EVERY = 10
"""Turns of the wheel between two looks for speech without data band."""
LAST_SILENCE = SILENCE * 10
"""What an ear must hear to let go of the last symbols of a call that was closed."""


class Wheel:
    """Calls are spread over the slots of a revolution; the ear hears all of them once in one.

    `run` turns it for as long as there are calls; a caller's actor acts only within `tell`.
    """

    def __init__(self, clock: Clock) -> None:
        self.lateness = Lateness()
        self._clock = clock
        self._zero_ns = clock.now_ns()
        self._slots: list[list[Phone]] = [[] for _ in range(SLOTS)]
        self._due_ns = [0] * SLOTS  # the next turn of each slot
        self._ear = Ear(RATE_HZ)
        self._phones: dict[int, Phone] = {}  # by their stream at the ear
        self._played: list[tuple[Phone, int, bytes]] = []  # with the instant each frame began
        self._unheard: dict[int, list[bytes]] = {}
        self._timeline = Timeline()
        self._to_prepare: deque[Phone] = deque()
        self._revolutions = 0
        self._busy = asyncio.Event()

    @property
    def live(self) -> int:
        """Calls on the wheel."""
        return len(self._phones)

    def join(self, phone: Phone) -> None:
        """Take on a call that has just been answered."""
        slot = self._roomiest()
        self._due_ns[slot] = self._next_ns(slot)
        stream = self._ear.open(Encoding.MULAW)
        phone.begin(self._due_ns[slot], stream)
        self._slots[slot].append(phone)
        self._phones[stream] = phone
        self._busy.set()
        self.tell(phone, Answered())

    def _roomiest(self) -> int:
        """The first slot that is not full, else the emptiest: few calls need few turns."""
        for slot, phones in enumerate(self._slots):
            if len(phones) < SLOT_CALLS:
                return slot
        return min(range(SLOTS), key=lambda slot: len(self._slots[slot]))

    def close(self, phone: Phone, closed: LineClosed) -> None:
        """The call was taken away. What was played of the agent until then is heard first."""
        if phone.over:
            return
        self._perceive()
        self._hear({phone.stream: LAST_SILENCE})
        self._notice(phone, phone.listening.flush())
        if not phone.over:
            self.tell(phone, closed)

    def tell(self, phone: Phone, message: object) -> None:
        """Give a caller a message and do what it decides."""
        now_ns = self._clock.now_ns()
        for instruction in phone.caller.receive(message, now_ns):
            self._carry_out(phone, instruction, now_ns)

    async def run(self) -> None:
        """Turn until cancelled."""
        while True:
            if not self._phones:
                self._busy.clear()
                await self._busy.wait()
            slot = min(self._occupied(), key=self._due_ns.__getitem__)
            await self._clock.sleep_until(self._due_ns[slot])
            self._turn(slot)
            # A turn that was late is not made up for at once: what it left waits for the next.
            self._due_ns[slot] = self._next_ns(slot)

    def _occupied(self) -> list[int]:
        return [slot for slot, phones in enumerate(self._slots) if phones]

    def _next_ns(self, slot: int) -> int:
        """The next turn of a slot after now."""
        tick = (self._clock.now_ns() - self._zero_ns) // SLOT_NS + 1
        return self._zero_ns + (tick + (slot - tick) % SLOTS) * SLOT_NS

    def _turn(self, slot: int) -> None:
        self._happen()
        for _ in range(CATCH_UP_FRAMES):
            if not self._frame(slot):
                break
        if slot == next(iter(self._occupied()), slot):
            self._revolutions += 1
            if self._revolutions % PERCEIVE_EVERY == 0:
                self._perceive()
            if self._revolutions % MUFFLED_EVERY == 0:
                self._look_for_muffled()
        self._prepare()

    def _prepare(self) -> None:
        """Make the sound of words that will be said; it takes longer than anything else here."""
        until_ns = self._clock.now_ns() + PREPARE_NS
        while self._to_prepare and self._clock.now_ns() < until_ns:
            phone = self._to_prepare[0]
            if phone.over or not phone.prepare():
                self._to_prepare.popleft()

    def _happen(self) -> None:
        """What callers have planned for now."""
        for phone, item, _ in self._timeline.due(self._clock.now_ns()):
            assert isinstance(phone, Phone)
            if isinstance(item, Say):
                began = phone.say(item)
                phone.report(_told(item, began), began.from_at_ns)
                self.tell(phone, began)
            else:
                self.tell(phone, item)

    def _frame(self, slot: int) -> bool:
        """The next frame of every call of a slot that is due one; False if none is due another."""
        lost: list[Phone] = []
        behind = False
        for phone in self._slots[slot]:
            late_ns = self._clock.now_ns() - phone.due_ns
            if late_ns < 0:
                continue
            behind |= late_ns >= FRAME_NS
            self.lateness.add(late_ns)
            phone.late += late_ns > LATE_NS
            frame_ns = phone.due_ns - FRAME_NS
            played, alive = phone.turn(late_ns)
            if played is not SILENCE or phone.listening.sounding:
                self._played.append((phone, frame_ns, played))
            if phone.to_hear(played):
                self._unheard.setdefault(phone.stream, []).append(played)
            if not alive:
                lost.append(phone)
        for phone in lost:
            self.close(phone, LineClosed("network", "not_reading"))
        return behind

    def _perceive(self) -> None:
        """All callers notice what was played to them since the last time."""
        played, self._played = self._played, []
        spans = voiced_spans([frame for _, _, frame in played])
        for (phone, frame_ns, _), span in zip(played, spans, strict=True):
            if not phone.over:
                self._notice(phone, phone.notice_energy(frame_ns, span))
        unheard, self._unheard = self._unheard, {}
        self._hear({stream: b"".join(frames) for stream, frames in unheard.items()})

    def _look_for_muffled(self) -> None:
        for stream, phone in self._phones.items():
            if phone.listening.sounding and not phone.muffled:
                phone.muffled = self._ear.muffled(stream)

    def _hear(self, sounds: dict[int, bytes]) -> None:
        if not sounds:
            return
        for symbol in self._ear.hear(sounds):
            phone = self._phones.get(symbol.stream)
            if phone:
                self._notice(phone, phone.notice_symbol(symbol))

    def _notice(self, phone: Phone, messages: Iterable[Noticed]) -> None:
        for message in messages:
            self.tell(phone, message)

    def _carry_out(self, phone: Phone, instruction: Instruction, now_ns: int) -> None:
        match instruction:
            case Emit(withdraw=True, key=key):
                self._timeline.withdraw(phone, key)
            case Emit(output=Say() as say, at_ns=at_ns, key=key):
                self._timeline.add(phone, say, now_ns if at_ns is None else at_ns, key)
                if not say.keys:
                    phone.plan(say)
                    self._to_prepare.append(phone)
            case Emit(output=output):
                phone.report(output, now_ns)
            case Nudge(key=key, at_ns=None):
                self._timeline.withdraw(phone, key)
            case Nudge(key=key, at_ns=int(at_ns)):
                self._timeline.add(phone, Nudged(key), at_ns, key)
            case End():
                self._release(phone)

    def _release(self, phone: Phone) -> None:
        """The caller is done: off the wheel, and what still sounded is told as far as it was."""
        self._notice(phone, phone.listening.flush())
        phone.muffled = phone.muffled or self._ear.muffled(phone.stream)
        self._timeline.drop(phone)
        for slot in self._slots:
            if phone in slot:
                slot.remove(phone)
        self._unheard.pop(phone.stream, None)
        del self._phones[phone.stream]
        self._ear.close(phone.stream)
        phone.end()


def _told(say: Say, began: SayBegan) -> TurnBegan | Said:
    if say.aside:
        return Said(say, began.from_at_ns, began.until_at_ns)
    return TurnBegan(say, began.from_at_ns)
