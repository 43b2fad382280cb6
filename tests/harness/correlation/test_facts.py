from harness.correlation.facts import FactIndex
from tests.harness.histories import Story


def index(*facts: dict[str, str], lines: tuple[tuple[str, ...], ...] = ()) -> FactIndex:
    story = Story()
    for number, known in enumerate(facts, 1):
        said = lines[number - 1] if lines else ()
        story.call(number, at=number, facts=known, lines_text=said).talks().ends()
    return FactIndex(story.history())


def test_a_fact_names_its_owner_wherever_it_stands() -> None:
    known = index({"name": "Mary Smith"}, {"name": "Mary Jones"})
    assert known.owners("Hi, this is mary SMITH. I would like to book.") == {"c0001"}
    assert known.owners('{"name": "Mary Jones"}') == {"c0002"}
    assert known.owners("This is Mary.") == set()
    assert known.owners("Smithson, Mary Smithson") == set()


def test_a_fact_that_two_callers_share_names_neither() -> None:
    known = index({"name": "Mary Smith", "day": "March 3rd"}, {"name": "Al", "day": "March 3rd"})
    assert known.owners("on March 3rd") == set()
    assert known.owners("Mary Smith, March 3rd") == {"c0001"}


def test_a_fact_that_another_caller_says_by_chance_names_nobody() -> None:
    lines = (("In the morning, please.",), ("Good morning, this is Al Moss.",))
    known = index({"when": "morning"}, {"name": "Al Moss"}, lines=lines)
    assert known.owners("Good morning") == set()
    assert known.owners("Al Moss") == {"c0002"}


def test_lines_may_be_told_as_one_text() -> None:
    story = Story()
    story.call(1, at=1, facts={"when": "morning"}).ends()
    story.callers[0]._head["lines_text"] = "in the morning"
    story.call(2, at=1).ends()
    story.callers[1]._head["lines_text"] = "good morning"
    assert FactIndex(story.history()).owners("morning") == set()


def test_short_facts_turn_up_by_chance_and_are_no_evidence() -> None:
    assert index({"people": "7"}).owners('{"people": 7}') == set()
    assert index({"name": "...."}).owners("....") == set()


def test_a_caller_who_redials_has_several_calls() -> None:
    story = Story()
    story.call(1, at=1, facts={"name": "Mary Smith"}, lines_text=("Mary Smith here.",)).ends()
    again = {"facts": {"name": "Mary Smith"}, "lines_text": ("Mary Smith here.",)}
    story.call(2, at=60, redial_of="c0001", **again).ends()
    assert FactIndex(story.history()).owners("Mary Smith") == {"c0001", "c0002"}


def test_a_call_without_its_beginning_owns_nothing() -> None:
    story = Story()
    story.tell(1, "caller", "call", "ok", "c0001")
    story.tell(
        2, "caller", "call", "invoke", "c0001", data={"number": 1, "telling": ["Mary Smith"]}
    )
    assert FactIndex(story.history()).owners("Mary Smith") == set()
