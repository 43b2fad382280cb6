import pytest

from harness.callers.manners import Manners
from harness.callers.messages import Over, SoundBegan, SpeechBegan, Utterance

from .stage import LINES, Stage, ns


def test_a_whole_call_with_verified_answers() -> None:
    stage = Stage().agent("Hello, how can I help you?", 0.5, 2.0).at(3.1)
    assert stage.texts == []
    stage.at(3.2)  # 0.6 s quiet, 0.6 s pause
    assert stage.texts == [LINES[0]]
    stage.agent("Sure, Ada. Which day?", 6.0, 7.5).at(8.7)
    assert stage.last_said_s == pytest.approx(8.7)
    stage.agent("Booked. Anything else?", 11.5, 13.0).at(14.2)
    stage.agent("Goodbye, Ada.", 17.0, 18.0).at(18.6)
    assert stage.texts == list(LINES)
    assert stage.hung_up_s == pytest.approx(18.6)
    assert stage.over == Over("ok", "completed", "caller")
    assert [turn.index for turn in stage.turns] == [1, 2, 3]
    first = stage.turns[0]
    assert (first.from_at_ns, first.until_at_ns) == (ns(3.2), ns(5.2))
    assert first.first_sound_at_ns == first.answer_at_ns == first.owed_until_at_ns == ns(6.0)
    assert first.answer_until_at_ns == ns(7.5)
    assert first.answer == "Sure, Ada. Which day?"
    assert first.answer_ms == pytest.approx(800)
    assert [heard.role for heard in stage.heard] == ["greeting", "answer", "answer", "answer"]
    assert [heard.turn for heard in stage.heard] == [0, 1, 2, 3]


def test_an_answer_cut_short_ends_the_turn_after_two_seconds() -> None:
    stage = Stage().greeted().agent("Sure, Ada. Whi", 6.0, 7.0, verified=False).at(9.5)
    assert len(stage.said) == 1
    stage.at(9.6)
    assert stage.last_said_s == pytest.approx(9.6)
    assert stage.turns[0].answer == "Sure, Ada. Whi"


def test_begins_by_itself_if_the_agent_is_silent() -> None:
    stage = Stage().at(2.49)
    assert stage.texts == []
    stage.at(2.5)
    assert stage.texts == [LINES[0]]


def test_waits_for_a_greeting_that_has_begun() -> None:
    stage = Stage().at(2.4)
    stage.tell(SoundBegan(ns(2.3)))
    stage.tell(SpeechBegan(ns(2.3)))
    stage.at(4.0)
    assert stage.texts == []
    stage.tell(Utterance(ns(2.3), ns(3.9), "Hello there, how can I help?", verified=True))
    assert stage.at(5.1).texts == [LINES[0]]


def test_a_greeting_that_ends_as_the_caller_would_begin_is_let_out() -> None:
    stage = Stage().agent("Hello, how may I help?", 0.8, 2.2).at(2.6)
    assert stage.texts == []
    assert stage.at(3.4).last_said_s == pytest.approx(3.4)


def test_noise_holds_the_greeting_back_for_its_patience_only() -> None:
    stage = Stage(patience_s=6.0).at(1.0)
    stage.tell(SoundBegan(ns(1.0)))
    assert stage.at(5.9).texts == []
    assert stage.at(6.0).texts == [LINES[0]]


@pytest.mark.parametrize(
    "filler",
    ["One moment, please.", "Still looking, one moment.", "Please hold.", "Let me check that."],
)
def test_a_filler_is_heard_but_is_no_answer(filler: str) -> None:
    stage = Stage().greeted().agent(filler, 6.2, 7.2).at(10.0)
    assert len(stage.said) == 1
    stage.agent("I have nine or ten.", 11.2, 12.4).at(14)
    assert len(stage.said) == 2
    turn = stage.turns[0]
    assert turn.first_sound_at_ns == ns(6.2)
    assert turn.answer_at_ns == turn.owed_until_at_ns == ns(11.2)
    assert [heard.role for heard in stage.heard][1:] == ["filler", "answer"]


