"""YAML → typed values: what is read, and every kind of mistake with its exact words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import pytest

from harness.files.grammar import Beside, Flaw, Grammar, Named, Secret, Variant
from harness.files.strict import parse
from kernel.errors import FileProblems
from kernel.units import Duration, Share


class Say(msgspec.Struct, frozen=True):
    say: str
    pause: Duration | None = None
    loud: bool = False


class Person(msgspec.Struct, frozen=True):
    name: str
    age: int | None = None


@dataclass
class Circle:
    radius: float

    def __post_init__(self) -> None:
        if self.radius <= 0:
            raise ValueError(f"radius: {self.radius} is no size; write a positive number")


@dataclass
class Square:
    side: int = 1


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    kind: str = "circle"
    at: Share | None = None
    figure: Any


class Word(msgspec.Struct, frozen=True):
    word: str
    marks: dict[str, Any] = {}


class Page(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    lines: tuple[Say, ...] = ()
    facts: dict[str, str | tuple[str, ...]] = {}
    people: dict[str, Person] = {}
    numbers: dict[int, float] = {}
    colour: Literal["red", "green"] = "red"
    key: Secret = Secret()
    limits: dict[str, Any] | tuple[str, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    words: tuple[Word, ...] = ()


def lines_differ(page: Page) -> Iterator[Flaw]:
    for at, line in enumerate(page.lines):
        if line in page.lines[:at]:
            yield Flaw(("lines", at), f"said twice: {line.say!r}", "say something else")


GRAMMAR = Grammar(
    short={Say: "say", Square: "side"},
    named={Person: "name"},
    unbuilt={Say: {"shout": "use loud", "loud": "speak softly"}},
    variants={
        Drawing: Variant("kind", "figure", "figure", {"circle": Circle, "square": Square}, "circle")
    },
    entries={("limits",): Named("limit", {"speed": Square})},
    beside={Word: Beside("figure", "marks", {"circle": Circle, "square": Square})},
    rules={Page: lines_differ},
)


def read(text: str, **environment: str) -> Page:
    return parse(text, Page, file="p.yaml", grammar=GRAMMAR, environment=environment).value


def test_everything_has_its_type() -> None:
    page = read(
        """
title: no
lines: [on, {say: "5", pause: 500ms}]
facts: {name: person, day: [Monday, yes]}
people: {ann: {age: 30}, bob: {age: unknown}}
numbers: {1: 2, 3: 0.5}
colour: green
key: ${TOKEN}
limits: {speed: {side: 4}}
drawings:
  - {radius: 2, at: 50%}
  - {kind: square}
