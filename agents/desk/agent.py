"""The agent's side of a call: it thinks, looks things up and speaks, one turn at a time."""

from __future__ import annotations

import asyncio

from . import twilio
from .cartesia import Voice
from .clips import Clips
from .comfort import Comfort
from .history import History
from .line import Line
from .openai import Message, Mind
from .retry import ProviderDown
from .speech import Speech
from .tasks import meanwhile, together
from .tools import AppointmentBook

GREETING_S = 6.0
TELL_S = 3.0  # of `answer_s`, kept for telling the caller what the tools said
TOOL_ROUNDS = 5
PAUSE = twilio.SILENCE * (twilio.BYTES_PER_S // 5)


class Agent:
    """Every turn runs in one task; cancel it to interrupt the agent, then call `interrupted`.

    An answer that comes later than `answer_s` after the caller's last word is worth less than an
    apology.
    """

    answer_s = 11.0

    def __init__(
        self,
        line: Line,
        mind: Mind,
        book: AppointmentBook,
        voice: Voice,
        *,
        clips: Clips,
        comfort: Comfort,
    ) -> None:
        self._line, self._mind, self._book, self._voice = line, mind, book, voice
        self._clips, self._comfort = clips, comfort
        self._history = History()
        self._speech: Speech | None = None

    async def greet(self) -> None:
        """Say hello. Raises ProviderDown if model or voice fail for good."""
        await self._turn(self._history.opening(), GREETING_S)

    async def answer(self, text: str) -> None:
        """Answer what the caller has said. Raises ProviderDown if model or voice fail for good."""
        self._history.caller(text)
        await self._turn(self._history.messages, self.answer_s)

    async def announce(self, phrase: str) -> bool:
        """Say one of the fixed phrases to its end; False if it cannot be said."""
        await self._line.flush()
        await self._line.drained()
        self.interrupted(self._line.played)
        if not await self.say(phrase):
            return False
        await self._line.drained()
        self._history.agent(phrase)
        return True

    async def say(self, phrase: str) -> bool:
        """Queue one of the fixed phrases; False if it cannot be said."""
        audio = await self._clips.get(phrase)
        if audio:
            await self._line.play(audio + PAUSE)
            await self._line.flush()
        return bool(audio)

    def interrupted(self, played: int) -> None:
        """The turn ended early: keep the words that were heard up to a position on the line."""
        if self._speech is not None:
            self._history.agent(self._speech.record(played))
            self._speech = None

    async def _turn(self, messages: list[Message], within_s: float) -> None:
        deadline = asyncio.get_running_loop().time() + within_s
        speech = self._speech = Speech()
        async with meanwhile(self._comfort.keep(self._line, self.say)):
            await together(
                self._think(messages, speech, deadline),
                self._voice.speak(speech, self._line.play, deadline),
            )
        await self._line.flush()
        await self._line.drained()
        self._history.agent(speech.record())
        self._speech = None

    async def _think(self, messages: list[Message], speech: Speech, deadline: float) -> None:
        for tool_rounds in range(TOOL_ROUNDS + 1):
            reply = await self._mind.reply(messages, speech.say, deadline)
            if not reply.tool_calls or tool_rounds == TOOL_ROUNDS:
                break
            results = [await self._book.run(call, deadline - TELL_S) for call in reply.tool_calls]
            speech.record()  # it goes into the history with the tool calls
            self._history.tools(reply, results)
            messages = self._history.messages
        if not speech.text:
            raise ProviderDown("openai: an answer without words")
        speech.finish()
