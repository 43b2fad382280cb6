"""What the mind says where the script has no words of its own."""

from __future__ import annotations

import re

from kernel.roll import pick

GREETING = "Hello, how can I help you?"
REPROMPT = "Could you say that again, please?"
NEUTRAL = "I see. Could you tell me a little more about that, please?"
ACKNOWLEDGED = "Thank you, that helps me."
CARRY_ON = "All right, I have written that down."
ONE_MOMENT = "One moment, please."
APOLOGY = "I am sorry, that did not work just now. Is there anything else I can do for you?"
DONE = "That is done."

_NAMES = (
    *("Alex", "Alice", "Amara", "Anna", "Ben", "Bella", "Carla", "Chris", "Clara", "Dana"),
    *("David", "Diana", "Elena", "Emma", "Eric", "Fatima", "Felix", "Fiona", "Frank", "Grace"),
    *("Hanna", "Helen", "Henry", "Iris", "Ivan", "Jack", "Jane", "Jonas", "Julia", "Karen"),
    *("Kim", "Laura", "Leo", "Lily", "Lucas", "Maya", "Mia", "Nina", "Noah", "Nora"),
    *("Olga", "Oscar", "Paul", "Petra", "Quinn", "Rosa", "Ruth", "Sam", "Sara", "Simon"),
    *("Sofia", "Theo", "Tina", "Tom", "Uma", "Vera", "Victor", "Wanda", "Will", "Zoe"),
)
_SALUTATIONS = ("Hello", "Hi", "Hi there", "Hello there", "Good day", "Welcome")
_INTRODUCTIONS = ("this is {}", "{} speaking", "{} here", "my name is {}", "you talk to {}")
_THANKS = (
    "thank you for calling",
    "thanks for calling",
    "thanks for your call",
    "good to hear you",
)
_PATIENCE = (
    *("", " Take your time.", " I am listening.", " I am right here.", " Please go ahead."),
    *(" There is no hurry.", " Whenever you are ready.", " Just let me know.", " I am all ears."),
    *(" Go ahead when you are ready.", " I can hear you."),
)
_STILL_THERE = (
    *("Are you still there?", "Are you still with me?", "Hello, are you still there?"),
    *("Sorry, are you still there?", "Just checking, are you still there?"),
)
_SALUTATION = re.compile(r"^(hello|hi|hey|welcome|good (morning|afternoon|day))( there)?\W+", re.I)
_INTRODUCED = re.compile(r"\b(this is|my name|speaking|here is|i am|i'm)\b", re.I)


def greeting(text: str, seed: int, *names: object) -> str:
    """A greeting in other words, the same for the same names; there are hundreds of each."""
    rest = _SALUTATION.sub("", text)
    rest = rest[:1].upper() + rest[1:]
    salutation = pick(_SALUTATIONS, seed, "salutation", *names)
    if _INTRODUCED.search(rest):
        thanks = pick(_THANKS, seed, "thanks", *names)
        patience = pick(_PATIENCE, seed, "patience", *names)
        return f"{salutation}, {thanks}. {rest}{patience}"
    introduction = pick(_INTRODUCTIONS, seed, "introduction", *names)
    return f"{salutation}, {introduction.format(pick(_NAMES, seed, 'name', *names))}. {rest}"


def still_there(seed: int, *names: object) -> str:
    """What to say to a caller who says nothing."""
    asked = pick(_STILL_THERE, seed, "still there", *names)
    return asked + pick(_PATIENCE, seed, "patience", *names)
