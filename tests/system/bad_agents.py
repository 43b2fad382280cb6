"""Agents that answer in every way but the right one, on plain sockets."""

from __future__ import annotations

import base64
import hashlib
import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .ports import free_port_base

Answer = Callable[[socket.socket, str], None]
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CHUNK = b"<Response>" + b"<!-- and so on -->" * 3000


def http(body: bytes, *, status: str = "200 OK", kind: str = "text/xml") -> Answer:
    """Answers every request alike."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"

    def answer(client: socket.socket, _: str) -> None:
        client.sendall(head.encode() + body)

    return answer


def much(size_bytes: int | None) -> Answer:
    """A body of that size, or one that never ends."""
    length = f"Content-Length: {size_bytes}\r\n" if size_bytes else ""
    times = range(size_bytes // len(CHUNK)) if size_bytes else itertools.count()

    def answer(client: socket.socket, _: str) -> None:
        client.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n{length}\r\n".encode())
        for _ in times:
            client.sendall(CHUNK)

    return answer


def raw(data: bytes) -> Answer:
    """Says something that is no HTTP, and hangs up."""

    def answer(client: socket.socket, _: str) -> None:
        client.sendall(data)

    return answer


def nothing(client: socket.socket, _: str) -> None:
    """Takes the request and never answers."""
    while client.recv(65536):
        pass


def silent_stream(client: socket.socket, request: str) -> None:
    """Takes the call, opens the stream, reads, and says nothing for ever."""
    if "Upgrade" in request:
        key = request.partition("Sec-WebSocket-Key: ")[2].partition("\r\n")[0]
        accept = base64.b64encode(hashlib.sha1((key + _GUID).encode()).digest()).decode()
        client.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        nothing(client, request)
        return
    host = request.partition("Host: ")[2].partition("\r\n")[0]
    stream = f'<Response><Connect><Stream url="ws://{host}/ws"/></Connect></Response>'
    http(stream.encode())(client, request)


@contextmanager
def bad_agent(answer: Answer) -> Iterator[str]:
    """The URL of its webhook. Every connection has one request and a thread of its own."""
    with socket.create_server(("127.0.0.1", free_port_base())) as server:
        threading.Thread(target=_serve, args=(server, answer), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/incoming"
        # A close alone would leave the thread waiting for the next connection.
        server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, answer: Answer) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(client, answer), daemon=True).start()


def _answer(client: socket.socket, answer: Answer) -> None:
    with client:
        try:
            answer(client, client.recv(65536).decode("latin-1"))
        except OSError:
            return
