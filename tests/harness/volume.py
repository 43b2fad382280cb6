"""A large run, written by rule: what a judge meets after ten thousand calls."""

from __future__ import annotations

from tests.harness.histories import Caller, Story

_LINES = ("I would like to book.", "The first one, please.", "No, that is all. Goodbye.")
_REPLIES = ("Sure, {name}. Which day?", "You are booked. Anything else?", "Goodbye, {name}.")


def large_run(calls: int, *, rate: float = 4.0, flawed: int = 0) -> Story:
    """Calls of three turns at a constant rate: baseline, a throttled surge, recovery.

    The first `flawed` calls of the surge are cut off after their first turn. All provider work is
    there, and none of it is joined: identities, facts, spoken text and connections must do it.
    """
    third = calls / rate / 3
    story = Story(dialogues={"book": {"done": {"heard": "booked"}}}).instrument()
    story.phase("baseline", 0, third).phase("surge", third, 2 * third)
    story.phase("recovery", 2 * third, 3 * third)
    story.fault("llm-429", "llm", at=third, until=1.8 * third, identities=calls // 5)
    for number in range(1, calls + 1):
        at = number / rate
        throttled = third < at < 1.7 * third
        facts = {"name": f"Caller {_spelled(number)}"}
        caller = story.call(number, at=at, lines=3, facts=facts)
        _greeted(caller, number)
        cut = throttled and number <= calls / 3 + flawed
        for turn in range(1 if cut else 3):
            _exchange(caller, number, turn, throttled=throttled and number % 5 == 0)
        caller.ends(*(("closed", 0.5, "info", "agent") if cut else ("completed",)))
    return story.ends(calls / rate + 60)


def _spelled(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def _greeted(caller: Caller, number: int) -> None:
    text, at, story = f"Hello, you are number {number}.", caller.now, caller.story
    caller.hears(text, after=0.8, role="greeting", identity=number << 4)
    story.work("llm", at + 0.1, at + 0.4, text_out=text, purpose="greeting")
    story.work("tts", at + 0.4, at + 0.7, text_in=text, identity=number << 4)


def _exchange(caller: Caller, number: int, turn: int, *, throttled: bool) -> None:
    story, name = caller.story, caller._head["facts"]["name"]
    said = (f"This is {name}. " if turn == 0 else "") + _LINES[turn]
    caller.says(said)
    at, connection = caller.now, f"tcp{number}"
    story.work("stt", at - 2, at + 0.1, text_out=said, identity=number << 7 | turn + 1)
    asked = {"text_in": said, "history": f"{name} {turn}", "connection": connection}
    delay = 0.0
    if throttled:
        story.work("llm", at + 0.2, at + 0.21, type="fail", status=429, retry_after_s=1.0,
                   bites=["llm-429"], **asked)  # fmt: skip
        delay = 1.0
    reply = _REPLIES[turn].format(name=name)
    story.work("llm", at + 0.25 + delay, at + 0.5 + delay, text_out=reply, line=turn, **asked)
    identity = number << 4 | turn + 1
    story.work("tts", at + 0.5 + delay, at + 0.7 + delay, text_in=reply, identity=identity)
    caller.hears(reply, after=0.8 + delay, identity=identity)
