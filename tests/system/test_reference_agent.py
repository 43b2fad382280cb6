"""Whole conversations of the reference agent on loopback sockets."""

from __future__ import annotations

import asyncio

import pytest

from desk import phrases
from desk.comfort import Comfort
from tests.system.agent_stage import Answer, PromptDesk, on_stage, settle, stage, until

pytestmark = pytest.mark.system

HELLO = Answer("Hello there. What can I do for you?")
LOUD, QUIET = b"\x80\x00" * 80, b"\xff" * 160


@on_stage
async def test_a_caller_books_an_appointment() -> None:
    async with stage() as on:
        said = on.providers
        said.answers = [
            HELLO,
            Answer(tool=("lookup_slots", {"date": "Tuesday"})),
            Answer("I have 9:30 or 11:00."),
            Answer(tool=("book_appointment", {"date": "Tuesday", "time": "9:30", "name": "Ann"})),
            Answer("Done. See you then."),
        ]
        await on.clips_recorded()
        assert "<Stream url=" in await on.webhook("CA1")
        async with on.call() as caller:
            await until(lambda: "What can I do for you?" in caller.heard)
            await caller.say(QUIET)
            await until(lambda: said.heard)
            await settle()
            await said.transcribe("An appointment on", final=False)
            await said.transcribe("An appointment on Tuesday, please.")
            await until(lambda: "or 11:00." in caller.heard)
            await settle()
            await said.transcribe("9:30, my name is Ann.")
            await until(lambda: "See you then." in caller.heard)
            assert caller.frame_sizes == {160}
            await caller.hang_up()
        await until(lambda: not said.ears and not said.voices)

    greeting = "Hello there. What can I do for you?"
    assert caller.heard == f"{greeting} I have 9:30 or 11:00. Done. See you then."
    assert said.booked == [{"date": "Tuesday", "time": "9:30", "name": "Ann"}]
    assert said.spoken[:2] == ["Hello there.", "What can I do for you?"]
    assert [message["role"] for message in said.requests[0]] == ["system", "system"]
    roles = [message["role"] for message in said.requests[-1]]
    assert " ".join(roles) == "system assistant user assistant tool assistant user assistant tool"
    assert said.ear_said[-1] == "CloseStream"


@on_stage
async def test_a_refusal_is_waited_out() -> None:
    async with stage() as on:
        on.providers.answers = [Answer(status=429, headers={"Retry-After": "0.3"}), HELLO]
        async with on.call() as caller:
            await until(lambda: "What can I do for you?" in caller.heard)
        first, second = on.providers.requested_at
        assert second - first >= 0.3
        assert on.providers.requests[0] == on.providers.requests[1]


@on_stage
async def test_an_answer_that_breaks_off_is_finished_without_repeating_itself() -> None:
    async with stage() as on:
        on.providers.answers = [Answer("One. Two. Thr", cut=True), Answer("One. Two. Three.")]
        async with on.call() as caller:
            await until(lambda: "Three." in caller.heard)
        assert caller.heard == "One. Two. Three."


@on_stage
async def test_a_model_that_fails_twice_ends_the_call_with_an_apology() -> None:
    async with stage() as on:
        on.providers.answers = [HELLO, *[Answer(status=400)] * 2]
        async with on.call() as caller:
            await until(lambda: "What can I do for you?" in caller.heard)
            await settle()
            await on.providers.transcribe("Tuesday.")
            await until(lambda: phrases.REPEAT in caller.heard)
            await settle()
            await on.providers.transcribe("Tuesday.")
            await until(lambda: caller.hung_up)
        assert caller.heard.endswith(f"{phrases.REPEAT} {phrases.BUSY}")
        assert len(on.providers.requests) == 3


@on_stage
async def test_barge_in_silences_everything_and_remembers_what_was_heard() -> None:
    count = " ".join(f"word{number}" for number in range(25))
    async with stage() as on:
        said = on.providers
        said.answers = [HELLO, Answer(f"{count}. And then", endless=True), Answer("Sure.")]
        await on.clips_recorded()
        async with on.call() as caller:
            await until(lambda: "What can I do for you?" in caller.heard)
            await settle()
            caller.marks = False
            await said.transcribe("Count.")
            await until(lambda: "word24." in caller.heard)
            await caller.mark(str(caller.audio.index(b"word10")))
            await settle()
            await said.transcribe("Stop", final=False)
            await until(lambda: caller.cleared and said.aborted and said.cancelled)
            caller.marks = True
            await said.transcribe("Stop it.")
            await until(lambda: "Sure." in caller.heard)
        heard = " ".join(count.split()[:10])
        assert said.requests[-1][-2:] == [
            {"role": "assistant", "content": heard},
            {"role": "user", "content": "Stop it."},
        ]


