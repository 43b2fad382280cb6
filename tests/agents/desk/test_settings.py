import pytest

from desk.settings import Settings


def test_every_field_is_a_variable() -> None:
    settings = Settings.from_environment(
        {"PORT": "9000", "CALL_LIMIT": "3", "OPENAI_BASE_URL": "http://h:1/v1/", "PATH": "x"}
    )
    assert settings == Settings(port=9000, call_limit=3, openai_base_url="http://h:1/v1")


def test_empty_means_not_set() -> None:
    assert Settings.from_environment({"PORT": "", "OPENAI_MODEL": ""}) == Settings()


def test_says_which_variable_is_wrong() -> None:
    with pytest.raises(ValueError, match="CALL_LIMIT='many' is not a whole number"):
        Settings.from_environment({"CALL_LIMIT": "many"})
