from pathlib import Path

import pytest

from bench.second_opinion.words import Said, hear, parse
from speech.alphabet import Role
from speech.recording import say
from speech.wav import write_wav

PRINTED = """\
 agent Hello [there].  [0.95–4.51 s, agent, mock 0, span 4, verified, confidence 0.99]
caller On Nov…  [5.70–6.22 s, cut or damaged, confidence 0.31]
nonsense
"""


def agent(text: str) -> Said:
    return Said("agent", 0, 1, text)


def test_lines_of_the_command_are_read() -> None:
    assert parse(PRINTED) == [
        Said("agent", 0.95, 4.51, "Hello [there]."),
        Said("caller", 5.7, 6.22, "On Nov", whole=False),
    ]


@pytest.mark.system
def test_the_command_hears_both_channels(tmp_path: Path) -> None:
    import numpy as np

    caller = say("Goodbye.").samples
    words = say("One moment.", role=Role.AGENT).samples
    silence = np.zeros(4000, np.int16)
    left = np.concatenate([caller, silence, np.zeros_like(words)])
    right = np.concatenate([np.zeros_like(caller), silence, words])
    write_wav(tmp_path / "call.wav", np.stack([left, right], axis=1), 8000)
    heard = hear(tmp_path / "call.wav")
    assert [(each.who, each.text) for each in heard] == [
        ("caller", "Goodbye."),
        ("agent", "One moment."),
    ]


@pytest.mark.parametrize(
    ("text", "waits", "content"),
    [
        ("One moment, please.", True, False),
        ("Okay, just a second.", True, False),
        ("One moment. I have nine.", False, True),
        ("Um… okay.", False, False),
        ("Sure, Ada. Which day?", False, True),
    ],
)
def test_a_plea_to_wait_is_no_answer(text: str, waits: bool, content: bool) -> None:
    assert (agent(text).asks_to_wait, agent(text).has_content) == (waits, content)


def test_half_a_word_says_nothing() -> None:
    assert not Said("agent", 0, 1, "Hell", whole=False).has_content
    assert Said("agent", 0, 1, "Hello").has_content
    assert Said("agent", 0, 1, "You are", whole=False).has_content


@pytest.mark.parametrize(
    ("text", "refuses", "trouble", "leave"),
    [
        ("All our lines are busy. Please call again later.", True, True, False),
        ("I am sorry, could you please say that again?", False, True, False),
        ("I am sorry, we have a technical problem. Goodbye.", False, True, True),
        ("You are booked. Anything else?", False, False, False),
        ("Thank you very much, bye.", False, False, True),
    ],
)
def test_what_words_do(text: str, refuses: bool, trouble: bool, leave: bool) -> None:
    said = agent(text)
    assert (said.refuses, said.tells_of_trouble, said.takes_leave) == (refuses, trouble, leave)