@on_stage
async def test_beyond_the_limit_callers_hear_busy() -> None:
    async with stage(call_limit=1) as on:
        on.providers.answers = [HELLO, HELLO]
        await on.clips_recorded()
        assert "<Stream" in await on.webhook("CA1")
        async with on.call("CA1") as caller:
            await until(lambda: "What can I do for you?" in caller.heard)
            assert '<Reject reason="busy"/>' in await on.webhook("CA2")
            async with on.call("CA3") as uninvited:
                await until(lambda: uninvited.hung_up)
            assert uninvited.heard == phrases.FULL
            async with on.session.get(f"{on.origin}/health") as response:
                assert await response.json() == {"calls": 1, "limit": 1}
            await caller.hang_up()
        await until(lambda: not on.providers.ears)
        assert "<Stream" in await on.webhook("CA2")


@on_stage
async def test_recorded_clips_speak_when_the_synthesis_is_down() -> None:
    async with stage() as on:
        await on.clips_recorded()
        on.providers.tts_status = 503
        on.providers.answers = [HELLO] * 2
        async with on.call() as caller:
            await until(lambda: phrases.GREETING in caller.heard)
            await until(lambda: on.providers.ear)
            await on.providers.transcribe("Hello?")
            await until(lambda: caller.hung_up)
        assert caller.heard == f"{phrases.GREETING} {phrases.BUSY}"


@on_stage
async def test_a_refused_context_is_spoken_again() -> None:
    async with stage() as on:
        await on.clips_recorded()
        on.providers.tts_errors = 1
        on.providers.answers = [HELLO]
        async with on.call() as caller:
            await until(lambda: "What can I do for you?" in caller.heard)
        assert caller.heard == "Hello there. What can I do for you?"


@on_stage
async def test_a_lost_transcription_is_taken_up_again() -> None:
    async with stage() as on:
        on.providers.answers = [HELLO, Answer("Fine.")]
        async with on.call() as caller:
            await until(lambda: "What can I do for you?" in caller.heard)
            lost = on.providers.ear
            assert lost is not None
            await lost.close(code=1011)
            await until(lambda: on.providers.ear is not lost)
            await on.providers.transcribe("Are you there?")
            await until(lambda: "Fine." in caller.heard)


@on_stage
async def test_a_deaf_agent_apologises_and_hangs_up() -> None:
    async with stage() as on:
        await on.clips_recorded()
        on.providers.stt_status = 401
        on.providers.answers = [HELLO]
        async with on.call() as caller:
            await until(lambda: caller.hung_up)
        assert caller.heard.endswith(phrases.BUSY)


@on_stage
async def test_speech_without_a_transcript_is_asked_for_again() -> None:
    async with stage() as on:
        await on.clips_recorded()
        on.providers.answers = [HELLO]
        async with on.call() as caller:
            await until(lambda: "What can I do for you?" in caller.heard)
            await until(lambda: on.providers.ear)
            for frame in [QUIET] + [LOUD] * 25 + [QUIET] * 130:
                await caller.say(frame)
            while phrases.REPEAT not in caller.heard:
                await caller.say(QUIET)
                await asyncio.sleep(0.005)


@on_stage
async def test_a_waiting_caller_is_comforted() -> None:
    class Attentive(PromptDesk):
        comfort = Comfort(first_s=0.1, again_s=0.2)

    async with stage(Attentive) as on:
        await on.clips_recorded()
        on.providers.answers = [Answer("Well,", endless=True)]
        async with on.call() as caller:
            await until(lambda: phrases.STILL_LOOKING in caller.heard)
        assert caller.heard.startswith(phrases.ONE_MOMENT)


@on_stage
async def test_hanging_up_in_mid_answer_closes_everything() -> None:
    async with stage() as on:
        said = on.providers
        said.answers = [Answer("One. Two. And then", endless=True)]
        await on.clips_recorded()
        async with on.call() as caller:
            await until(lambda: "Two." in caller.heard and said.ears)
            await caller.hang_up()
            loop = asyncio.get_running_loop()
            hung_up_at = loop.time()
            await until(lambda: said.aborted and not said.ears and not said.voices)
            assert loop.time() - hung_up_at < 5


@on_stage
async def test_sigterm_finishes_calls_and_refuses_new_ones() -> None:
    async with stage() as on:
        on.providers.answers = [HELLO, Answer("Still here.")]
        async with on.program("agents/reference.py", "--port", "0") as agent:
            await on.webhook("CA1")
            async with on.call("CA1") as caller:
                await until(lambda: "What can I do for you?" in caller.heard)
                await settle()
                agent.terminate()
                while "<Reject" not in await on.webhook("CA2"):
                    pass
                await on.providers.transcribe("Are you there?")
                await until(lambda: "Still here." in caller.heard)
                await caller.hang_up()
            assert await asyncio.wait_for(agent.wait(), 20) == 0
