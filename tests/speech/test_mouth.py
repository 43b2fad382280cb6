from itertools import pairwise

import numpy as np
import pytest

from kernel.errors import UsageError
from speech.mouth import HUMMED_PAUSES, VOICES, Mouth, Role, Sound, SoundCache, Utterance
from speech.recording import hear_samples
from speech.steps import Steps, at_once

TEXT = "Could we meet at 10:45 on Thursday?"


def joined(*sounds: Sound) -> np.ndarray:
    return np.concatenate([sound.samples for sound in sounds])


@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050, 24000, 48000])
def test_level_is_minus_22_dbfs(rate_hz: int) -> None:
    utterance = Mouth(Role.CALLER, rate_hz).speak(TEXT)
    voiced = utterance.samples[: utterance.voiced_end] / 32768
    assert 20 * np.log10(np.sqrt(np.mean(voiced**2))) == pytest.approx(-22, abs=0.3)
    assert np.abs(voiced).max() < 0.9


@pytest.mark.parametrize("name", VOICES)
def test_every_voice_is_heard(name: str) -> None:
    (heard,) = hear_samples(Mouth(Role.AGENT, 8000, name).speak(TEXT).samples, 8000)
    assert (heard.text, heard.role, heard.verified) == (TEXT, Role.AGENT, True)


@pytest.mark.parametrize("symbol_s", [0.045, 0.05, 0.0625, 0.08, 0.1])
@pytest.mark.parametrize("rate_hz", [8000, 24000])
def test_symbols_may_be_of_another_length(symbol_s: float, rate_hz: int) -> None:
    mouth = Mouth(Role.CALLER, rate_hz, symbol_s=symbol_s)
    utterance = mouth.speak(TEXT)
    (heard,) = hear_samples(utterance.samples, rate_hz)
    assert (heard.text, heard.verified) == (TEXT, True)


def test_what_is_spoken_in_steps_is_what_is_spoken_at_once() -> None:
    mouth = Mouth(Role.CALLER, 8000, cache=SoundCache())
    abandoned = mouth.speaking("A sentence that is begun and then thought better of.", 4)
    next(abandoned)
    steps = 0

    def counted() -> Steps[Utterance]:
        nonlocal steps
        speaking = mouth.speaking(TEXT, 5)
        while True:
            try:
                yield next(speaking)
            except StopIteration as spoken:
                utterance: Utterance = spoken.value
                return utterance
            steps += 1

    utterance = at_once(counted())
    other = Mouth(Role.CALLER, 8000, cache=SoundCache()).speak(TEXT, 5)
    assert np.array_equal(utterance.samples, other.samples)
    assert (utterance.text, utterance.identity) == (TEXT, 5)
    assert steps >= 3


def test_silence_follows_the_voiced_end() -> None:
    utterance = Mouth(Role.CALLER, 8000).speak(TEXT)
    assert not utterance.samples[utterance.voiced_end :].any()
    assert utterance.samples[: utterance.voiced_end][-40:].any()
    assert len(utterance.samples) - utterance.voiced_end >= 0.11 * 8000


@pytest.mark.parametrize("role", Role)
def test_the_clock_runs_on_through_utterances_of_any_length(role: Role) -> None:
    mouth = Mouth(role, 8000)
    texts = ["a", "ab", "abc", "abcd", "abcde"]
    heard = hear_samples(joined(*(mouth.speak(text) for text in texts)), 8000)
    assert [(each.text, each.verified) for each in heard] == [(text, True) for text in texts]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("symbol_s", [0.05, 0.06])
@pytest.mark.parametrize("identity", [None, 77])
def test_pieces_are_joined_by_a_space(role: Role, symbol_s: float, identity: int | None) -> None:
    mouth = Mouth(role, 24000, symbol_s=symbol_s)
    mouth.begin(identity)
    sounds = [mouth.say("Yes. "), mouth.say(""), mouth.say("\nIt is so."), mouth.say("Bye")]
    (heard,) = hear_samples(joined(*sounds, mouth.finish()), 24000)
    assert (heard.text, heard.verified, heard.identity) == ("Yes. It is so. Bye", True, identity)


