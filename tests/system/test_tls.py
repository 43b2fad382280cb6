"""The files of a target, as openssl makes them and as people spoil them."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from harness.files.grammar import Secret
from harness.planning.plan import Target
from harness.planning.reach import ClientCert
from harness.transports import tls

from .pki import Authority, Pair

pytestmark = pytest.mark.system

KEY = "-----BEGIN PRIVATE KEY-----\nbm90aGluZw==\n-----END PRIVATE KEY-----\n"
JUNK = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def mine(ours: Authority) -> Pair:
    return ours.sign("harness")


def shown(cert: Path, key: Path | str = "", password: str = "") -> Target:
    return Target(client_cert=ClientCert(str(cert), str(key), Secret(password)))


def only(target: Target) -> tuple[tuple[str | int, ...], str, str]:
    (flaw,) = tls.flaws(target)
    return flaw


def test_files_that_are_right(ours: Authority, mine: Pair, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_text(mine.key.read_text() + mine.cert.read_text())
    locked = ours.sign("locked", password="open-sesame")
    for target in (
        Target(),
        Target(ca=ours.file),
        shown(both),
        shown(*mine),
        shown(*locked, password="open-sesame"),
    ):
        assert list(tls.flaws(target)) == []
        assert isinstance(tls.context(target), ssl.SSLContext)


def test_an_authority_is_trusted_beside_those_of_this_machine(ours: Authority) -> None:
    before, after = (
        tls.context(Target(ca=ca)).cert_store_stats()["x509_ca"] for ca in ("", ours.file)
    )
    assert after == before + 1


@pytest.mark.parametrize(
    ("content", "what", "advice"),
    [
        (None, "cannot be read: No such file or directory", "name the PEM file of the authority"),
        (b"", "no PEM certificate in it", "name the PEM file of the authority"),
        (b"name: demo\nwhy: x\n", "no PEM certificate in it", "name the PEM file of the authority"),
        (b"\x30\x82\x01\x0a", "no PEM certificate in it", "convert it: openssl x509 -inform der"),
        (JUNK.encode(), "no PEM certificate in it", "name the PEM file of the authority"),
        (KEY.encode(), "in it, but a private key", "name the certificate that was made for it"),
    ],
)
def test_an_authority_that_is_none(
    tmp_path: Path, content: bytes | None, what: str, advice: str
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    key, told, remedy = only(Target(ca=str(path)))
    assert key == ("ca",)
    assert told.startswith(str(path))
    assert told.endswith(what)
    assert remedy.startswith(advice)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert only(Target(ca=str(tmp_path)))[1] == f"{tmp_path} cannot be read: Is a directory"


def test_certificates_and_keys_that_do_not_go_together(
    ours: Authority, mine: Pair, tmp_path: Path
) -> None:
    other, locked = ours.sign("other"), ours.sign("shut", password="open-sesame")
    junk = tmp_path / "junk.pem"
    junk.write_text(JUNK)
    for target, key, what, remedy in (
        (shown(mine.cert), "cert", "no PEM key in it", "add key: FILE"),
        (shown(mine.key), "cert", "in it, but a private key", "name the certificate that"),
        (shown(mine.cert, other.key), "key", "does not fit the certificate", "made for"),
        (shown(*locked), "key", "its key is encrypted", "write password: ${NAME}"),
        (shown(*locked, password="wrong-one"), "key", "password does not open", "password:"),
        (shown(junk, mine.key), "key", "are damaged", "openssl x509"),
        (shown(mine.cert, tmp_path / "gone"), "key", "No such file", "PEM file"),
    ):
        path, told, advice = only(target)
        assert path == ("client_cert", key), told
        assert what in told
        assert remedy in advice
        assert "wrong-one" not in told


@pytest.mark.parametrize(
    ("code", "how"),
    [(10, "tls_expired"), (9, "tls_expired"), (62, "tls_wrong_host"), (64, "tls_wrong_host"),
     (19, "tls_unknown_ca"), (20, "tls_unknown_ca"), (7, "tls")],
)  # fmt: skip
def test_why_a_certificate_is_not_trusted(code: int, how: str) -> None:
    error = ssl.SSLCertVerificationError()
    error.verify_code, error.verify_message = code, "so it is."
    assert tls.why(error) == (how, "so it is")


def test_why_a_handshake_fails_otherwise() -> None:
    error = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
    error.reason = "WRONG_VERSION_NUMBER"
    assert tls.why(error) == ("tls", "wrong version number")
    assert tls.why(OSError("gone")) == ("tls", "gone")