@pytest.mark.parametrize("courtesy", ["Okay.", "Sure, Ada.", "Of course."])
def test_a_courtesy_before_a_slow_answer_is_no_answer(courtesy: str) -> None:
    stage = Stage(replies={1: ["Nine is free. Shall I book it?"]}).greeted()
    stage.agent(courtesy, 5.7, 6.3).at(13.9)
    assert len(stage.said) == 1
    stage.agent("Nine is free. Shall I book it?", 14.0, 16.0)
    assert stage.at(17.5).texts == list(LINES[:2])
    assert stage.turns[0].first_sound_at_ns == ns(5.7)
    assert stage.turns[0].answer_ms == pytest.approx(8800)
    assert [heard.role for heard in stage.heard][1:] == ["acknowledgement", "answer"]


def test_a_courtesy_in_place_of_the_answer_is_waited_in_vain() -> None:
    stage = Stage(replies={1: ["Nine is free."]}).greeted().agent("Okay.", 5.7, 6.3).at(14.2)
    assert stage.over is None
    assert stage.at(14.3).over == Over("info", "patience", "caller")
    assert stage.turns[0].answer_at_ns is None


def test_a_courtesy_answers_at_once_where_the_script_has_no_more() -> None:
    stage = Stage(replies={1: ["Okay, Ada."]}).greeted().agent("Okay, Ada.", 5.7, 6.3).at(7.5)
    assert stage.texts == list(LINES[:2])
    assert stage.turns[0].answer_ms == pytest.approx(500)
    assert stage.turns[0].answer == "Okay, Ada."


def test_a_courtesy_is_the_answer_if_no_more_comes_in_time() -> None:
    stage = Stage().greeted().agent("Okay.", 5.7, 6.3).at(11.2)
    assert stage.turns == []
    stage.at(11.9)  # 5 s after the courtesy, and the pause
    assert stage.texts == list(LINES[:2])
    assert stage.turns[0].answer_ms == pytest.approx(500)


def test_no_script_and_more_in_time_is_one_answer_that_was_slow() -> None:
    stage = Stage().greeted().agent("Okay.", 5.7, 6.3).agent("Nine is free.", 11.0, 12.0).at(13.3)
    assert stage.texts == list(LINES[:2])
    assert stage.turns[0].answer_ms == pytest.approx(5800)
    assert stage.turns[0].answer == "Nine is free."


def test_nothing_is_over_once_more_is_announced() -> None:
    stage = Stage().greeted().agent("One moment.", 5.7, 6.3).agent("Okay.", 6.6, 7.0).at(14.9)
    assert len(stage.said) == 1
    assert stage.at(15.0).over == Over("info", "patience", "caller")


def test_a_courtesy_to_the_goodbye_ends_the_call_in_peace() -> None:
    stage = Stage(LINES[-1:]).greeted().agent("Sure.", 5.7, 6.3).at(9.2)
    assert stage.over == Over("ok", "completed", "caller")
    assert stage.turns[0].answer_ms == pytest.approx(500)


def test_a_courtesy_after_the_goodbye_was_waited_for_ends_the_call() -> None:
    stage = Stage(LINES[-1:]).greeted().agent("You're welcome.", 8.9, 9.8).at(10.4)
    assert stage.over == Over("ok", "completed", "caller")
    assert stage.turns[0].answer == "You're welcome."


def test_um_is_never_an_answer() -> None:
    stage = Stage().greeted().agent("Um.", 5.7, 6.0).at(13.9)
    assert len(stage.said) == 1
    assert stage.at(14.0).over == Over("info", "patience", "caller")


def test_impatience_waits_for_no_more_after_a_courtesy() -> None:
    stage = Stage(patience_s=2.0).greeted().agent("Okay.", 5.7, 6.3).at(9.0)
    assert stage.over is None
    assert stage.texts == list(LINES[:2])


def test_an_idle_prompt_is_no_answer() -> None:
    stage = Stage().greeted().agent("Are you still there?", 9.0).at(12.0)
    assert len(stage.said) == 1
    assert stage.heard[-1].role == "idle_prompt"


def test_a_filler_and_the_answer_in_one_turn() -> None:
    stage = Stage().greeted().agent("One moment.", 6.0, 6.8)
    stage.agent("I have nine or ten. Which one?", 7.1, 9.0).at(10.2)
    assert stage.turns[0].answer == "I have nine or ten. Which one?"
    assert stage.turns[0].answer_at_ns == ns(7.1)


