"""Whom to call and how: the scenario's agent, and over it what the command line says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from harness.files.grammar import Filled, Flaw, Loaded, Secret, Shell
from harness.files.scalars import Unreadable, filled, in_two
from harness.files.scenario import Scenario
from harness.files.targets import target_flaws
from harness.planning.plan import Target
from harness.planning.reach import Address, ClientCert
from harness.transports import tls
from harness.transports.by_scheme import scheme_of, transports
from kernel.errors import FileProblems, Problem, UsageError
from kernel.redact import Secrets

from . import samples
from .env import environment, ports
from .target_options import Aim

T = TypeVar("T")

_SAMPLES = ("reference", "flawed")
_LATER = {"sip": "SIP", "webrtc+http": "WebRTC", "webrtc+https": "WebRTC"}
_OPTIONS = {
    ("webhook",): "--agent",
    ("stream",): "--stream-url",
    ("signed_as",): "--signed-as",
    ("connect_to",): "--connect-to",
    ("ca",): "--ca",
    ("client_cert", "cert"): "--client-cert",
    ("client_cert", "key"): "--client-key",
}
"""Key of a target → the option that says the same."""


@dataclass(frozen=True)
class Aimed:
    """A target that can be called.

    sample   `reference` or `flawed:FLAW`, empty for any other agent
    command  starts the agent; empty if it runs already, or is a sample
    secrets  of the target, which nobody is to read
    """

    target: Target
    sample: str = ""
    command: str = ""
    secrets: Secrets = Secrets()


def aimed(
    scenario: Loaded[Scenario],
    agent: str,
    command: str,
    aim: Aim,
    environ: Mapping[str, str],
    *,
    host: str,
    port_base: int,
) -> Aimed:
    """FileProblems or UsageError if there is no such agent or what belongs to it is wrong.

    agent, command  what `--agent` and `--agent-command` say; a sample agent gets a port of `host`
    """
    target = _in_its_folder(scenario.value.agent or Target(), Path(scenario.source.file).parent)
    if agent:
        target = msgspec.structs.replace(
            target, webhook=Filled(agent), stream=Filled(), command=Shell()
        )
    target = _overlaid(target, aim, environ)
    command = command or target.command
    wanted = str(target.webhook or target.stream or "reference")
    where = "--agent" if agent else scenario.source.file
    scheme = scheme_of(wanted)
    if scheme in _LATER:
        raise UsageError(
            f"agent {wanted!r}: {_LATER[scheme]} is not built yet",
            where=where,
            remedy="give the agent's Twilio voice webhook, http(s)://…, or its stream, ws(s)://…",
        )
    if scheme not in transports():
        return _sample(target, wanted, command, aim, where, host=host, port_base=port_base)
    if not target.webhook:
        target = msgspec.structs.replace(target, webhook=target.stream, stream=Filled())
    _refuse_flaws(target, aim, agent, scenario)
    return Aimed(_signing(target), command=command, secrets=Secrets(target.secrets))


def _signing(target: Target) -> Target:
    """The agent has the token that `fastbusy env` prints, unless the scenario has another."""
    token = target.auth_token or Secret(environment()["TWILIO_AUTH_TOKEN"])
    return msgspec.structs.replace(target, auth_token=token)


def _sample(
    target: Target, wanted: str, command: str, aim: Aim, where: str, *, host: str, port_base: int
) -> Aimed:
    """A sample agent is reached directly, whatever its scenario says of another one."""
    _check_sample(wanted, where)
    for option, value in aim.options():
        if option != "--parameter":
            raise UsageError(
                f"{value!r} means nothing to the sample agent {wanted}",
                where=option,
                remedy="name your own agent with --agent",
            )
    port = ports(port_base)["a sample agent"]
    secrets = Secrets((*target.secrets,))
    direct = Target(
        webhook=Filled(f"http://{host}:{port}/incoming"),
        auth_token=target.auth_token,
        parameters=target.parameters,
        correlate=target.correlate,
        limit=target.limit,
    )
    return Aimed(_signing(direct), wanted, command, secrets)


def _check_sample(wanted: str, where: str) -> None:
    name, _, flaw = wanted.partition(":")
    if name not in _SAMPLES or (name == "flawed") != bool(flaw):
        raise UsageError(
            f"{wanted!r} is no agent",
            where=where,
            remedy="write reference, flawed:FLAW, the http(s):// URL of a voice webhook, "
            "or the ws(s):// URL of a media stream",
        )
    flaws = samples.flaws()
    if flaw and flaw not in flaws:
        raise UsageError(
            f"there is no flaw {flaw!r}", where=where, remedy=f"one of: {', '.join(flaws)}"
        )


def _in_its_folder(target: Target, folder: Path) -> Target:
    """Files that a scenario names lie beside it."""
    shown = target.client_cert
    if shown:
        key = shown.key and str(folder / shown.key)
        shown = msgspec.structs.replace(shown, cert=str(folder / shown.cert), key=key)
    ca = target.ca and str(folder / target.ca)
    return msgspec.structs.replace(target, ca=ca, client_cert=shown)


def _overlaid(target: Target, aim: Aim, environ: Mapping[str, str]) -> Target:
    """The target with what the options say. UsageError if one of them cannot be read."""

    def fill(text: str) -> Filled:
        return filled(text, environ)

    said: dict[str, Any] = {}
    for key, option, text, read in (
        ("stream", "--stream-url", aim.stream_url, fill),
        ("signed_as", "--signed-as", aim.signed_as, fill),
        ("connect_to", "--connect-to", aim.connect_to, Address.parse),
        ("ca", "--ca", aim.ca, str),
    ):
        if text:
            said[key] = _read(option, text, read)
    if aim.client_cert:
        said["client_cert"] = ClientCert(aim.client_cert, aim.client_key)
    elif aim.client_key:
        raise UsageError(
            f"{aim.client_key}: a key without its certificate",
            where="--client-key",
            remedy="name the certificate with --client-cert",
        )
    headers = dict(_pairs("--header", aim.headers, ":", fill))
    parameters = dict(_pairs("--parameter", aim.parameters, "=", fill))
    said["headers"] = {**target.headers, **headers}
    said["parameters"] = {**target.parameters, **parameters}
    return msgspec.structs.replace(target, **said)


def _pairs(
    option: str, texts: Iterator[str] | Any, mark: str, read: Callable[[str], Filled]
) -> Iterator[tuple[str, Filled]]:
    for text in texts:
        name, there, value = text.partition(mark)
        if not there or not name.strip():
            form = "'NAME: VALUE'" if mark == ":" else "NAME=VALUE"
            raise UsageError(
                "a name and its value are wanted", where=option, remedy=f"write {form}"
            )
        yield name.strip(), _read(option, value.strip(), read)


def _read(option: str, text: str, read: Callable[[str], T]) -> T:
    try:
        return read(text)
    except Unreadable as error:
        raise UsageError(error.what, where=option, remedy=error.remedy) from None
    except ValueError as error:
        what, remedy = in_two(error)
        raise UsageError(what, where=option, remedy=remedy) from None


def _refuse_flaws(target: Target, aim: Aim, agent: str, scenario: Loaded[Scenario]) -> None:
    """FileProblems with all that is wrong, each at the option or the line that says it."""
    given = dict(aim.options()) | ({"--agent": agent} if agent else {})
    named = [header.partition(":")[0].strip() for header in aim.headers]
    problems: list[Problem] = []
    for flaw in (*target_flaws(target), *tls.flaws(target)):
        option = _OPTIONS.get(flaw.path, "--header" if flaw.path[-1] in named else "")
        problems.append(_problem(flaw, option if option in given else "", scenario))
    if problems:
        raise FileProblems(problems)


def _problem(flaw: Flaw, option: str, scenario: Loaded[Scenario]) -> Problem:
    if option:
        return Problem(option, 0, flaw.what, flaw.remedy)
    return scenario.source.problem(("agent", *flaw.path), flaw.what, flaw.remedy)
