"""Turn-taking, with a line, an ear and an agent that do what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from desk import phrases
from desk.call import HELLO_S, SETTLE_S, UNHEARD_S, Call
from desk.deepgram import Transcript
from desk.retry import ProviderDown
from tests.agents.jumping import now, run

QUIET, LOUD = b"\xff" * 160, b"\x80\x00" * 80


class Line:
    """Up for `lasts_s`, or until somebody hangs up."""

    call_sid = "CA1"
    played = 0

    def __init__(self, lasts_s: float) -> None:
        self._lasts_s = lasts_s
        self._over = asyncio.Event()
        self.cleared: list[float] = []
        self.frames: list[bytes] = []
        self.keys: list[tuple[float, str]] = []

    async def receive(self, hear: Callable[[bytes], None], press: Callable[[str], None]) -> None:
        for at_s, key in self.keys:
            asyncio.get_running_loop().call_at(at_s, press, key)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._lasts_s):
                for frame in self.frames:
                    await asyncio.sleep(0.02)
                    hear(frame)
                await self._over.wait()
        self.hung_up = self._over.is_set()

    async def clear(self) -> None:
        self.cleared.append(now())

    async def hang_up(self) -> None:
        self._over.set()


class Ear:
    def __init__(self) -> None:
        self._script: list[tuple[float, Transcript]] = []
        self.connected = True
        self.deaf_after_s: float | None = None
        self.reconnects = 0

    def hear(self, frame: bytes) -> None: ...

    async def listen(self, take: Callable[[Transcript], None]) -> None:
        for at_s, transcript in self._script:
            asyncio.get_running_loop().call_at(at_s, take, transcript)
        await asyncio.sleep(1000 if self.deaf_after_s is None else self.deaf_after_s)
        raise ProviderDown("deepgram")

    async def reconnect(self) -> None:
        self.reconnects += 1

    def soon(self, at_s: float, text: str, *, end: bool) -> None:
        self._script.append((at_s, Transcript(text, end, end)))


class Agent:
    """Takes two seconds for an answer; `broken` ones fail after one."""

    def __init__(self) -> None:
        self.answers: list[tuple[float, str]] = []
        self.announced: list[str] = []
        self.said: list[str] = []
        self.interruptions: list[int] = []
        self.broken: set[str] = set()
        self.mute = False
        self.announcement_s = 0

    async def greet(self) -> None:
        await self.answer("greeting")

    async def answer(self, text: str) -> None:
        self.answers.append((now(), text))
        await asyncio.sleep(1)
        if text in self.broken:
            raise ProviderDown("openai")
        await asyncio.sleep(1)

    async def announce(self, phrase: str) -> bool:
        self.announced.append(phrase)
        await asyncio.sleep(self.announcement_s)
        return not self.mute

    async def say(self, phrase: str) -> bool:
        self.said.append(phrase)
        return True

    def interrupted(self, played: int) -> None:
        self.interruptions.append(played)


class Scene:
    def __init__(self, lasts_s: float = 60, call: type[Call] = Call) -> None:
        self.line, self.ear, self.agent = Line(lasts_s), Ear(), Agent()
        self._call = call

    async def play(self) -> None:
        parts: Any = self.line, self.ear, self.agent
        await self._call(*parts).run()
        assert asyncio.all_tasks() == {asyncio.current_task()}


def test_the_agent_greets_and_then_answers_each_turn() -> None:
    async def main() -> None:
        scene = Scene()
        scene.ear.soon(3, "Hello, I", end=False)
        scene.ear.soon(4, "Hello, I am Ann.", end=True)
        scene.ear.soon(8, "", end=True)
        scene.ear.soon(9, "Bye.", end=True)
        await scene.play()
        assert scene.agent.answers == [(0, "greeting"), (4, "Hello, I am Ann."), (9, "Bye.")]
        assert scene.line.cleared == []
        assert now() == 60

    run(main())


def test_words_of_the_caller_interrupt_the_agent() -> None:
    async def main() -> None:
        scene = Scene()
        scene.line.played = 4000
        scene.ear.soon(1.5, "", end=False)
        scene.ear.soon(1.6, "Wait", end=False)
        scene.ear.soon(2.5, "Wait, please.", end=True)
        await scene.play()
        assert scene.line.cleared == [1.6]
        assert scene.agent.interruptions == [4000]
        assert scene.agent.answers[1:] == [(2.5, "Wait, please.")]

    run(main())


def test_words_without_an_end_become_a_turn() -> None:
    async def main() -> None:
        scene = Scene()
        scene.ear.soon(5, "Hello", end=False)
        await scene.play()
        assert scene.agent.answers[1:] == [(5 + SETTLE_S, "Hello")]

    run(main())


def test_silence_does_not_put_off_the_end_of_words() -> None:
    async def main() -> None:
        scene = Scene()
        scene.ear.soon(5, "Hello", end=False)
        scene.ear.soon(6, "", end=False)
        scene.ear._script.append((6.5, Transcript("", is_final=True, speech_final=False)))
        scene.ear._script[0] = (5, Transcript("Hello", is_final=True, speech_final=False))
        await scene.play()
        assert scene.agent.answers[1:] == [(5 + SETTLE_S, "Hello")]

    run(main())


def test_keys_are_words_that_a_hash_or_a_pause_ends() -> None:
    async def main() -> None:
        scene = Scene()
        scene.line.keys = [(5, "1"), (5.4, "2"), (5.8, "#"), (10, "7")]
        await scene.play()
        assert scene.agent.answers[1:] == [(5.8, "1 2 #"), (10 + SETTLE_S, "7")]

    run(main())


def test_who_only_nods_does_not_interrupt() -> None:
    async def main() -> None:
        scene = Scene()
        scene.ear.soon(1, "Mhm.", end=True)
        scene.ear.soon(1.5, "right", end=False)
        scene.ear.soon(4, "Okay.", end=True)
        await scene.play()
        assert scene.line.cleared == []
        assert scene.agent.answers == [(0, "greeting"), (4, "Okay.")]

    run(main())


def test_who_nods_and_goes_on_does() -> None:
    async def main() -> None:
        scene = Scene()
        scene.ear.soon(1, "Right", end=False)
        scene.ear.soon(1.5, "Right, but I", end=False)
        scene.ear.soon(1.8, "Right, but I must go.", end=True)
        await scene.play()
        assert scene.line.cleared == [1.5]
        assert scene.agent.answers[1:] == [(1.8, "Right, but I must go.")]

    run(main())


def test_one_failure_is_excused_and_two_in_a_row_end_the_call() -> None:
    async def main() -> None:
        scene = Scene()
        scene.agent.broken = {"one", "two", "four"}
        for at_s, text in ((5, "one"), (10, "fine"), (15, "two"), (20, "four")):
            scene.ear.soon(at_s, text, end=True)
        await scene.play()
        assert scene.agent.announced == [phrases.REPEAT, phrases.REPEAT, phrases.BUSY]
        assert scene.line.hung_up
        assert now() == 21

    run(main())


def test_a_greeting_that_fails_is_replaced() -> None:
    async def main() -> None:
        scene = Scene()
        scene.agent.broken = {"greeting"}
        await scene.play()
        assert scene.agent.announced == [phrases.GREETING]
        assert not scene.line.hung_up

    run(main())


def test_an_agent_that_cannot_speak_hangs_up() -> None:
    async def main() -> None:
        scene = Scene()
        scene.agent.broken, scene.agent.mute = {"greeting"}, True
        await scene.play()
        assert scene.line.hung_up

    run(main())


def test_a_deaf_agent_says_so_and_hangs_up() -> None:
    async def main() -> None:
        scene = Scene()
        scene.ear.deaf_after_s = 1.5
        await scene.play()
        assert scene.agent.announced == [phrases.BUSY]
        assert scene.agent.interruptions == [0]
        assert now() == 1.5

    run(main())


def speech() -> list[bytes]:
    frames = round(UNHEARD_S / 0.02) + 2
    return [QUIET, *[LOUD] * 50, *[QUIET] * frames]


def test_speech_that_is_not_transcribed_is_asked_for_again() -> None:
    async def main() -> None:
        scene = Scene()
        scene.line.frames = speech()
        scene.agent.greet = lambda: asyncio.sleep(0)  # type: ignore[method-assign]
        await scene.play()
        assert scene.agent.announced == [phrases.REPEAT]
        assert scene.ear.reconnects == 1

    run(main())


def test_during_an_outage_the_caller_is_asked_to_wait() -> None:
    async def main() -> None:
        scene = Scene()
        scene.line.frames = speech()
        scene.ear.connected = False
        scene.agent.greet = lambda: asyncio.sleep(0)  # type: ignore[method-assign]
        await scene.play()
        assert scene.agent.said == [phrases.ONE_MOMENT]

    run(main())


def test_a_deaf_agent_does_not_ask_anybody_to_wait() -> None:
    async def main() -> None:
        scene = Scene()
        scene.line.frames = speech()
        scene.ear.connected, scene.ear.deaf_after_s = False, 3
        scene.agent.greet = lambda: asyncio.sleep(0)  # type: ignore[method-assign]
        scene.agent.announcement_s = 5
        await scene.play()
        assert scene.agent.announced == [phrases.BUSY]
        assert scene.agent.said == []
        assert now() == 8

    run(main())


def test_while_the_agent_works_nobody_is_asked_to_repeat() -> None:
    async def main() -> None:
        scene = Scene()
        scene.line.frames = speech()
        scene.agent.greet = lambda: asyncio.sleep(30)  # type: ignore[method-assign]
        await scene.play()
        assert scene.agent.announced == scene.agent.said == []

    run(main())


def test_nothing_outlives_the_call() -> None:
    async def main() -> None:
        scene = Scene(lasts_s=1.2)
        await scene.play()
        assert now() == 1.2

    run(main())


def called_by_the_agent(scene: Scene) -> Call:
    parts: Any = scene.line, scene.ear, scene.agent
    return Call(*parts, called=True)


def test_who_was_called_may_say_hello_first() -> None:
    async def main() -> None:
        scene = Scene()
        scene.ear.soon(1, "Hello?", end=True)
        await called_by_the_agent(scene).run()
        assert scene.agent.answers == [(1, "Hello?")]

    run(main())


def test_who_was_called_and_says_nothing_is_greeted() -> None:
    async def main() -> None:
        scene = Scene()
        await called_by_the_agent(scene).run()
        assert scene.agent.answers == [(HELLO_S, "greeting")]

    run(main())