def test_sentences_in_utterances_of_their_own_are_one_turn() -> None:
    stage = Stage().greeted().agent("Sure.", 6.0, 6.5).agent("Which day suits you?", 6.9, 8.0)
    assert len(stage.said) == 1
    stage.at(9.2)
    assert stage.last_said_s == pytest.approx(9.2)
    assert stage.turns[0].answer == "Sure. Which day suits you?"
    assert stage.turns[0].answer_until_at_ns == ns(8.0)


def test_lets_the_agent_finish_if_it_goes_on_in_the_pause() -> None:
    stage = Stage().greeted().agent("You want Tuesday.", 6.0, 6.5).at(7.2)  # it seemed over at 7.1
    assert stage.caller.stage == "pausing"
    stage.agent("Which day suits you?", 7.3, 8.5)
    assert len(stage.said) == 1
    assert stage.at(9.7).last_said_s == pytest.approx(9.7)
    assert [heard.role for heard in stage.heard][1:] == ["answer", "answer"]


def test_repeats_at_most_twice_if_asked_to() -> None:
    stage = Stage().greeted()
    for count in (1, 2):
        stage.agent("Sorry, I did not catch that.", stage.end_s + 1.0)
        stage.at(stage.now_s + 1.2)
        assert stage.texts[-1] == LINES[0]
        assert (stage.said[-1][1].index, stage.said[-1][1].repeat) == (1, count)
    stage.agent("Could you repeat that?", stage.end_s + 1.0).at(stage.now_s + 1.2)
    assert stage.over == Over("info", "patience", "caller")
    assert [turn.repeat for turn in stage.turns] == [0, 1, 2]
    assert all(turn.answer_at_ns is None for turn in stage.turns)
    assert stage.turns[0].owed_until_at_ns == stage.turns[0].first_sound_at_ns == ns(6.2)


def test_repeats_are_counted_line_by_line() -> None:
    stage = Stage().greeted()
    for _ in range(2):
        stage.agent("Say that again, please.", stage.end_s + 1.0).at(stage.now_s + 1.2)
    stage.agent("Which day?", stage.end_s + 0.5).at(stage.now_s + 1.2)
    stage.agent("Sorry, could you say that again?", stage.end_s + 0.5).at(stage.now_s + 1.2)
    assert stage.texts[-2:] == [LINES[1], LINES[1]]
    assert stage.over is None


def test_answers_what_is_asked_out_of_order_and_goes_on() -> None:
    stage = Stage(answers={"phone|number": "415 555 0134."}).greeted()
    stage.agent("Thanks. What is your phone number?", 6.0).at(8.2)
    assert stage.said[-1][1].text == "415 555 0134."
    assert (stage.said[-1][1].index, stage.said[-1][1].repeat) == (1, 1)
    stage.agent("Which day, Ada?", stage.end_s + 0.5).at(stage.now_s + 1.2)
    assert stage.texts[-1] == LINES[1]


def test_only_a_question_is_answered_out_of_order_and_not_for_ever() -> None:
    stage = Stage(answers={"phone": "415 555 0134."}).greeted()
    stage.agent("I have your phone on file. Which day?", 6.0).at(8.2)
    assert stage.texts[-1] == LINES[1]
    for _ in range(3):
        stage.agent("Your phone?", stage.end_s + 0.5).at(stage.now_s + 1.2)
    assert stage.texts.count("415 555 0134.") == 2
    assert stage.texts[-1] == LINES[2]


def test_speech_that_began_before_the_callers_end_is_no_answer() -> None:
    stage = Stage().greeted().at(5.2)  # the caller speaks until 5.2
    stage = Stage().agent("Hello, how can I help you?", 0.5, 2.0).at(3.2)
    stage.agent("As I was saying.", 4.0, 5.0)
    assert stage.at(10.0).turns == []
    assert stage.heard[-1].role == "other"
    assert len(stage.said) == 1


def test_speech_that_began_just_before_the_callers_end_is_an_answer() -> None:
    stage = Stage().agent("Hello, how can I help you?", 0.5, 2.0).at(3.2)
    stage.agent("Which day?", 4.95, 6.0).at(8)
    turn = stage.turns[0]
    assert turn.answer_at_ns == turn.first_sound_at_ns == ns(5.2)
    assert turn.answer_ms == 0


def test_speech_that_outlasts_the_callers_end_by_a_second_is_an_answer() -> None:
    stage = Stage().agent("Hello, how can I help you?", 0.5, 2.0).at(3.2)
    stage.agent("Let me tell you about our offers.", 4.0, 6.3).at(8)
    assert stage.turns[0].answer_ms == 0
    assert len(stage.said) == 2


