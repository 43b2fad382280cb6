"""The typed views of a history: calls, turns, what was heard, provider work, faults, phases.

Instants are nanoseconds from the start of the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from .event import Type

Sound = Literal["speech", "clip", "noise"]
Purpose = Literal["turn", "greeting", "side", "prewarm", "other"]


class Heard(msgspec.Struct, frozen=True):
    """One utterance of the agent as the caller's ear had it.

    from_at_ns, until_at_ns  playout of its first and last voiced sample, by energy
    text       what was readable; cut off where the playout was
    verified   END and its check arrived: nothing is missing
    identity   of the speech-making mock, None if it was not readable
    sound      coded speech, a known clip, or other sound above the ambience
    role       what the caller took it for: `greeting`, `answer`, `filler` (an announcement: the
               answer is coming), `hesitation` ("um"), `acknowledgement` (courtesies alone:
               "Okay."), `idle_prompt`, `reprompt`, `refusal`, `apology`, `other`
    turn       index of the caller's turn it came after, 0 before the first
    confidence the lowest of its words
    """

    from_at_ns: int
    until_at_ns: int
    text: str = ""
    verified: bool = False
    identity: int | None = None
    sound: Sound = "speech"
    role: str = "other"
    turn: int = 0
    confidence: float = 1.0


class Turn(msgspec.Struct, frozen=True):
    """One exchange: the caller speaks, the agent answers.

    index        of the caller's line, from 1; repeat counts how often it was said again
    from_at_ns   first voiced sample of the caller; until_at_ns its last, as planned
    first_sound_at_ns  playout of the agent's first voiced sample after it, whatever it was
    answer_at_ns       the same of the answer: content, no filler or idle prompt; None if none came.
                       A courtesy belongs to it where content follows in the same turn. Alone it is
                       one if the script has no more to say there; or, where the script says
                       nothing, if neither more is announced nor follows within five seconds
    answer_until_at_ns end of the answer's playout
    owed_until_at_ns   when the agent ceased to owe an answer: it answered, or the call ended
    interrupted  the caller spoke into the answer before it was over; what was heard of it answers
    barge_in     these words were begun into the agent's, which are expected to stop
    keys         no words: `text` was pressed on the keypad
    """

    index: int
    text: str
    from_at_ns: int
    until_at_ns: int
    owed_until_at_ns: int
    first_sound_at_ns: int | None = None
    answer_at_ns: int | None = None
    answer_until_at_ns: int | None = None
    answer: str = ""
    repeat: int = 0
    interrupted: bool = False
    barge_in: bool = False
    keys: bool = False

    @property
    def answer_ms(self) -> float | None:
        """End of the caller's speech → first voiced sample of the answer."""
        return None if self.answer_at_ns is None else (self.answer_at_ns - self.until_at_ns) / 1e6

    @property
    def first_sound_ms(self) -> float | None:
        if self.first_sound_at_ns is None:
            return None
        return (self.first_sound_at_ns - self.until_at_ns) / 1e6


class Aside(msgspec.Struct, frozen=True):
    """What the caller said beside the turns, such as "mhm": no answer is owed to it."""

    from_at_ns: int
    until_at_ns: int
    text: str = ""


