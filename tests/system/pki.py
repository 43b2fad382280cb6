"""A certificate authority of the test's own, made by the openssl command."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path
from typing import NamedTuple

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")


class Pair(NamedTuple):
    """A certificate and its key, as PEM files."""

    cert: Path
    key: Path


class Authority:
    """Signs certificates; all its files are in one folder."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self._folder = folder
        self.pair = Pair(folder / f"{name}.pem", folder / f"{name}.key")
        _openssl(
            "req", "-x509", *_KEY, "-nodes", "-subj", f"/CN={name}", "-days", "2",
            "-out", self.pair.cert, "-keyout", self.pair.key,
        )  # fmt: skip

    @property
    def file(self) -> str:
        return str(self.pair.cert)

    def sign(self, host: str, *, days: int = 2, password: str = "") -> Pair:
        """A certificate for a host; negative days make it one that has expired."""
        made = Pair(self._folder / f"{host}.pem", self._folder / f"{host}.key")
        request, names = self._folder / f"{host}.csr", self._folder / f"{host}.ext"
        names.write_text(f"subjectAltName=DNS:{host}\n")
        lock = ("-passout", f"pass:{password}") if password else ("-nodes",)
        _openssl("req", *_KEY, *lock, "-subj", f"/CN={host}", "-out", request, "-keyout", made.key)
        _openssl(
            "x509", "-req", "-in", request, "-CA", self.pair.cert, "-CAkey", self.pair.key,
            "-CAcreateserial", "-days", str(days), "-extfile", names, "-out", made.cert,
        )  # fmt: skip
        return made


def serves(pair: Pair, clients_of: Authority | None = None) -> ssl.SSLContext:
    """What a server uses; with `clients_of` it takes only callers with a certificate of theirs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)
    if clients_of:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients_of.file)
    return context


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
