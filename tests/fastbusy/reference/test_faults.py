"""Every field of every fault is explained."""

from __future__ import annotations

import pytest

from fastbusy import catalogue
from fastbusy.reference import faults
from fastbusy.reference.tables import fields_of


@pytest.mark.parametrize("name", catalogue.fault_kinds())
def test_every_field_is_explained(name: str) -> None:
    section = faults.page().partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    rows = {line.split("`")[1]: line for line in section.splitlines() if line.startswith("| `")}
    fields = [field.key for field in fields_of(catalogue.fault_kinds()[name].fields)]
    assert list(rows) == fields
    for key, row in rows.items():
        assert row.rstrip(" |").count("|") >= 3, f"{name}.{key} says nothing of what it means"