class Call(msgspec.Struct, frozen=True):
    """One offered call, from its planned moment to its end.

    type      ok: talked to its planned end · fail: explicitly refused · info: anything else;
              None while the history does not hold its end
    how       `completed`, `reject`, `spoken_refusal`, `clip_refusal`, `http_503`, `upgrade_403`,
              `no_answer`, `unreachable`, `tls_unknown_ca`, `tls_wrong_host`, `tls_expired`, `tls`,
              `reset`, `garbage`, `closed`, `hung_up` (the agent told the network to end it),
              `patience`, `monologue` (the agent did not stop talking), `left_early` (by plan,
              before the last line), `deflected`, `cut`, …
    ended_by  `caller`, `agent`, `network`, `us`
    redial_of span of the call that this caller gave up before, empty for a planned call
    done      its dialogue says when the task is done, and it is
    sid       the telephone network's name for it
    queued    it was answered out of a queue of the network's
    """

    span: str
    number: int
    phase: str
    warm_up: bool
    due_ns: int
    dialled_ns: int
    dialogue: str
    facts: Mapping[str, str]
    lines: int
    type: Type | None
    how: str
    ended_by: str
    ended_ns: int
    answered_ns: int | None
    setup_how: str
    retry_after_s: float | None
    turns: tuple[Turn, ...]
    heard: tuple[Heard, ...]
    media: Mapping[str, Any]
    done: bool = False
    redial_of: str = ""
    sid: str = ""
    queued: bool = False
    asides: tuple[Aside, ...] = ()

    @property
    def placed_ns(self) -> int:
        """From when on it takes a place at the agent, which is none while it is in a queue."""
        return self.answered_ns if self.queued and self.answered_ns else self.dialled_ns

    @property
    def answers(self) -> int:
        """How many of the caller's lines got an answer."""
        return sum(turn.answer_at_ns is not None for turn in self.turns)


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of provider work: an utterance heard, a request, a context, a tool call.

    type        ok served · fail refused · info cut, abandoned, stalled; None while it is unfinished
    status      HTTP status, or what stands for it in-band
    asked_at_ns from when somebody waits: the end of the utterance for STT, else its start
    first_at_ns its first output (interim transcript, token, audio chunk)
    connection  the client's TCP connection, unique within a mock process
    bites       labels of the faults that touched it
    added_ns    delay that faults added to its first output
    model       LLM only: which of the provider's it was asked of
    text_in     what was asked: the words heard since the last answer, the text to speak
    history     LLM only: everything that the caller said in the conversation so far, and tool
                arguments, joined; what facts are looked for in
    said        LLM only: what the assistant said before, as the request has it
    ids         LLM only: ids of tool calls that the request has in its history; given_ids those
                that the answer gave out
    text_out    what was answered: transcript, words spoken by the model
    calls       LLM only: tool calls emitted, as [name, arguments as JSON]
    tool        tools only: operation name; arguments as JSON
    line        LLM only: the script's line that it answered, None off the script
    identity    of the sound: the caller's (STT) or the mock's own utterance (TTS)
    tokens_in, tokens_out  LLM only
    cancelled   the client took it back: barge-in, hang-up
    call        what the client named as the call that it is for; telephony: the SID asked about
    """

    span: str
    stage: str
    provider: str = ""
    route: str = ""
    socket: str = ""
    connection: str = ""
    from_at_ns: int
    until_at_ns: int | None = None
    asked_at_ns: int | None = None
    first_at_ns: int | None = None
    type: Type | None = None
    status: int = 200
    reason: str = ""
    retry_after_s: float | None = None
    bites: tuple[str, ...] = ()
    added_ns: int = 0
    purpose: Purpose = "turn"
    model: str = ""
    text_in: str = ""
    history: str = ""
    said: str = ""
    ids: tuple[str, ...] = ()
    given_ids: tuple[str, ...] = ()
    text_out: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    tool: str = ""
    arguments: str = ""
    line: int | None = None
    dialogue: str = ""
    off_script: bool = False
    identity: int | None = None
    identity_by: str = ""
    attempt_header: int | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    cancelled: bool = False
    call: str = ""

    @property
    def waited_ms(self) -> float | None:
        """What somebody waited for it: utterance's end → final, request → first output."""
        if self.asked_at_ns is not None:
            return None if self.until_at_ns is None else (self.until_at_ns - self.asked_at_ns) / 1e6
        return None if self.first_at_ns is None else (self.first_at_ns - self.from_at_ns) / 1e6


class FaultWindow(msgspec.Struct, frozen=True):
    """When a fault was on. `until_ns` is None if it never healed within the history."""

    label: str
    kind: str
    target: str
    name: str
    colour: str
    from_ns: int
    until_ns: int | None
    bites: int = 0
    identities: int = 0

    def covers(self, at_ns: int) -> bool:
        return self.from_ns <= at_ns and (self.until_ns is None or at_ns < self.until_ns)


class Phase(msgspec.Struct, frozen=True):
    """A phase of the load; `until_ns` is the end of the history if it was cut off."""

    name: str
    index: int
    warm_up: bool
    from_ns: int
    until_ns: int


class Socket(msgspec.Struct, frozen=True):
    """One WebSocket connection to a provider, or one that never came about.

    how            why there was none though nobody refused it: `unopened` if the client gave up
    retry_after_s  how long the client was told to wait
    reason         why it was refused
    declined       what the provider said to the last message on it that nothing was begun with
    """

    span: str
    stage: str
    provider: str
    from_ns: int
    until_ns: int | None
    type: Type | None
    status: int
    connection: str
    how: str = ""
    retry_after_s: float | None = None
    reason: str = ""
    declined: str = ""

    @property
    def opened(self) -> bool:
        """It was neither refused, be it right after the upgrade, nor given up before it."""
        return self.type != "fail" and self.how != "unopened"
