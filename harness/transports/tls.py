"""Whom an agent's TLS is trusted by and what it is shown, and why a handshake with it fails."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

from ..files.grammar import Flaw
from ..planning.plan import Target
from ..planning.reach import ClientCert

_KEY = "PRIVATE KEY-----"
_DER = b"\x30"
"""The tag with which a certificate in DER begins (X.690: SEQUENCE)."""
_EXPIRED = (9, 10)
_WRONG_HOST = (62, 64)
_UNKNOWN_CA = (2, 18, 19, 20, 21)
"""Codes of OpenSSL's X509_V_ERR_…, which `SSLCertVerificationError.verify_code` gives."""
_WHY = {
    **dict.fromkeys(_EXPIRED, "tls_expired"),
    **dict.fromkeys(_WRONG_HOST, "tls_wrong_host"),
    **dict.fromkeys(_UNKNOWN_CA, "tls_unknown_ca"),
}


def context(target: Target) -> ssl.SSLContext:
    """What connections to the target use. OSError (an SSLError is one) if a file of it is wrong."""
    made = ssl.create_default_context()
    if target.ca:
        made.load_verify_locations(target.ca)
    if shown := target.client_cert:
        # Without a password OpenSSL would ask the terminal for that of an encrypted key.
        made.load_cert_chain(shown.cert, shown.key or None, password=str(shown.password))
    return made


def why(error: Exception) -> tuple[str, str]:
    """How a call ended whose handshake failed, as `records.Call.how` has it, and in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _WHY.get(error.verify_code, "tls"), error.verify_message.rstrip(".")
    said: str = getattr(error, "reason", None) or str(error)
    return "tls", said.replace("_", " ").lower()


def flaws(target: Target) -> Iterator[Flaw]:
    """What is wrong with the target's files; paths are those of its keys."""
    if target.ca:
        if fault := _unreadable(target.ca):
            yield Flaw(("ca",), fault, "name the PEM file of the authority that signed it")
        else:
            yield from _ca_flaws(target.ca)
    if target.client_cert:
        yield from _cert_flaws(target.client_cert)


def _ca_flaws(file: str) -> Iterator[Flaw]:
    try:
        ssl.create_default_context().load_verify_locations(file)
    except ssl.SSLError:
        yield Flaw(("ca",), *_no_certificate(file, "name the PEM file of the authority"))


def _cert_flaws(shown: ClientCert) -> Iterator[Flaw]:
    files = {"cert": shown.cert, "key": shown.key} if shown.key else {"cert": shown.cert}
    wrong = {key: fault for key, file in files.items() if (fault := _unreadable(file))}
    for key, fault in wrong.items():
        yield Flaw(("client_cert", key), fault, "name a PEM file with certificate or key")
    if not wrong:
        yield from _pair_flaws(shown)


def _pair_flaws(shown: ClientCert) -> Iterator[Flaw]:
    """What OpenSSL says of certificate and key together, which is little, in words."""
    key_key = "key" if shown.key else "cert"
    if "-----BEGIN CERTIFICATE-----" not in _text(shown.cert):
        remedy = "name the PEM file of the certificate"
        yield Flaw(("client_cert", "cert"), *_no_certificate(shown.cert, remedy))
    elif _KEY not in (key := _text(shown.key_file)):
        remedy = "add key: FILE, or put the key's PEM into the same file"
        yield Flaw(("client_cert", key_key), f"{shown.key_file}: no PEM key in it", remedy)
    elif "ENCRYPTED" in key and not shown.password:
        remedy = "write password: ${NAME} and set NAME in the environment"
        yield Flaw(("client_cert", key_key), f"{shown.key_file}: its key is encrypted", remedy)
    else:
        yield from _loading_flaws(shown, key_key, encrypted="ENCRYPTED" in key)


def _loading_flaws(shown: ClientCert, key_key: str, *, encrypted: bool) -> Iterator[Flaw]:
    try:
        context(Target(client_cert=shown))
    except ssl.SSLError as error:
        path = ("client_cert", key_key)
        if error.reason == "KEY_VALUES_MISMATCH":
            what = f"{shown.key_file}: the key does not fit the certificate in {shown.cert}"
            yield Flaw(path, what, "name the key that the certificate was made for")
        elif encrypted:
            remedy = "set the variable that password: names to what opens the key"
            yield Flaw(path, f"{shown.key_file}: the password does not open its key", remedy)
        else:
            what = f"{shown.key_file}: certificate or key are damaged ({error.reason or error})"
            yield Flaw(path, what, "look at them with openssl x509 -in FILE, openssl pkey -in FILE")


def _no_certificate(file: str, remedy: str) -> tuple[str, str]:
    """What a file is that should hold a certificate, and what to do about it."""
    what = f"{file}: no PEM certificate in it"
    if _KEY in _text(file):
        return f"{what}, but a private key", "name the certificate that was made for it"
    if Path(file).read_bytes()[:1] == _DER:
        return what, f"convert it: openssl x509 -inform der -in {file} -out FILE.pem"
    return what, remedy


def _unreadable(file: str) -> str:
    """Why a file cannot be read, empty if it can."""
    try:
        with Path(file).open("rb") as opened:
            opened.read(1)
    except OSError as error:
        return f"{file} cannot be read: {error.strerror}"
    return ""


def _text(file: str) -> str:
    return Path(file).read_text(encoding="ascii", errors="replace")
