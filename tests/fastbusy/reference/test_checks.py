"""Every check is defined, its fields are explained, and its example can be written so."""

from __future__ import annotations

import pytest
import yaml

from fastbusy.reference import checks
from fastbusy.reference.docstrings import explain
from fastbusy.reference.tables import fields_of
from harness.gates import configure, known_checks


@pytest.mark.parametrize("name", known_checks())
def test_fields_are_explained(name: str) -> None:
    check = known_checks()[name]
    fields = [field.attribute for field in fields_of(check)]
    told = explain(check, fields)
    assert len(told.prose) > 40
    assert set(told.meanings) == set(fields)


@pytest.mark.parametrize("name", known_checks())
def test_examples_configure_the_check_as_it_is(name: str) -> None:
    for line in checks.example(name, known_checks()[name]):
        gates = yaml.safe_load(line.removeprefix("  # or: "))
        made = {check.name: check for check in configure(gates)}
        assert made[name] == known_checks()[name]()


def test_the_page_has_a_section_for_each() -> None:
    page = checks.page()
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == list(
        known_checks()
    )
