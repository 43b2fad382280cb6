import pytest

from harness.callers.clauses import Clause, clauses, plain


def kinds(text: str) -> list[str]:
    return [clause.kind for clause in clauses(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sorry, all lines are busy, please call again later.", "acknowledgement busy turned_away"),
        ("Sorry, but something went wrong.", "acknowledgement apology"),
        ("We can't find you. Could you repeat that?", "excuse reprompt"),
        ("Hello — are you still there?", "formula idle_prompt"),
        ("Thank you for holding; nine is free.", "filler content"),
        ("Okay, um, let me check…", "acknowledgement hesitation filler"),
        ("The line is busy at 9.30, but 10.15 is free.", "content content"),
        ("", ""),
        ("…", ""),
    ],
)
def test_every_clause_does_something_of_its_own(text: str, expected: str) -> None:
    assert kinds(text) == expected.split()


@pytest.mark.parametrize("name", ["Ada", "Ada Byron", "O'Neil-Smith"])
def test_a_name_in_a_sentence_is_no_clause(name: str) -> None:
    assert kinds(f"Sure, {name}.") == ["acknowledgement"]
    assert kinds(f"Okay, {name}, let me check.") == ["acknowledgement", "filler"]


@pytest.mark.parametrize("answer", ["Tuesday", "Nine", "No", "March", "Ada Byron King", "booked"])
def test_what_is_no_name_is_kept(answer: str) -> None:
    assert kinds(f"Sure, {answer}.") == ["acknowledgement", "content"]


def test_a_condition_holds_for_its_whole_sentence_and_no_longer() -> None:
    assert kinds("If the pain comes back, please call again later.") == ["content", "content"]
    assert kinds("If it hurts. Please call again later.") == ["content", "turned_away"]


def test_a_question_and_an_offer_invite() -> None:
    assert list(clauses("Nine is free.")) == [Clause("content", 3, invites=False)]
    assert list(clauses("Is nine fine?")) == [Clause("content", 3, invites=True)]
    assert list(clauses("I can book it.")) == [Clause("content", 4, invites=True)]
    assert not next(clauses("I can call you back.")).invites


def test_plain_words_have_no_marks() -> None:
    assert plain("  I’m HERE — at 9:30! ") == "i'm here at 9 30"
