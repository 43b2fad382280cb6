import pytest

from kernel.errors import (
    FastbusyError,
    FileProblems,
    HarnessBug,
    NotWired,
    Problem,
    StackError,
    UsageError,
    brief,
)


@pytest.mark.parametrize(
    ("where", "remedy", "text"),
    [
        ("", "", "port 8700 is taken"),
        ("mocks", "", "mocks: port 8700 is taken"),
        ("", "give another --port-base", "port 8700 is taken\n  → give another --port-base"),
        ("mocks", "wait", "mocks: port 8700 is taken\n  → wait"),
    ],
)
def test_an_error_shows_value_place_and_remedy(where: str, remedy: str, text: str) -> None:
    error = StackError("port 8700 is taken", where=where, remedy=remedy)
    assert str(error) == text
    assert (error.what, error.where, error.remedy) == ("port 8700 is taken", where, remedy)


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [(FastbusyError, 4), (UsageError, 2), (NotWired, 2), (StackError, 4), (HarnessBug, 4)],
)
def test_exit_codes_tell_whose_fault_it_is(kind: type[FastbusyError], exit_code: int) -> None:
    assert kind("x").exit_code == exit_code
    assert issubclass(kind, FastbusyError)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("a.yaml", 3, "unknown key 'rat'"), "a.yaml:3: unknown key 'rat'"),
        (Problem("a.yaml", 0, "is empty"), "a.yaml: is empty"),
        (Problem("a.yaml", 3, "'rat'", "rate"), "a.yaml:3: 'rat'\n  → rate"),
    ],
)
def test_a_problem_names_its_line(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_all_problems_of_a_file_come_together() -> None:
    problems = [Problem("a.yaml", 1, "one"), Problem("a.yaml", 2, "two", "mend it")]
    error = FileProblems(problems)
    assert error.problems == tuple(problems)
    assert str(error) == "a.yaml:1: one\na.yaml:2: two\n  → mend it"
    assert error.exit_code == 2


def test_an_error_can_be_told_in_other_words() -> None:
    error = NotWired("hush was said", where="hush", remedy="say no hush")
    error.reword(lambda text: text.replace("hush", "…"))
    assert str(error) == "…: … was said\n  → say no …"
    assert error.what == "… was said"


def test_no_error_shows_a_private_key() -> None:
    begin, end = "-----BEGIN EC PRIVATE KEY-----", "-----END EC PRIVATE KEY-----"
    key = f"{begin}\n{'bm90aGluZyB0byBzZWU' * 9}\n{end}"
    for shown in (key, key[:80], brief(key), brief(f"a: {key}"), repr(key)):
        error = UsageError(f"no such file {shown}", where=shown, remedy=f"see {shown}")
        told = f"{error} {error.what} {error.where} {error.remedy}"
        assert "bm90" not in told
        assert "no such file" in told
        problem = Problem("s.yaml", 3, f"found {shown}", "mend it")
        assert "bm90" not in f"{problem} {FileProblems([problem])}"
        assert str(problem).endswith("\n  → mend it")
    assert "CERTIFICATE" in str(UsageError("-----BEGIN CERTIFICATE-----"))
