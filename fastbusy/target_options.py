"""What the command line says of the agent, beside whom to call: options, and what they come to."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import msgspec

from harness.files.grammar import Filled
from harness.files.scalars import Unreadable, filled, in_two
from harness.planning.plan import Target
from harness.planning.reach import Address, ClientCert, DialOut
from kernel import redact
from kernel.errors import FileProblems, Problem, UsageError

T = TypeVar("T")

_URLS = ("--stream-url", "--dial-out", "--signed-as")


@dataclass(frozen=True)
class Aim:
    """In place of the scenario's `agent:`, key by key; what is empty leaves the scenario's.

    headers     as `NAME: VALUE`, added to the scenario's
    parameters  as `NAME=VALUE`, added to the scenario's
    """

    stream_url: str = ""
    dial_out: str = ""
    signed_as: str = ""
    connect_to: str = ""
    ca: str = ""
    client_cert: str = ""
    client_key: str = ""
    headers: Sequence[str] = ()
    parameters: Sequence[str] = ()

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """Option and value, as they are written, of all that are given."""
        single = (
            ("--stream-url", self.stream_url),
            ("--dial-out", self.dial_out),
            ("--signed-as", self.signed_as),
            ("--connect-to", self.connect_to),
            ("--ca", self.ca),
            ("--client-cert", self.client_cert),
            ("--client-key", self.client_key),
        )
        return (
            *((option, value) for option, value in single if value),
            *(("--header", header) for header in self.headers),
            *(("--parameter", parameter) for parameter in self.parameters),
        )

    @property
    def words(self) -> list[str]:
        """A command line that says the same, without what nobody is to read."""
        return [word for name, value in self.options for word in (name, _told(name, value))]


def _told(option: str, value: str) -> str:
    if option in _URLS:
        return redact.url(value)
    return redact.command(value) if option == "--parameter" else value


def arguments(parser: argparse.ArgumentParser) -> None:
    """What every command has that calls an agent."""
    parser.add_argument("--stream-url", default="", metavar="URL",
                        help="stream to dial in place of what the TwiML connects to")  # fmt: skip
    parser.add_argument("--dial-out", default="", metavar="URL",
                        help="where the agent is told to place the calls itself")  # fmt: skip
    parser.add_argument("--signed-as", default="", metavar="URL",
                        help="URL to sign in place of the webhook's")  # fmt: skip
    parser.add_argument("--connect-to", default="", metavar="HOST:PORT",
                        help="where connections go, whatever host the URLs name")  # fmt: skip
    parser.add_argument("--ca", default="", metavar="FILE",
                        help="authorities to trust beside those of this machine (PEM)")  # fmt: skip
    parser.add_argument("--client-cert", default="", metavar="FILE",
                        help="certificate to show, with its key (PEM)")  # fmt: skip
    parser.add_argument("--client-key", default="", metavar="FILE",
                        help="its key, if that is in another file")  # fmt: skip
    parser.add_argument("--header", action="append", default=[], metavar="'NAME: VALUE'",
                        help="on webhook and stream; secrets as ${VARIABLE}")  # fmt: skip
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE",
                        help="custom parameter; secrets as ${VARIABLE}")  # fmt: skip


def aim_of(args: argparse.Namespace) -> Aim:
    """From the values of `arguments`."""
    return Aim(
        stream_url=args.stream_url,
        dial_out=args.dial_out,
        signed_as=args.signed_as,
        connect_to=args.connect_to,
        ca=args.ca,
        client_cert=args.client_cert,
        client_key=args.client_key,
        headers=tuple(args.header),
        parameters=tuple(args.parameter),
    )


def overlaid(target: Target, aim: Aim, environ: Mapping[str, str]) -> Target:
    """The target with what the options say. FileProblems with all of them that cannot be read."""
    fill = partial(filled, environment=environ)
    problems: list[Problem] = []

    def value(option: str, text: str, read: Callable[[str], T]) -> T | None:
        try:
            return _read(option, text, read)
        except UsageError as error:
            problems.append(Problem(error.where, 0, error.what, error.remedy))
            return None

    headers = [value("--header", text, partial(_pair, ":", fill)) for text in aim.headers]
    parameters = [value("--parameter", text, partial(_pair, "=", fill)) for text in aim.parameters]
    said: dict[str, Any] = {
        "headers": {**target.headers, **dict(filter(None, headers))},
        "parameters": {**target.parameters, **dict(filter(None, parameters))},
    }
    addresses: tuple[tuple[str, str, str, Callable[[str], Any]], ...] = (
        ("stream", "--stream-url", aim.stream_url, fill),
        ("signed_as", "--signed-as", aim.signed_as, fill),
        ("connect_to", "--connect-to", aim.connect_to, Address.parse),
    )
    said |= {key: value(option, text, read) for key, option, text, read in addresses if text}
    if aim.dial_out and (url := value("--dial-out", aim.dial_out, fill)):
        said["dial_out"] = msgspec.structs.replace(target.dial_out or DialOut(url), url=url)
    if aim.ca:
        said["ca"] = aim.ca
    if aim.client_cert:
        said["client_cert"] = ClientCert(aim.client_cert, aim.client_key)
    elif aim.client_key:
        what = f"{aim.client_key}: a key without its certificate"
        remedy = "name the certificate with --client-cert"
        problems.append(Problem("--client-key", 0, what, remedy))
    if problems:
        raise FileProblems(problems)
    return msgspec.structs.replace(target, **said)


def filled_option(option: str, text: str, environ: Mapping[str, str]) -> Filled:
    """What an option says, with what the environment has in it. UsageError if it lacks that."""
    return _read(option, text, partial(filled, environment=environ))


def _pair(mark: str, fill: Callable[[str], Filled], text: str) -> tuple[str, Filled]:
    """`NAME: VALUE` or `NAME=VALUE`, whichever the mark makes it."""
    name, there, value = (part.strip() for part in text.partition(mark))
    if not there or not name:
        remedy = "write 'NAME: VALUE'" if mark == ":" else "write NAME=VALUE"
        # Without the text: it may be a secret.
        raise Unreadable("a name and a value are wanted", remedy)
    return name, fill(value)


def _read(option: str, text: str, read: Callable[[str], T]) -> T:
    try:
        return read(text)
    except Unreadable as error:
        raise UsageError(error.what, where=option, remedy=error.remedy) from None
    except ValueError as error:
        what, remedy = in_two(error)
        raise UsageError(what, where=option, remedy=remedy) from None
