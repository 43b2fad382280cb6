"""A large run, written by rule: what a judge meets after ten thousand calls."""

from __future__ import annotations

from kernel.roll import roll
from tests.harness.histories import Caller, Story

_LINES = ("I would like to book.", "The first one, please.", "No, that is all. Goodbye.")
_REPLIES = ("Sure, {name}. Which day?", "You are booked. Anything else?", "Goodbye, {name}.")


def large_run(
    calls: int, *, rate: float = 4.0, flawed: int = 0, damaged: float = 0.0, pooled: bool = False
) -> Story:
    """Calls of three turns at a constant rate: baseline, a throttled surge, recovery.

    The first `flawed` calls of the surge are cut off after their first turn. All provider work is
    there, and none of it is joined. A share of it is `damaged`: no identity is readable in it, and
    the LLM was told a summary without the caller's name. A `pooled` client shares five connections
    to the LLM among all calls; any other has one per call, as all have to the STT.
    """
    third = calls / rate / 3
    story = Story(dialogues={"book": {"done": {"heard": "booked"}}}).instrument()
    story.phase("baseline", 0, third).phase("surge", third, 2 * third)
    story.phase("recovery", 2 * third, 3 * third)
    story.fault("llm-429", "llm", at=third, until=1.8 * third, identities=calls // 5)
    for number in range(1, calls + 1):
        at = number / rate
        surge = third < at < 1.7 * third
        facts = {"name": f"Caller {_spelled(number)}"}
        caller = story.call(number, at=at, lines=3, facts=facts)
        talk = _Talk(caller, number, facts["name"], damaged, pooled)
        talk.greeting()
        cut = surge and number <= calls / 3 + flawed
        for turn in range(1 if cut else 3):
            talk.exchange(turn, throttled=surge and number % 5 == 0)
        caller.ends(*(("closed", 0.5, "info", "agent") if cut else ("completed",)))
    return story.ends(calls / rate + 60)


def _spelled(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


class _Talk:
    """One call, and the provider work behind it."""

    def __init__(
        self, caller: Caller, number: int, name: str, damaged: float, pooled: bool
    ) -> None:
        self.caller, self.number, self.name = caller, number, name
        self.damaged, self.pooled = damaged, pooled

    def greeting(self) -> None:
        caller, at = self.caller, self.caller.now
        text = f"Hello, you are number {self.number % 200}."
        identity = self.voice(0)
        caller.causes("llm", at + 0.1, at + 0.4, text_out=text, purpose="greeting",
                      connection=self.connection(0))  # fmt: skip
        caller.causes("tts", at + 0.4, at + 0.7, text_in=text, identity=self.number << 4)
        caller.hears(text, after=0.8, role="greeting", identity=identity)

    def exchange(self, turn: int, *, throttled: bool) -> None:
        caller = self.caller
        said = (f"This is {self.name}. " if turn == 0 else "") + _LINES[turn]
        caller.says(said)
        at = caller.now
        spoken = None if self.is_damaged("stt", turn) else self.number << 7 | turn + 1
        caller.causes("stt", at - 2, at + 0.1, text_out=said, identity=spoken,
                      connection=f"tcp{self.number}")  # fmt: skip
        told = "" if self.is_damaged("llm", turn) else self.name
        asked = {"text_in": said, "history": told, "connection": self.connection(turn + 1)}
        delay = 0.0
        if throttled:
            caller.causes("llm", at + 0.2, at + 0.21, type="fail", status=429, retry_after_s=1.0,
                          bites=["llm-429"], **asked)  # fmt: skip
            delay = 1.0
        reply = _REPLIES[turn].format(name=self.name)
        caller.causes("llm", at + 0.25 + delay, at + 0.5 + delay, text_out=reply, line=turn,
                      **asked)  # fmt: skip
        caller.causes("tts", at + 0.5 + delay, at + 0.7 + delay, text_in=reply,
                      identity=self.number << 4 | turn + 1)  # fmt: skip
        caller.hears(reply, after=0.8 + delay, identity=self.voice(turn + 1))

    def voice(self, utterance: int) -> int | None:
        """The identity that the caller's ear reads."""
        return None if self.is_damaged("ear", utterance) else self.number << 4 | utterance

    def connection(self, request: int) -> str:
        return f"tcp{(self.number + request) % 5 if self.pooled else self.number}"

    def is_damaged(self, what: str, turn: int) -> bool:
        return roll(1, self.number, what, turn) < self.damaged