def test_times_run_on_through_pieces_and_are_those_heard() -> None:
    mouth = Mouth(Role.AGENT, 8000)
    mouth.begin(5)
    sounds = [mouth.say("one two"), mouth.say("three Four")]
    (heard,) = hear_samples(joined(*sounds, mouth.finish()), 8000)
    spoken = [word for sound in sounds for word in sound.words]
    assert [word.text for word in spoken] == ["one", "two", "three", "Four"]
    assert spoken[0].start_s == pytest.approx(0.06 * 7)
    for said, got in zip(spoken, heard.words, strict=True):
        assert said.text == got.text
        assert got.start_s == pytest.approx(said.start_s, abs=0.03)
        assert got.end_s == pytest.approx(said.end_s, abs=0.03)
    characters = [character for sound in sounds for character in sound.characters]
    assert "".join(character.text for character in characters) == "one twothree Four"
    assert all(a.end_s <= b.start_s + 1e-9 for a, b in pairwise(characters))


@pytest.mark.parametrize("text", ["Yes", "Yes it is", " Yes it is", "", " ", "Yes "])
@pytest.mark.parametrize("role", Role)
def test_an_identity_is_no_text(text: str, role: Role) -> None:
    utterance = Mouth(role, 8000).speak(text, 0x2ABCDEF)
    (heard,) = hear_samples(utterance.samples, 8000)
    assert (heard.text, heard.identity, heard.verified) == (text, 0x2ABCDEF, True)


def test_an_agents_identity_comes_first_and_a_callers_after_a_word() -> None:
    agent = Mouth(Role.AGENT, 8000).speak("one two", 1)
    caller = Mouth(Role.CALLER, 8000).speak("one two", 1)
    single = Mouth(Role.CALLER, 8000).speak("one", 1)
    assert [word.start_s for word in agent.words] == pytest.approx([0.42, 0.66])
    assert [word.start_s for word in caller.words] == pytest.approx([0.06, 0.66])
    assert [word.start_s for word in single.words] == pytest.approx([0.06])
    assert len(single.samples) == len(Mouth(Role.CALLER, 8000).speak("one").samples) + 6 * 480


def test_the_cache_knows_no_identities() -> None:
    cache = SoundCache()
    mouth = Mouth(Role.CALLER, 8000, cache=cache)
    for identity in range(4):
        mouth.speak(TEXT, identity)
    assert cache.misses == 2


def test_hummed_pauses_are_voiced_and_carry_no_symbol() -> None:
    text = "Well, yes. So it is."
    plain, hummed = (
        Mouth(Role.CALLER, 8000).speak(text, pauses=pauses) for pauses in ({}, HUMMED_PAUSES)
    )
    assert len(hummed.samples) - len(plain.samples) == round((0.15 + 0.35) * 8000)
    (heard,) = hear_samples(hummed.samples, 8000)
    assert (heard.text, heard.verified) == (text, True)
    voiced = hummed.samples[: hummed.voiced_end].astype(float)
    blocks = np.sqrt((voiced[: len(voiced) // 1200 * 1200].reshape(-1, 1200) ** 2).mean(axis=1))
    assert blocks.min() > 300


def test_silence_between_pieces_does_not_break_the_text() -> None:
    mouth = Mouth(Role.CALLER, 8000)
    mouth.begin()
    sounds = [mouth.say("one moment"), mouth.pause(0.7), mouth.say("please"), mouth.finish()]
    assert not sounds[1].samples[sounds[1].voiced_end :].any()
    (heard,) = hear_samples(joined(*sounds), 8000)
    assert (heard.text, heard.verified) == ("one moment please", True)


def test_nothing_said_is_nothing_but_silence() -> None:
    mouth = Mouth(Role.AGENT, 8000)
    mouth.begin(3)
    assert not mouth.finish().samples.any()


def test_a_cancelled_utterance_leaves_nothing_behind() -> None:
    mouth = Mouth(Role.AGENT, 8000)
    mouth.begin(1)
    said = mouth.say("this will not end")
    mouth.cancel()
    cut, whole = hear_samples(joined(said, mouth.pause(0.3), mouth.speak("but this", 2)), 8000)
    assert (cut.text, cut.ended, cut.identity) == ("this will not end", False, 1)
    assert (whole.text, whole.verified, whole.identity) == ("but this", True, 2)


def test_what_cannot_be_spoken_is_refused() -> None:
    with pytest.raises(UsageError, match="8025 Hz"):
        Mouth(Role.CALLER, 8025)
    with pytest.raises(UsageError, match="'bob'"):
        Mouth(Role.CALLER, 8000, "bob")
    with pytest.raises(UsageError, match=r"0\.02 s"):
        Mouth(Role.CALLER, 8000, symbol_s=0.02)
