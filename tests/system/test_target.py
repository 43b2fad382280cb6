"""An agent in staging: behind a proxy, another name and mutual TLS, with secrets that nobody is to
read afterwards.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fastbusy.judging import read_history
from kernel.redact import Secrets
from tests.fastbusy.small import SCENARIO
from tests.system.children import ROOT, fastbusy
from tests.system.pki import Authority
from tests.system.ports import free_port_base
from tests.system.small_run import told

pytestmark = pytest.mark.system

SECRETS = {
    "STAGING_TOKEN": "token-of-twilio",
    "STAGING_KEY": "key & <of> staging",
    "STAGING_TENANT": "tenant/of/ours",
    "STAGING_PASSWORD": "open sesame",
}
HOST = "voice.example"
AGENT = """\
agent:
  webhook: https://voice.example/incoming
  connect_to: 127.0.0.1:{port}
  signed_as: https://public.example/incoming
  stream: wss://voice.example/media
  ca: ca.pem
  client_cert: {{cert: harness.pem, key: harness.key, password: "${{STAGING_PASSWORD}}"}}
  auth_token: ${{STAGING_TOKEN}}
  headers: {{authorization: "Bearer ${{STAGING_KEY}}", x-forwarded-host: public.example}}
  parameters: {{tenant: "${{STAGING_TENANT}}"}}
  correlate: {{header: x-call-sid}}
  command: >
    exec env TWILIO_AUTH_TOKEN="{token}" HOST=127.0.0.1 PORT={port} TLS={folder} {python} {agent}
"""


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def write_scenario(folder: Path, port: int, token: str) -> str:
    """Its agent takes only callers with a certificate of the authority beside it."""
    ours = Authority(folder)
    ours.sign(HOST)
    ours.sign("harness", password=SECRETS["STAGING_PASSWORD"])
    agent = AGENT.format(
        port=port, token=token, folder=folder, python=sys.executable,
        agent=f"{ROOT}/tests/system/telling_agent.py",
    )  # fmt: skip
    path = folder / "staging.yaml"
    path.write_text(SCENARIO.replace("load:", f"{agent}load:", 1))
    return path.name


def telling(folder: Path, printed: list[str]) -> list[str]:
    """Where one of the secrets can be read, in whatever spelling."""
    secrets = Secrets(SECRETS.values())
    texts = {"what was printed": "\n".join(printed)}
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix != ".wav":
            texts[path.name] = path.read_text(errors="replace")
    assert {"plan.json", "command.txt", "events.jsonl", "agent.log", "report.html"} <= set(texts)
    return [name for name, text in texts.items() if secrets.conceal(text) != text]


def test_a_run_against_an_agent_behind_another_name(tmp_path: Path) -> None:
    base = free_port_base()
    scenario = write_scenario(tmp_path, base - 50, "${STAGING_TOKEN}")
    # A test machine may be too busy for the instruments, which is not what is asked here.
    words = ["run", scenario, "--out", "run", "--unknown-is", "pass", "--keep", "all"]
    with fastbusy(tmp_path, *words, "--port-base", str(base)) as it:
        assert it.ends() == 0, told(it)
    folder = tmp_path / "run"
    assert telling(folder, it.lines) == []
    log = (folder / "logs" / "agent.log").read_text()
    assert "'Host': 'voice.example'" in log
    assert "'Authorization': 'Bearer …'" in log
    assert "'tenant': '…'" in log
    history = read_history(folder)
    methods = {(span.partition("-")[0], method) for span, (_, method) in history.joins.items()}
    assert ("llm", "sid") in methods


def test_an_agent_that_quotes_what_it_refuses(tmp_path: Path) -> None:
    base = free_port_base()
    scenario = write_scenario(tmp_path, base - 50, "another-token")
    words = ["run", scenario, "--out", "run", "--port-base", str(base)]
    with fastbusy(tmp_path, *words) as it:
        assert it.ends() == 2, told(it)
    assert telling(tmp_path / "run", it.lines) == []
    assert "webhook of the agent: http_403: https://voice.example/incoming" in told(it)
    assert "you said Bearer … and {" in told(it)
    assert "as agent.auth_token" in told(it)


def test_a_variable_that_is_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STAGING_KEY")
    scenario = write_scenario(tmp_path, 1, "")
    with fastbusy(tmp_path, "run", scenario, "--out", "run") as it:
        assert it.ends() == 2
    assert "staging.yaml:11: authorization: the environment has no STAGING_KEY" in told(it)
    assert "→ set it: export STAGING_KEY=…" in told(it)
    assert not (tmp_path / "run").exists()