def test_loses_patience_when_nothing_is_heard() -> None:
    stage = Stage(patience_s=8.0).greeted().at(13.19)
    assert stage.over is None
    stage.at(13.2)
    assert stage.over == Over("info", "patience", "caller")
    assert stage.hung_up_s == pytest.approx(13.2)
    assert stage.turns[0].owed_until_at_ns == ns(13.2)
    assert stage.turns[0].answer_at_ns is None


def test_comfort_starts_patience_anew_but_not_for_ever() -> None:
    stage = Stage(patience_s=8.0).greeted()  # the caller's words end at 5.2
    for from_s in (9.0, 14.0, 19.0):
        stage.agent("One moment, please.", from_s)
    assert stage.over is None
    stage.at(21.19)
    assert stage.over is None
    stage.at(21.2)
    assert stage.over == Over("info", "patience", "caller")


def test_does_not_hang_up_while_the_agent_speaks() -> None:
    stage = Stage(patience_s=3.0).greeted()
    stage.agent("Well, that is a long story, but here it comes.", 8.0, 14.0)
    assert stage.over is None
    assert stage.at(16.0).texts[-1] == LINES[1]


def test_noise_neither_answers_nor_comforts_for_ever() -> None:
    stage = Stage(patience_s=4.0).greeted().at(6.0)
    stage.tell(SoundBegan(ns(6.0)))  # and it never stops
    stage.at(9.9)
    assert stage.over is None
    stage.at(10.0)
    assert stage.over == Over("info", "patience", "caller")
    assert stage.turns[0].first_sound_at_ns == ns(6.0)


def test_an_end_without_answer_to_the_goodbye_is_complete() -> None:
    stage = Stage(LINES[-1:]).greeted().at(9.19)
    assert stage.over is None
    stage.at(9.2)
    assert stage.over == Over("ok", "completed", "caller")
    assert stage.turns[0].owed_until_at_ns == stage.turns[0].until_at_ns


def test_a_goodbye_to_an_agent_that_never_spoke_completes_nothing() -> None:
    stage = Stage(LINES[-1:]).at(12.49)  # begins at 2.5 and ends at 4.5
    assert stage.over is None
    stage.at(12.5)
    assert stage.over == Over("info", "patience", "caller")


def test_lets_the_agent_say_its_goodbye_to_the_end() -> None:
    stage = Stage(LINES[-1:]).greeted().agent("Goodbye, have a nice day.", 8.5, 10.5).at(11.1)
    assert stage.over == Over("ok", "completed", "caller")
    assert stage.turns[0].answer == "Goodbye, have a nice day."


def test_a_filler_after_the_goodbye_does_not_keep_the_caller() -> None:
    stage = Stage(LINES[-1:]).greeted().agent("One moment.", 8.9, 9.8).at(10.4)
    assert stage.over == Over("ok", "completed", "caller")


def test_the_agent_may_hang_up_after_the_goodbye() -> None:
    stage = Stage(LINES[-1:]).greeted().closed(6.0)
    assert stage.over == Over("ok", "completed", "agent")
    assert stage.hung_up_s is None


def test_a_refusal_in_place_of_a_greeting() -> None:
    stage = Stage().agent("All our lines are busy. Please call again later.", 0.5, 3.0).closed(4.0)
    assert stage.over == Over("fail", "spoken_refusal", "agent")
    assert stage.heard[0].role == "refusal"
    assert stage.said == []


@pytest.mark.parametrize("goodbye_s", [2.3, 3.5])
def test_a_goodbye_after_a_refusal_takes_nothing_back(goodbye_s: float) -> None:
    stage = Stage().agent("All lines are busy.", 1.0, 2.0)
    stage.agent("Goodbye.", goodbye_s, goodbye_s + 0.5)
    stage.closed(goodbye_s + 0.8)
    assert stage.over == Over("fail", "spoken_refusal", "agent")


def test_hangs_up_itself_if_a_refusing_agent_does_not() -> None:
    stage = Stage().greeted()
    stage.agent("I'm sorry, our system is busy right now. Please call again later.", 8.0, 11.0)
    stage.at(15.59)
    assert stage.over is None
    stage.at(15.6)
    assert stage.over == Over("fail", "spoken_refusal", "caller")
    assert stage.turns[0].owed_until_at_ns == ns(8.0)


