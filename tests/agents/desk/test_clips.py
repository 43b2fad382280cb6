from desk import phrases
from desk.clips import Clips
from desk.retry import ProviderDown
from tests.agents.jumping import now, run


def test_a_phrase_is_recorded_once() -> None:
    recorded = []

    async def record(phrase: str) -> bytes:
        recorded.append(phrase)
        return phrase.encode()

    async def main() -> None:
        clips = Clips(record)
        await clips.record_all()
        assert await clips.get(phrases.BUSY) == phrases.BUSY.encode()
        assert sorted(recorded) == sorted(phrases.ALL)

    run(main())


def test_recording_goes_on_until_it_succeeds() -> None:
    async def record(phrase: str) -> bytes:
        if now() < 25:
            raise ProviderDown("cartesia")
        return b"sound"

    async def main() -> None:
        clips = Clips(record)
        assert await clips.get(phrases.BUSY) == b""
        await clips.record_all()
        assert now() >= 25
        assert await clips.get(phrases.BUSY) == b"sound"

    run(main())
