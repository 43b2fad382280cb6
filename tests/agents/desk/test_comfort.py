import asyncio

from desk import phrases
from desk.comfort import Comfort
from desk.tasks import meanwhile
from tests.agents.jumping import now, run


class Quiet:
    """A line on which everything lasts a second."""

    def __init__(self) -> None:
        self.ends_at = 0.0
        self.said: list[tuple[float, str]] = []

    async def say(self, phrase: str) -> bool:
        self.said.append((now(), phrase))
        self.ends_at = now() + 1
        return True


def said_within(seconds: float, audible_until: float = 0.0) -> list[tuple[float, str]]:
    line = Quiet()
    line.ends_at = audible_until

    async def main() -> None:
        async with meanwhile(Comfort(1.8, 4.0).keep(line, line.say)):  # type: ignore[arg-type]
            await asyncio.sleep(seconds)

    run(main())
    return line.said


def test_a_quick_answer_needs_none() -> None:
    assert said_within(1.7) == []


def test_fillers_keep_their_distance() -> None:
    assert said_within(12) == [
        (1.8, phrases.ONE_MOMENT),
        (6.8, phrases.STILL_LOOKING),
        (11.8, phrases.STILL_LOOKING),
    ]


def test_never_into_speech() -> None:
    assert said_within(5, audible_until=3.0) == [(4.8, phrases.ONE_MOMENT)]
