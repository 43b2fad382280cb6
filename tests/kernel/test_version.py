from importlib import metadata

import pytest

from kernel.version import version


def test_it_is_that_of_the_installed_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", {"fastbusy": "1.2.3"}.__getitem__)
    assert version() == "1.2.3"


def test_a_clone_that_is_not_installed_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert version() == ""