@pytest.mark.parametrize("how", ["transferred", "queued"])
def test_an_apology_before_the_agent_sends_the_call_on_is_none(how: str) -> None:
    stage = Stage().greeted().agent("Sorry, we are having technical difficulties.", 7.0, 9.0)
    assert stage.closed(9.3, "agent", how).over == Over("info", how, "agent")


def test_an_apology_before_the_agent_hangs_up_is_a_refusal() -> None:
    stage = Stage().greeted().agent("Sorry, we are having technical difficulties.", 7.0, 9.0)
    assert stage.closed(9.3).over == Over("fail", "spoken_refusal", "agent")


def test_after_an_apology_the_caller_tries_again() -> None:
    stage = Stage().greeted().agent("Sorry, something went wrong.", 7.0, 8.5).at(9.7)
    assert stage.texts == [LINES[0], LINES[0]]
    assert stage.heard[-1].role == "apology"


@pytest.mark.parametrize(
    ("by", "how", "expected"),
    [
        ("agent", "closed", Over("info", "closed", "agent")),
        ("agent", "transferred", Over("info", "transferred", "agent")),
        ("network", "cut", Over("info", "cut", "network")),
        ("us", "stopped", Over("info", "stopped", "us")),
    ],
)
def test_the_line_is_closed_in_mid_conversation(by: str, how: str, expected: Over) -> None:
    stage = Stage().greeted().closed(6.0, by, how)
    assert stage.over == expected
    assert stage.turns[0].owed_until_at_ns == ns(6.0)


def test_the_line_is_closed_while_the_caller_speaks() -> None:
    stage = Stage().agent("Hello, how can I help you?", 0.5, 2.0).at(3.2).closed(4.0)
    assert stage.turns[0].until_at_ns == stage.turns[0].owed_until_at_ns == ns(4.0)


def test_an_abnormal_close_after_a_refusal_is_a_refusal() -> None:
    stage = Stage().agent("All our lines are busy. Please call again later.", 0.5, 3.0)
    assert stage.closed(3.2, "network", "cut").over == Over("fail", "spoken_refusal", "network")


def test_the_end_that_we_make_is_ours_even_after_a_refusal() -> None:
    stage = Stage().agent("All our lines are busy.", 0.5, 3.0).closed(3.2, "us", "stopped")
    assert stage.over == Over("info", "stopped", "us")


def test_an_apology_long_ago_does_not_excuse_a_cut() -> None:
    stage = Stage().greeted().agent("Sorry, something went wrong.", 7.0, 8.5).at(12.0)
    assert len(stage.said) == 2
    assert stage.closed(15.0, "network", "cut").over == Over("info", "cut", "network")


def test_words_of_the_network_can_refuse() -> None:
    stage = Stage().closed(1.0, "agent", "closed", "We are busy, please try again later.")
    assert stage.over == Over("fail", "spoken_refusal", "agent")


def test_what_was_still_sounding_is_reported_after_the_end() -> None:
    stage = Stage().greeted().closed(6.0, "network", "cut")
    stage.tell(Utterance(ns(5.5), ns(6.0), "Which d"))
    assert stage.heard[-1].text == "Which d"
    assert stage.over == Over("info", "cut", "network")


def test_no_call_lasts_for_ever() -> None:
    stage = Stage(manners=Manners(length_s=7.0)).greeted().at(7.0)
    assert stage.over == Over("info", "too_long", "caller")


def test_garbled_speech_without_text_is_no_answer() -> None:
    stage = Stage().greeted().agent("", 6.0, 6.3, verified=False).at(9.0)
    assert len(stage.said) == 1
    assert stage.turns == []


def test_who_is_called_says_hello_and_waits_for_the_agent() -> None:
    stage = Stage(called=True).at(0.3)
    assert [(say.text, say.aside) for _, say in stage.said] == [("Hello?", True)]
    stage.agent("Hello, this is the clinic. Who is speaking?", 3.0, 5.0).at(6.2)
    assert stage.texts == ["Hello?", LINES[0]]
    assert (stage.heard[0].role, stage.turns) == ("greeting", [])


def test_who_is_spoken_to_at_once_says_no_hello() -> None:
    stage = Stage(called=True).agent("Hello, this is the clinic.", 0.2, 2.0).at(3.2)
    assert stage.texts == [LINES[0]]
