import pytest

from harness.callers.phrases import manner_of, questions, says_goodbye

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
        "Checking…",
        "One moment, Ada.",
        "Okay, Ada, let me check.",
        "All our agents are busy. Please stay on the line.",
        "Sorry, I am having trouble with the calendar. One moment, please.",
        "Sorry, something went wrong, let me look again.",
        "Please hold while I transfer you.",
        "Could you hold for a moment, please?",
        "I'm having some trouble on my end, please bear with me.",
        "We have an unusually high call volume. You are next in line.",
    ],
    "hesitation": ["Hmm.", "Um…", "Uh, well,", "So…"],
    "acknowledgement": [
        "Okay.",
        "I'm sorry.",
        "Sure.",
        "Of course.",
        "Sure, Ada.",
        "Thank you very much, Ada Byron.",
        "Mm-hmm.",
        "Uh-huh.",
        "Um, okay.",
        "Yes, of course. Thank you.",
        "Got it, thanks.",
        "You're welcome.",
        "Sure, I can help you with that.",
        "All our agents are busy, but I can help you with that.",
        "Sounds good.",
    ],
    "idle_prompt": [
        "Are you still there?",
        "Hello?",
        "Hello, are you there?",
        "Can you hear me?",
        "Is anyone on the line?",
        "Are you still there? If you need nothing else, I will hang up.",
        "Sorry, I can't hear you. Are you there?",
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
        "Sorry, something went wrong. Please try again.",
        "Sorry?",
        "Pardon me?",
    ],
    "refusal": [
        "All our lines are busy.",
        "I'm sorry, our system is busy right now. Please call again later.",
        "We are very busy, try again in a few minutes.",
        "Please call back later.",
        "We're at capacity.",
        "We cannot take any more calls.",
        "Please call back later, okay?",
        "Could you please try again later?",
        "You will have to call back later.",
        "I have to ask you to call again later.",
        "You should hang up and try again later.",
        "All our agents are busy helping other callers. Goodbye.",
        "Our representatives are assisting other customers, please try again later.",
        "Thank you for calling the clinic. All our lines are busy. Have a nice day.",
        "We're sorry, but all lines are busy at the moment.",
        "All our lines are busy. Our office is open from nine to five.",
        "Nobody is available to take your call.",
        "We are experiencing a higher than usual call volume.",
        "We're closed now. Please call back tomorrow.",
        "I'm afraid you will have to try again later.",
        "One moment, please. I'm sorry, we can't take your call right now.",
        "I cannot see the calendar right now. Please call again later.",
        "Our system is busy, something went wrong. Please ring us later.",
    ],
    "apology": [
        "Sorry, we are having technical difficulties.",
        "Something went wrong.",
        "I am having some trouble with the calendar.",
        "I can't help you right now.",
        "Hello, this is the clinic. We're having technical difficulties.",
        "Something went wrong, Ada.",
        "Sorry, something went wrong. I was not able to book that. Goodbye.",
        "Our booking system is down at the moment.",
        "The system's down, I'm afraid.",
        "There seems to be a problem with the calendar.",
        "Due to technical problems, we cannot book anything.",
        "I'm having trouble finding your appointment.",
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
        "Can you come at nine?",
        "",
        # Who is to call whom, and whether anybody has to.
        "You can call back later if you want to change it.",
        "If you want to change it, please call back later.",
        "I'll have the doctor call you back later.",
        "The doctor will call back later.",
        "I will try again later today.",
        "I'll look into it and call back later.",
        "Shall I call later?",
        "Please call back later to confirm the appointment.",
        "You may call us later than five, too.",
        "The doctor said you should call back later, so I booked you for nine.",
        # Who is busy, and when.
        "The line is busy at ten, but eleven is free.",
        "Everyone is busy on Monday. Tuesday at nine?",
        "Your line is busy whenever we call.",
        "Our lines are busy from nine to ten.",
        "The doctor is busy now, nine is free.",
        "On Friday the center is at capacity.",
        "If all our lines are busy, please call again later.",
        "All our agents are busy, but I can book it for you.",
        "All our agents are busy. Would you like to leave a message?",
        # Whose trouble it is, and whether there is any.
        "We're having trouble-free service.",
        "Are you having trouble with your tooth?",
        "There is a problem with your tooth.",
        "I understand that you are having technical difficulties.",
        "We have solved the technical problems.",
        "We do not have any technical problems.",
        "Tell us if something went wrong.",
        "That service is not available on Sundays.",
        # An answer, and an apology beside it.
        "Sorry for the trouble, your appointment is booked for nine.",
        "Something went wrong before, but your appointment is booked.",
        "We are having technical difficulties. You are booked for nine all the same.",
        "Your appointment is booked. Sorry, the system is down now and then.",
        # Whom something is repeated for, and who is here.
        "Let me repeat that: Tuesday at nine.",
        "I'll say it once more, nine on Tuesday.",
        "Are you here for a check-up?",
        "Are you here tomorrow?",
        # A courtesy, and more.
        "Sure, nine.",
        "I can help you with that on Tuesday.",
        "Okay, Tuesday.",
        "Yes, nine is free.",
        "Thank you. Which day, Ada?",
        "Okay, goodbye.",
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


@pytest.mark.parametrize(
    ("text", "takes_leave"),
    [
        ("Goodbye, Ada.", True),
        ("You are booked for nine. Have a great day!", True),
        ("Bye-bye.", True),
        ("Take care. See you on Tuesday.", True),
        ("We say goodbye to Ann. Which day suits you?", False),
        ("Shall we say goodbye?", False),
        ("You are booked for nine.", False),
        ("Goodbye. I mean, one moment.", False),
        ("", False),
    ],
)
def test_a_goodbye_is_in_the_last_sentence(text: str, takes_leave: bool) -> None:
    assert says_goodbye(text) is takes_leave
