import pytest

from kernel.redact import NO_SECRETS, Secrets, command, credentials, is_telling, private_keys, url


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://127.0.0.1:8080/incoming", "http://127.0.0.1:8080/incoming"),
        ("https://me:hush@voice.example/in", "https://…@voice.example/in"),
        ("https://voice.example/in?token=hush&a=b", "https://voice.example/in?token=…&a=…"),
        ("http://[broken", "http://[broken"),
        ("ws://me:hush@[::1/ws?key=hush#a", "ws://…@[::1/ws?key=…#a"),
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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://me:open%20sesame@a/v", ("open sesame", "bWU6b3BlbiBzZXNhbWU=")),
        ("https://me@a/v", ()),
        ("https://a/v", ()),
        ("http://[broken", ()),
    ],
)
def test_what_a_url_is_opened_with(text: str, found: tuple[str, ...]) -> None:
    assert credentials(text) == found


@pytest.mark.parametrize(
    ("name", "telling"),
    [
        ("Authorization", True),
        ("proxy-authorization", True),
        ("Cookie", True),
        ("X-Api-Key", True),
        ("x-session-token", True),
        ("X-Tenant", False),
        ("X-Authorization-Scheme", False),
    ],
)
def test_headers_that_carry_secrets(name: str, telling: bool) -> None:
    assert is_telling(name) == telling


SECRETS = Secrets(["hush & <hush>", "open sesame", "tiny"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("said: hush & <hush>!", "said: …!"),
        ("a?t=hush+%26+%3Chush%3E", "a?t=…"),
        ("a/hush%20%26%20%3Chush%3E/b", "a/…/b"),
        ("<p>hush &amp; &lt;hush&gt;</p>", "<p>…</p>"),
        ("open sesame, open sesame", "…, …"),
        ("too short to be told from words: tiny", "too short to be told from words: tiny"),
        ("an excerpt that ends in open se", "an excerpt that ends in …"),
        ("an excerpt that ends in open", "an excerpt that ends in open"),
        ("open seas", "open seas"),
    ],
)  # fmt: skip
def test_a_secret_is_found_however_it_is_spelled(text: str, shown: str) -> None:
    assert SECRETS.conceal(text) == shown


def test_json_spells_a_secret_in_its_own_way() -> None:
    assert Secrets(['say "é" twice']).conceal(r'{"t": "say \"\u00e9\" twice"}') == '{"t": "…"}'
    assert Secrets(['say "é" twice']).conceal(r'{"t": "say \"é\" twice"}') == '{"t": "…"}'


def test_a_secret_that_begins_with_another_goes_as_a_whole() -> None:
    assert Secrets(["password", "password-of-mine"]).conceal("a password-of-mine") == "a …"


def test_secrets_within_values() -> None:
    told = {"open sesame": ["open sesame", ("open sesame", 1)], "deep": {"text": "open sesame"}}
    assert SECRETS.conceal_in(told) == {"open sesame": ["…", ["…", 1]], "deep": {"text": "…"}}
    assert NO_SECRETS.conceal_in(told) is told
    assert SECRETS
    assert not NO_SECRETS
    assert not Secrets(["tiny"])


def test_private_keys_are_taken_out_and_nothing_else() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nbm90\n-----END PRIVATE KEY-----"
    assert private_keys(f"a {key} b {key} c") == "a … (a private key) b … (a private key) c"
    assert private_keys(f"a {key[:-9]}") == "a … (a private key)"
    assert private_keys("-----BEGIN PUBLIC KEY-----") == "-----BEGIN PUBLIC KEY-----"
