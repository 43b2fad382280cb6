import pytest

from harness.callers.messages import Over, SoundBegan, SpeechBegan, Utterance

from .stage import LINES, Stage, ns


def endless(stage: Stage, from_s: float) -> Stage:
    """The agent begins to speak, and does not end."""
    stage.at(from_s).tell(SoundBegan(ns(from_s)))
    stage.tell(SpeechBegan(ns(from_s)))
    return stage


def test_an_answer_that_does_not_end_is_listened_to_for_ten_times_the_patience() -> None:
    stage = endless(Stage(patience_s=8.0).greeted(), 6.0).at(85.9)
    assert stage.over is None
    assert stage.at(86.0).over == Over("info", "monologue", "caller")
    assert stage.hung_up_s == pytest.approx(86)
    assert stage.turns[0].answer_ms == pytest.approx(800)
    stage.tell(Utterance(ns(6.0), ns(86.0), "And another thing"))
    assert stage.heard[-1].text == "And another thing"


def test_an_answer_that_ends_in_time_is_heard_out() -> None:
    stage = Stage(patience_s=4.0).greeted().agent("It is a long story.", 6.0, 45.0).at(47)
    assert stage.over is None
    assert stage.texts[-1] == LINES[1]
    stage.agent("It is another long story.", 50.0, 89.0).at(91)
    assert stage.texts[-1] == LINES[2]


def test_sentence_after_sentence_without_a_pause_is_one_answer_without_end() -> None:
    stage = Stage(patience_s=2.0).greeted()
    from_s = 6.0
    while stage.over is None and from_s < 60:
        stage.agent("And another thing.", from_s, from_s + 1.0)
        from_s += 1.3
    assert stage.over == Over("info", "monologue", "caller")
    assert stage.hung_up_s == pytest.approx(26)


def test_going_on_in_every_pause_of_the_caller_does_not_keep_it_for_ever() -> None:
    stage = Stage(patience_s=2.0).greeted()
    from_s = 6.0
    while stage.over is None and from_s < 60:
        stage.agent("And another thing.", from_s, from_s + 1.0)
        from_s += 1.9
    assert len(stage.said) == 1
    assert stage.over == Over("info", "monologue", "caller")
    assert stage.hung_up_s is not None
    assert stage.hung_up_s < 30


def test_a_greeting_without_end_is_left_as_well() -> None:
    stage = endless(Stage(patience_s=2.0), 0.5).at(20.5)
    assert stage.over == Over("info", "monologue", "caller")
    assert stage.turns == []


def test_who_speaks_into_the_callers_words_and_on_is_left_after_them() -> None:
    stage = endless(Stage(patience_s=2.0).agent("Hello, may I help?", 0.5, 2.0).at(3.2), 4.0)
    stage.at(23.9)
    assert stage.over is None
    assert stage.at(24.0).over == Over("info", "monologue", "caller")


def test_what_was_listened_to_before_does_not_count_after_the_callers_words() -> None:
    stage = Stage(patience_s=2.0).agent("Hello, how may I help?", 0.5, 14.0).at(16.0)
    stage.agent("It is a long story.", 18.0, 32.0).at(34)
    assert stage.over is None


def test_a_caller_that_is_about_to_speak_does_not_hang_up() -> None:
    stage = Stage(patience_s=1.0).greeted().agent("It is a long story.", 6.0, 15.4).at(17)
    assert stage.over is None
    assert stage.texts[-1] == LINES[1]


def test_who_is_called_by_somebody_silent_says_hello_again_and_then_hangs_up() -> None:
    stage = Stage(called=True, patience_s=8.0).at(7.9)
    assert stage.texts == ["Hello?", "Hello?"]
    # 4 s after the words before, which took two seconds.
    assert stage.last_said_s == pytest.approx(0.3 + 2.0 + 4.0 + 0.06)
    assert stage.at(8.0).over == Over("info", "patience", "caller")
    assert stage.turns == []


def test_who_has_heard_a_word_is_patient_again() -> None:
    stage = Stage(called=True, patience_s=8.0).agent("One moment, please.", 3.0, 4.0).at(11.9)
    assert stage.over is None
    assert stage.at(12.0).over == Over("info", "patience", "caller")


def test_noise_is_no_greeting_for_who_is_called() -> None:
    stage = Stage(called=True, patience_s=8.0).noise(2.4, 3.0).at(20)
    assert LINES[0] not in stage.texts
    assert stage.over == Over("info", "patience", "caller")
