"""Docstrings of the house's form."""

from __future__ import annotations

from fastbusy.reference.docstrings import explain


class Sample:
    """What it is. limit is a word of
    this sentence.

        kind: sample
          nested: yes

    limit      how many, and that
               may go on
    one, other  share a meaning
    """


class Bare:
    """Only a sentence."""


def test_prose_examples_and_meanings_come_apart() -> None:
    told = explain(Sample, ["limit", "one", "other"])
    assert told.prose == (
        "What it is. limit is a word of\nthis sentence.\n\n"
        "```yaml\nkind: sample\n  nested: yes\n```"
    )
    assert told.meanings == {
        "limit": "how many, and that may go on",
        "one": "share a meaning",
        "other": "share a meaning",
    }


def test_what_is_no_field_is_prose() -> None:
    assert explain(Sample, ["kind"]).meanings == {}
    assert "limit      how many" in explain(Sample, ["kind"]).prose


def test_a_docstring_without_anything() -> None:
    assert explain(Bare, ["limit"]) == ("Only a sentence.", {})
    assert explain(type("None_", (), {}), []) == ("", {})
