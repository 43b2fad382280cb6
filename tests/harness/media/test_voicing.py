import asyncio

import msgspec

from harness.media.voicing import voice_ahead
from harness.protocols.media_streams import RATE_HZ
from speech.alphabet import Role
from speech.identity import caller_identity
from speech.mouth import Mouth, SoundCache

from ..desk import StepClock, planned


def test_what_is_planned_has_been_voiced_when_it_is_said() -> None:
    cache = SoundCache()
    call = msgspec.structs.replace(
        planned(3), lines=("Hi, this is Ada.", "1234", "Bye."), keyed=(2,)
    )
    asyncio.run(voice_ahead([call], StepClock(), cache))
    voiced = cache.misses
    mouth = Mouth(Role.CALLER, RATE_HZ, call.voice, cache=cache)
    mouth.speak("Hi, this is Ada.", caller_identity(3, 1))
    mouth.speak("Bye.", caller_identity(3, 3))
    assert cache.misses == voiced
    mouth.speak("1234")
    assert cache.misses == voiced + 1


def test_the_cache_is_left_room_for_the_unforeseen() -> None:
    cache = SoundCache(200_000)
    calls = [
        msgspec.structs.replace(planned(number), lines=(f"This is caller number {number}.",))
        for number in range(1, 50)
    ]
    asyncio.run(voice_ahead(calls, StepClock(), cache))
    assert 100_000 < cache.size_bytes < 150_000
