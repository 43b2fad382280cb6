import datetime as dt

import pytest

from kernel.dialogue import fill
from kernel.facts import date_fact
from kernel.roll import pick, roll
from mocks.brain import Message
from tests.damage import damaged
from tests.mocks.scripted import (
    BOOK,
    CROWDED,
    GREETED,
    OTHERS,
    ask,
    user,
)

NAMES = ("Maria Lopez", "John Smith", "Aisha Khan", "Chen Wei", "Olga Petrova", "Noah Brown")
WRAPPERS = (
    "{}",
    "Context: we are open from 9 to 5.\n- Cash or card.\n\nUser question: {}\nAnswer briefly.",
    "{}\n\n<documents>Please bring your documents. The first visit is free.</documents>",
    'The user said: "{}"',
)


def found(share: float, wrapped: bool, split: bool) -> float:
    """Part of the lines of 80 seeded conversations that the brain answers as what they are."""
    right = asked = 0
    for seed in range(80):
        dialogue = pick((*OTHERS, BOOK), 1, "dialogue", seed)
        day = dt.date(2026, 1, 1) + dt.timedelta(int(365 * roll(1, "day", seed)))
        facts = {
            "name": pick(NAMES, 1, "name", seed),
            "date": date_fact(day).said,
            "number": "4217",
        }
        history = [GREETED]
        for number, line in enumerate(dialogue.caller, 1):
            text = damaged(fill(line.say, facts), share, seed, number)
            if wrapped:
                text = pick(WRAPPERS, 1, "wrapper", seed, number).format(text)
            words = text.split(" ")
            at = len(words) // 2 if split else 0
            history += [user(" ".join(words[:at])), user(" ".join(words[at:]))]
            answer = CROWDED.answer(ask(*history))
            right += (answer.dialogue, answer.line) == (dialogue.name, number)
            asked += 1
            history.append(Message("assistant", "All right."))
    return right / asked


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("wrapped", [False, True])
def test_every_undamaged_line_is_found(wrapped: bool, split: bool) -> None:
    assert found(0, wrapped, split) == 1


@pytest.mark.parametrize("split", [False, True])
def test_with_15_percent_of_its_characters_damaged_a_line_is_found_in_99_of_100(
    split: bool,
) -> None:
    assert found(0.15, False, split) >= 0.99


def test_damaged_and_wrapped_lines_are_found_in_97_of_100() -> None:
    assert found(0.15, True, True) >= 0.97
