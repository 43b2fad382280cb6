import pytest

from harness.callers.phrases import manner_of, questions

SAID = {
    "filler": [
        "One moment, please.",
        "Still looking, one moment.",
        "Please hold on while I check that.",
        "Hold the line, please.",
        "Let me look up the calendar for you.",
        "I am still working on it.",
        "I'll check the calendar for you.",
        "Just a second, I am checking the calendar.",
        "Give me a moment.",
        "Sure, bear with me one moment while I look that up for you.",
        "Thank you for your patience.",
        "This may take a moment.",
        "Okay, let me see.",
        "Hmm.",
        "Mm-hmm.",
        "Checking…",
    ],
    "idle_prompt": [
        "Are you still there?",
        "Hello?",
        "Hello, are you there?",
        "Can you hear me?",
        "Is anyone on the line?",
    ],
    "reprompt": [
        "Could you repeat that, please?",
        "Sorry, I did not catch that.",
        "I didn’t quite get that.",
        "Say that again?",
        "Pardon?",
        "I am sorry, I did not understand.",
        "Can you say it one more time?",
        "Would you please rephrase?",
    ],
    "refusal": [
        "All our lines are busy.",
        "I'm sorry, our system is busy right now. Please call again later.",
        "We are very busy, try again in a few minutes.",
        "Please call back later.",
        "We're at capacity.",
        "We cannot take any more calls.",
    ],
    "apology": [
        "Sorry, we are having technical difficulties.",
        "Something went wrong.",
        "I am having some trouble with the calendar.",
        "I can't help you right now.",
    ],
    "content": [
        "One moment, please. I have nine.",
        "Let me see. Tuesday is fine.",
        "Thank you for waiting. I have nine or ten.",
        "We are busy on Tuesday.",
        "I am looking forward to seeing you.",
        "Could you wait for the doctor?",
        "You are booked for December 3rd at 9:00. Anything else?",
        "I have checked that for you, nine is free.",
        "I am sorry, I cannot see the calendar right now.",
        "Goodbye, Ada.",
        "Okay.",
        "Sure.",
        "Can you come at nine?",
        "",
    ],
}


@pytest.mark.parametrize(
    ("manner", "text"), [(manner, text) for manner, texts in SAID.items() for text in texts]
)
def test_words_tell_what_an_utterance_does(manner: str, text: str) -> None:
    assert manner_of(text) == manner


def test_hello_opens_a_call_and_prompts_later() -> None:
    assert manner_of("Hello?", opening=True) == "content"
    assert manner_of("Hello?") == "idle_prompt"


def test_case_and_marks_do_not_matter() -> None:
    assert manner_of("ONE MOMENT — PLEASE!") == "filler"


def test_questions_are_the_sentences_with_a_question_mark() -> None:
    assert questions("Thanks. What is your name? I will wait.") == "What is your name?"
    assert questions("Your name? Your number?") == "Your name? Your number?"
    assert questions("No question.") == ""
