"""One turn of the agent, with a model, a voice and a line that do what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from desk import phrases
from desk.agent import PAUSE, TELL_S, Agent
from desk.comfort import Comfort
from desk.openai import Message, Reply
from desk.retry import ProviderDown
from desk.speech import Speech, Take
from tests.agents.jumping import now, run

CALL = {"id": "a", "type": "function", "function": {"name": "lookup_slots", "arguments": "{}"}}


class Line:
    played = 0
    ends_at = 0.0

    def __init__(self) -> None:
        self.audio: list[bytes] = []

    async def play(self, audio: bytes) -> int:
        self.audio.append(audio)
        self.played += len(audio)
        self.ends_at = now() + 1
        return self.played - len(audio)

    async def flush(self) -> None: ...

    async def drained(self) -> None: ...


class Mind:
    """Answers from a list: a text, tool calls, or an error; takes a second for each part."""

    def __init__(self, *answers: Reply | ProviderDown) -> None:
        self._answers = list(answers)
        self.asked: list[list[Message]] = []

    async def reply(
        self, messages: list[Message], say: Callable[[str], None], deadline: float
    ) -> Reply:
        self.asked.append(list(messages))
        answer = self._answers.pop(0)
        await asyncio.sleep(1)
        if isinstance(answer, ProviderDown):
            raise answer
        if answer.text:
            say(answer.text)
            await asyncio.sleep(1)
        return answer


class Book:
    def __init__(self) -> None:
        self.deadlines: list[float] = []

    async def run(self, call: Message, deadline: float) -> Message:
        self.deadlines.append(deadline)
        return {"role": "tool", "tool_call_id": call["id"], "content": "[]"}


class Voice:
    """Speaks each word as its letters; breaks after `words`."""

    def __init__(self, words: int = 99) -> None:
        self.words = words

    async def speak(self, speech: Speech, play: Callable[[bytes], Any], deadline: float) -> None:
        take = Take()
        speech.takes.append(take)
        async for sentence in speech.sentences():
            for word in sentence.split():
                if len(take.words) == self.words:
                    raise ProviderDown("cartesia")
                take.chunks.append((await play(word.encode()), len(word)))
                take.words.append((word, sum(size for _, size in take.chunks) / 8000))


class Clips:
    async def get(self, phrase: str) -> bytes:
        return phrase.encode()


class NoClips:
    async def get(self, phrase: str) -> bytes:
        return b""


def agent_with(mind: Mind, voice: Voice | None = None, clips: Any = None) -> tuple[Agent, Line]:
    line: Any = Line()
    parts: Any = mind, Book(), voice or Voice()
    clips = clips or Clips()
    return Agent(line, *parts, clips=clips, comfort=Comfort()), line


def test_greets_and_then_answers() -> None:
    async def main() -> None:
        mind = Mind(Reply("Hello there."), Reply("Fine."))
        agent, line = agent_with(mind)
        await agent.greet()
        await agent.answer("How are you?")
        assert line.audio == [b"Hello", b"there.", b"Fine."]
        assert [message["role"] for message in mind.asked[0]] == ["system", "system"]
        assert mind.asked[1][1:] == [
            {"role": "assistant", "content": "Hello there."},
            {"role": "user", "content": "How are you?"},
        ]

    run(main())


def test_looks_things_up_before_it_answers() -> None:
    async def main() -> None:
        mind = Mind(Reply("Let me see.", [CALL]), Reply("Nine is free."), Reply("Bye."))
        agent, _ = agent_with(mind)
        await agent.answer("Tuesday?")
        await agent.answer("Bye.")
        roles = [message["role"] for message in mind.asked[2]]
        assert roles == ["system", "user", "assistant", "tool", "assistant", "user"]
        assert mind.asked[2][2]["content"] == "Let me see."
        assert mind.asked[2][4]["content"] == "Nine is free."

    run(main())


def test_tools_leave_time_to_tell() -> None:
    async def main() -> None:
        agent, _ = agent_with(Mind(Reply("", [CALL]), Reply("None.")))
        await agent.answer("Tuesday?")
        assert agent._book.deadlines == [Agent.answer_s - TELL_S]  # type: ignore[attr-defined]

    run(main())


def test_a_model_that_only_calls_tools_is_stopped() -> None:
    async def main() -> None:
        mind = Mind(*[Reply("", [CALL])] * 9)
        agent, _ = agent_with(mind)
        with pytest.raises(ProviderDown, match="without words"):
            await agent.answer("Tuesday?")
        assert len(mind.asked) == 6

    run(main())


def test_fillers_cover_a_slow_model() -> None:
    async def main() -> None:
        agent, line = agent_with(Mind(*[Reply("", [CALL])] * 3, Reply("None.")))
        await agent.answer("Tuesday?")
        assert line.audio == [phrases.ONE_MOMENT.encode() + PAUSE, b"None."]

    run(main())


def test_an_interrupted_turn_is_remembered_as_far_as_it_was_heard() -> None:
    async def main() -> None:
        mind = Mind(Reply("One two three."), Reply("Yes."))
        agent, line = agent_with(mind, Voice())
        line.drained = lambda: asyncio.sleep(100)  # type: ignore[method-assign]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await agent.answer("Count.")
        agent.interrupted(len("Onetwo"))
        agent.interrupted(len("Onetwothree."))
        line.drained = lambda: asyncio.sleep(0)  # type: ignore[method-assign]
        await agent.answer("Stop.")
        contents = [message["content"] for message in mind.asked[1][1:]]
        assert contents == ["Count.", "One two", "Stop."]

    run(main())


def test_a_voice_that_breaks_stops_the_model() -> None:
    async def main() -> None:
        mind = Mind(Reply("Let me see now.", [CALL]), *[Reply("", [CALL])] * 9)
        agent, _ = agent_with(mind, Voice(words=2))
        with pytest.raises(ProviderDown, match="cartesia"):
            await agent.answer("Tuesday?")
        assert now() == 1
        assert await agent.announce(phrases.REPEAT)
        assert [message["content"] for message in agent._history.messages[1:]] == [
            "Tuesday?",
            "Let me",
            phrases.REPEAT,
        ]

    run(main())


def test_what_cannot_be_said_is_not_remembered() -> None:
    async def main() -> None:
        agent, _ = agent_with(Mind(), clips=NoClips())
        assert not await agent.announce(phrases.BUSY)
        assert len(agent._history.messages) == 1

    run(main())
