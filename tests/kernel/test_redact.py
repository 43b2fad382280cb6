import pytest

from kernel.redact import command, url


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://127.0.0.1:8080/incoming", "http://127.0.0.1:8080/incoming"),
        ("https://me:hush@voice.example/in", "https://…@voice.example/in"),
        ("https://voice.example/in?token=hush&a=b", "https://voice.example/in?token=…&a=…"),
        ("http://[broken", "http://[broken"),
        ("reference", "reference"),
    ],
)
def test_a_url_keeps_its_place_and_loses_its_secrets(text: str, shown: str) -> None:
    assert url(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("python my_agent.py --port 8080", "python my_agent.py --port 8080"),
        ("OPENAI_API_KEY=sk-hush python a.py", "OPENAI_API_KEY=… python a.py"),
        ("auth_token='two words' x=1 ./run", "auth_token=… x=1 ./run"),
    ],
)
def test_a_command_can_be_repeated_by_who_has_the_secrets(text: str, shown: str) -> None:
    assert command(text) == shown