""",
        TOKEN="hush",
    )
    assert page == Page(
        title="no",
        lines=(Say("on"), Say("5", Duration(0.5))),
        facts={"name": "person", "day": ("Monday", "yes")},
        people={"ann": Person("ann", 30), "bob": Person("bob", None)},
        numbers={1: 2.0, 3: 0.5},
        colour="green",
        key=Secret("hush"),
        limits={"speed": {"side": 4}},
        drawings=(
            Drawing(figure=Circle(2.0), at=Share(0.5)),
            Drawing(kind="square", figure=Square()),
        ),
    )
    assert isinstance(page.key, Secret)
    assert isinstance(page.numbers[1], float)


def test_a_named_entry_is_kept_as_written() -> None:
    assert read("title: t\nlimits: {speed: 7}").limits == {"speed": 7}
    assert read("title: t\nlimits: {speed: true}").limits == {"speed": True}
    assert read("title: t\nlimits: [speed]").limits == ("speed",)


def test_what_has_no_type_is_kept_as_written() -> None:
    loaded = parse("title: t\nlimits: {speed: {a: [1, b]}}", Page, file="p.yaml", grammar=Grammar())
    assert loaded.value.limits == {"speed": {"a": [1, "b"]}}


def test_a_variant_may_be_kept_as_written() -> None:
    grammar = Grammar(
        variants={Drawing: Variant("kind", "figure", "figure", {"circle": Circle}, as_written=True)}
    )
    loaded = parse("{kind: circle, radius: 2}", Drawing, file="p.yaml", grammar=grammar)
    assert loaded.value == Drawing(kind="circle", figure={"radius": 2})


def test_every_place_has_its_line() -> None:
    text = "title: t\nlines:\n  - one\n  - say: two\n    pause: 1s\n"
    lines = parse(text, Page, file="p.yaml", grammar=GRAMMAR).source.lines
    assert lines[()] == 1
    assert lines["lines",] == 2
    assert lines["lines", 0] == 3
    assert lines["lines", 1, "pause"] == 5


def problems_of(text: str) -> str:
    with pytest.raises(FileProblems) as caught:
        read(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "title: t\nlimes: []",
            "p.yaml:2: unknown key 'limes'\n  → did you mean 'lines'? known keys: title, lines, "
            "facts, people, numbers, colour, key, limits, drawings, words",
        ),
        (
            "title: t\ntitle: u",
            "p.yaml:2: duplicate key 'title', it stands in line 1 already\n  → keep one of the two",
        ),
        ("colour: red", "p.yaml:1: the key 'title' is missing\n  → add 'title: …'"),
        ("title:", "p.yaml:1: title: there is no value\n  → write one, or take the key out"),
        (
            "title: {name}",
            "p.yaml:1: title: expected a text, found keys and values\n"
            "  → put quotes around texts that hold {slots}",
        ),
        (
            "title: t\nlines: hello",
            "p.yaml:2: lines: expected a list, found 'hello'\n"
            "  → write [a, b], or one line '- a' per entry",
        ),
        (
            "title: t\nlines: {say: hello}",
            "p.yaml:2: lines: expected a list, found keys and values\n"
            "  → write [a, b], or one line '- a' per entry",
        ),
        (
            "title: t\nlines:\n  - [a, b]",
            "p.yaml:3: lines: expected keys and values, found a list\n  → write {say: …}",
        ),
        (
            "title: t\npeople: ann",
            "p.yaml:2: people: expected keys and values, found 'ann'\n"
            "  → write 'key: value', one per line",
        ),
        (
            "[a]",
            "p.yaml:1: expected keys and values, found a list\n  → write {title: …}",
        ),
        (
            "title: t\nlines: [{say: a, pause: 500}]",
            "p.yaml:2: pause: '500' is not a duration\n  → write for example 500ms, 2s or 5m",
        ),
        (
            "title: t\ndrawings: [{radius: 1, at: 120%}]",
            "p.yaml:2: at: '120%' is not a share\n  → write a percentage from 0% to 100%",
        ),
        (
            "title: t\nlines: [{say: a, shout: true}]",
            "p.yaml:2: lines: 'shout' is not built yet\n  → use loud",
        ),
        (
            "title: t\nlines: [{say: a, loud: true}]",
            "p.yaml:2: lines: 'loud' is not built yet\n  → speak softly",
        ),
        (
            "title: t\npeople: {ann: {age: ten}}",
            "p.yaml:2: age: 'ten' is not a whole number",
        ),
        (
            "title: t\npeople: {ann: {age: '10'}}",
            "p.yaml:2: age: '10' is not a whole number\n  → write it without quotes",
        ),
        (
            "title: t\nnumbers: {one: 1}",
            "p.yaml:2: numbers: 'one' is not a whole number",
        ),
        (
            "title: t\nnumbers: {1: much}",
            "p.yaml:2: numbers.1: 'much' is not a number",
        ),
        (
            "title: t\ncolour: gren",
            "p.yaml:2: colour: unknown value 'gren'\n"
            "  → did you mean 'green'? known values: red, green",
        ),
        (
            "title: t\nkey: hush",
            "p.yaml:2: key: a secret does not belong in a file\n"
            "  → write ${NAME} and set NAME in the environment",
        ),
        (
            "title: t\nkey: ${TOKEN}",
            "p.yaml:2: key: the environment has no TOKEN\n  → set it: export TOKEN=…",
        ),
        (
            "title: the ${TOKEN}",
            "p.yaml:1: title: 'the ${TOKEN}' is taken as it stands, only secrets come from the "
            "environment\n  → write the value, or give it on the command line",
        ),
        (
            "title: t\ndrawings: [{kind: sqare, side: 2, at: 1}]",
            "p.yaml:2: kind: unknown figure 'sqare'\n"
            "  → did you mean 'square'? known figures: circle, square\n"
            "p.yaml:2: at: '1' is not a share\n  → write a percentage from 0% to 100%",
        ),
        (
            "title: t\ndrawings: [{kind: square, radius: 2}]",
            "p.yaml:2: drawings: unknown key 'radius'\n  → known keys: kind, at, side",
        ),
        (
            "title: t\ndrawings: [{radius: 0}]",
            "p.yaml:2: drawings: radius: 0.0 is no size\n  → write a positive number",
        ),
        (
            "title: t\ndrawings: [{kind: circle, radius: f(1, 2), at: 10%}]",
            "p.yaml:2: radius: 'f(1, 2)' is cut at its comma\n  → put quotes around it: 'f(1, 2)'\n"
            "p.yaml:2: radius: 'f(1, 2)' is not a number",
        ),
        (
            "title: t\nlines: [one, two (2, too)]",
            "p.yaml:2: lines: 'two (2, too)' is cut at its comma\n"
            "  → put quotes around it: 'two (2, too)'",
        ),
        (
            "titel: {name}",
            "p.yaml:1: unknown key 'titel'\n  → did you mean 'title'? known keys: title, lines, "
            "facts, people, numbers, colour, key, limits, drawings, words\n"
            "p.yaml:1: title: expected a text, found keys and values\n"
            "  → put quotes around texts that hold {slots}",
        ),
        (
            "title: t\ndrawings:\n  - kid: square\n    side: x\n    radius: 2",
            "p.yaml:3: drawings: unknown key 'kid'\n"
            "  → did you mean 'kind'? known keys: kind, at, side\n"
            "p.yaml:4: side: 'x' is not a whole number\n"
            "p.yaml:5: drawings: unknown key 'radius'\n  → known keys: kind, at, side",
        ),
        (
            "title: t\ndrawings:\n  - kind: sqare\n    side: x\n    sied: 3",
            "p.yaml:3: kind: unknown figure 'sqare'\n"
            "  → did you mean 'square'? known figures: circle, square\n"
            "p.yaml:4: side: 'x' is not a whole number\n"
            "p.yaml:5: drawings: unknown key 'sied'\n"
            "  → did you mean 'side'? known keys: kind, at, side",
        ),
        (
            "title: t\ndrawings:\n  - kind: blob\n    side: x\n    colour: red",
            "p.yaml:3: kind: unknown figure 'blob'\n  → known figures: circle, square\n"
            "p.yaml:4: side: 'x' is not a whole number\n"
            "p.yaml:5: drawings: unknown key 'colour'\n"
            "  → move it out: it belongs beside 'drawings'",
        ),
        (
            "people:\n  ann:\n    age: 30\n    title: t",
            "p.yaml:4: ann: unknown key 'title'\n  → move it out: it belongs beside 'people'",
        ),
        (
            "title: t\npeople:\n  ann:\n  age: 30\n  colour: red",
            "p.yaml:3: ann: expected keys and values, found nothing\n"
            "  → write {age: …}\n"
            "p.yaml:4: people: 'age' stands in the wrong place\n"
            "  → move it in: it belongs under 'ann'\n"
            "p.yaml:5: people: 'colour' stands in the wrong place\n"
            "  → move it out: it belongs beside 'people'",
        ),
        (
            "title: t\nlimits:\n  speed: 3\n  people: {}",
            "p.yaml:4: limits: 'people' stands in the wrong place\n"
            "  → move it out: it belongs beside 'limits'",
        ),
        (
            "title: t\nlines: []\nlimits: {}\nspeed: 3\npause: 3s",
            "p.yaml:4: unknown key 'speed'\n  → move it in: it belongs under 'limits'\n"
            "p.yaml:5: unknown key 'pause'\n  → move it in: it belongs under 'lines'",
        ),
        (
            "title: t\nlimits: {sped: 7}",
            "p.yaml:2: limits: unknown limit 'sped'\n  → did you mean 'speed'? known limits: speed",
        ),
        (
            "title: t\nlimits: [{speed: {side: 3}}]",
            "p.yaml:2: limits: a list names limits without values\n"
            "  → write {NAME: VALUE, …} in place of the whole list",
        ),
        (
            "title: t\nlimits: {speed: fast}",
            "p.yaml:2: speed: 'fast' is not a whole number",
        ),
        (
            "title: t\nlines:\n  - a\n  - a",
            "p.yaml:4: said twice: 'a'\n  → say something else",
        ),
    ],
)
def test_a_mistake_has_line_value_and_remedy(text: str, expected: str) -> None:
    assert problems_of(text) == expected


def test_all_mistakes_come_at_once_in_the_order_of_the_file() -> None:
    text = "colour: blue\nlines: [{pause: 5}, {say: a, pause: 5s, shot: 1}]\nnumbers: {a: b}\nx: 1"
    lines = [line.split(": ")[0] for line in problems_of(text).splitlines() if line[0] == "p"]
    assert lines == ["p.yaml:1"] * 2 + ["p.yaml:2"] * 3 + ["p.yaml:3"] * 2 + ["p.yaml:4"]


def test_an_unreadable_part_does_not_hide_the_rules_of_another() -> None:
    grammar = Grammar(rules={Person: lambda person: [Flaw((), f"no {person.name}")]},
                      named={Person: "name"})  # fmt: skip
    with pytest.raises(FileProblems) as caught:
        parse("people: {ann: {}}", Page, file="p.yaml", grammar=grammar)
    assert [problem.what for problem in caught.value.problems] == [
        "no ann",
        "the key 'title' is missing",
    ]


def test_a_rule_asks_for_the_keys_that_it_needs_and_sees_what_is_left_of_others() -> None:
    def known(page: Page) -> Iterator[Flaw]:
        yield Flaw((), f"people: {', '.join(page.people)}, colour: {page.colour}")

    grammar = Grammar(parts={Page: {lines_differ: ("lines",), known: ()}}, named={Person: "name"})
    text = "lines: [{say: a}, {say: a}]\npeople: {ann: {}, bob: {age: old}}\ncolour: blue"
    with pytest.raises(FileProblems) as caught:
        parse(text, Page, file="p.yaml", grammar=grammar)
    told = [problem.what for problem in caught.value.problems]
    assert "said twice: 'a'" in told
    assert "people: ann, colour: red" in told
    assert len(told) == 5, told  # besides: title, age and colour
    with pytest.raises(FileProblems) as caught:
        parse(text.replace("a}]", "[a]}]"), Page, file="p.yaml", grammar=grammar)
    assert "said twice: 'a'" not in str(caught.value)


def test_keys_beside_a_types_own_may_name_types() -> None:
    words = read("title: a\nwords: [{word: x, square: 3, circle: {radius: 1.5}}, {word: y}]").words
    assert words == (Word("x", {"square": 3, "circle": {"radius": 1.5}}), Word("y"))
    assert read("title: a\nwords: [{word: x, circle: true}]").words[0].marks == {"circle": True}


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("{word: x, cirle: 1}", "known keys: word, circle, square"),
        ("{word: x, square: red}", "'red' is not a whole number"),
        ("{word: x, marks: 1}", "unknown key 'marks'"),
    ],
)
def test_what_stands_beside_is_read_as_strictly(written: str, problem: str) -> None:
    with pytest.raises(FileProblems, match=problem):
        read(f"title: a\nwords: [{written}]")
