from dataclasses import dataclass, replace

import pytest

from harness.callers.attention import Attention
from harness.callers.exchange import Exchange
from harness.callers.messages import Say, Utterance

S = 1_000_000_000


@dataclass
class Speaking:
    so_far: str
    voiced_until_ns: int = 5 * S


ASKED = Exchange(Say("Hi.", 2), 0, 3 * S)


def said(text: str, from_s: int = 4, sound: str = "speech") -> Utterance:
    return Utterance(from_s * S, (from_s + 1) * S, text, True, sound=sound)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "opening", "later"),
    [
        ("Hello, how can I help?", "greeting", "answer"),
        ("Hello?", "greeting", "idle_prompt"),
        ("Are you there?", "greeting", "idle_prompt"),
        ("One moment, please.", "filler", "filler"),
        ("Um.", "hesitation", "hesitation"),
        ("Yes?", "greeting", "acknowledgement"),
        ("Could you repeat that?", "greeting", "reprompt"),
        ("Please call again later.", "refusal", "refusal"),
        ("Something went wrong.", "refusal", "apology"),
        ("", "other", "other"),
    ],
)
def test_the_role_depends_on_words_and_moment(text: str, opening: str, later: str) -> None:
    assert Attention().note(said(text), None).role == opening
    heard = Attention().note(said(text), ASKED)
    assert (heard.role, heard.turn) == (later, 2)


@pytest.mark.parametrize(
    ("text", "verified", "role"),
    [
        ("Hell", False, "other"),
        ("Booke", False, "other"),
        ("Booked.", False, "answer"),
        ("Booked", True, "answer"),
        ("You are", False, "answer"),
    ],
)
def test_what_breaks_off_in_its_first_word_is_no_answer(
    text: str, verified: bool, role: str
) -> None:
    heard = Utterance(4 * S, 5 * S, text, verified)
    assert Attention().note(heard, ASKED).role == role
    assert Attention().note(heard, None).role == "greeting"
    assert Attention().note(heard, replace(ASKED, interrupted=True)).role == "answer"


def test_noise_and_what_came_too_early_have_no_role() -> None:
    agent = Attention()
    assert agent.note(said("", sound="noise"), ASKED).role == "other"
    assert agent.last_role == ""
    assert agent.note(said("As I said.", from_s=1), ASKED).role == "other"
    assert agent.note(said("Okay.", from_s=1), ASKED).role == "other"


def test_it_remembers_what_was_heard_and_when() -> None:
    agent = Attention()
    agent.sound_began(4 * S)
    agent.speaks_from_ns = 4 * S
    assert (agent.sounds, agent.heard_ns) == (True, 4 * S)
    agent.note(said("Could you repeat that?"), ASKED)
    assert not agent.sounds
    assert not agent.speaks
    assert (agent.heard_ns, agent.settled_ns) == (5 * S, 4 * S)
    agent.note(said("Nine is free.", from_s=6), ASKED)
    assert agent.settled_ns == 4 * S
    assert agent.take_roles() == {"reprompt", "answer"}
    assert agent.take_roles() == set()
    assert agent.last_role == "answer"


def test_noise_is_heard_when_it_begins_and_not_for_longer() -> None:
    agent = Attention()
    agent.sound_began(4 * S)
    agent.note(said("", from_s=4, sound="noise"), ASKED)
    assert agent.heard_ns == 4 * S


@pytest.mark.parametrize(
    ("texts", "refuses"),
    [
        (["All lines are busy."], True),
        (["All lines are busy.", "Goodbye."], True),
        (["Hello, how can I help?"], False),
    ],
)
def test_a_goodbye_takes_a_refusal_not_back(texts: list[str], refuses: bool) -> None:
    agent = Attention()
    for text in texts:
        agent.note(said(text), None)
    assert agent.refuses is refuses


def test_an_apology_excuses_until_the_caller_speaks_again() -> None:
    agent = Attention()
    agent.note(said("Something went wrong."), ASKED)
    assert agent.refuses
    agent.caller_began()
    assert not agent.refuses
    assert agent.last_role


@pytest.mark.parametrize(
    ("clip", "role", "refuses"),
    [("refusal", "refusal", True), ("apology", "apology", True), ("comfort", "filler", False)],
)
def test_a_known_recording_is_taken_for_what_it_is_for(clip: str, role: str, refuses: bool) -> None:
    agent = Attention()
    heard = agent.note(Utterance(4 * S, 6 * S, sound="clip", clip=clip), ASKED)
    assert (heard.role, heard.sound) == (role, "clip")
    assert agent.heard_ns == 6 * S
    assert agent.refuses == refuses


@pytest.mark.parametrize(
    ("so_far", "opening", "tells"),
    [
        ("I have nine. Or", False, True),
        ("I have nine or te", False, False),  # the clause may become a filler yet
        ("I have nine or ten fr", False, True),
        ("One moment, please, let me", False, False),
        ("One moment, please, let me check that. I", False, False),
        ("Sure, Ada. Which day would", False, False),
        ("Sure, Ada. Which day would you like to c", False, True),
        ("Are you still the", False, False),
        ("Hello, th", True, True),
        ("", False, False),
    ],
)
def test_an_answer_is_known_by_its_first_words(so_far: str, opening: bool, tells: bool) -> None:
    agent = Attention()
    agent.speech_began(4 * S, Speaking(so_far))
    assert agent.tells(5 * S, opening=opening) is tells


def test_who_has_fallen_silent_tells_nothing() -> None:
    agent = Attention()
    assert not agent.tells(5 * S, opening=False)
    agent.speech_began(4 * S, Speaking("I have nine. Or"))
    assert agent.tells(5 * S + S // 5, opening=False)
    assert not agent.tells(5 * S + S // 4, opening=False)
    agent.note(said("I have nine. Or"), ASKED)
    assert not agent.tells(5 * S, opening=False)


def test_what_it_says_is_known_as_it_goes() -> None:
    agent = Attention()
    assert agent.so_far is None
    agent.speech_began(4 * S, Speaking("I have ni"))
    assert agent.so_far == Utterance(4 * S, 5 * S, "I have ni")
    agent.speech_began(4 * S, None)
    assert agent.so_far == Utterance(4 * S, 4 * S, "")
