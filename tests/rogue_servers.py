"""Servers that speak just enough of a protocol to ask for a password, and note what they get."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_SSL_REQUEST = 80877103


def make_certificate(folder: Path, name: str, *, host: str = "127.0.0.1") -> Path:
    """A certificate that has signed itself, and its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        alternative = x509.DNSName(host)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@dataclass
class Rogue:
    """What a rogue server has heard.

    Attributes:
        port: where it listens, on 127.0.0.1.
        heard: all that clients have sent, over TLS or not.
    """

    port: int
    heard: bytearray = field(default_factory=bytearray)


Wrap: TypeAlias = Callable[[socket.socket], socket.socket]
Talk: TypeAlias = Callable[[socket.socket, Rogue, "Wrap | None"], None]


@contextmanager
def serving(
    talk: Talk,
    certificate: Path | None = None,
) -> Iterator[Rogue]:
    """A rogue server in a thread."""
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        rogue = Rogue(listener.getsockname()[1])

        def wrap(client: socket.socket) -> socket.socket:
            assert context is not None
            return context.wrap_socket(client, server_side=True)

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                client.settimeout(10)
                with ExitStack() as stack, suppress(OSError, struct.error):
                    stack.enter_context(client)
                    talk(
                        client,
                        rogue,
                        None if context is None else lambda plain: stack.enter_context(wrap(plain)),
                    )

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield rogue
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def talk_postgresql(client: socket.socket, rogue: Rogue, wrap: Wrap | None) -> None:
    """Ask for the password in clear (AuthenticationCleartextPassword)."""
    while True:
        length, code = struct.unpack("!II", _exactly(client, 8))
        rest = _exactly(client, length - 8)
        if code == _SSL_REQUEST and wrap is not None:
            client.sendall(b"S")
            client = wrap(client)
        elif code >> 16 == 3:
            break
        else:
            client.sendall(b"N")
    rogue.heard += rest
    client.sendall(b"R" + struct.pack("!II", 8, 3))
    rogue.heard += client.recv(1000)


def talk_mysql(client: socket.socket, rogue: Rogue, wrap: Wrap | None) -> None:
    """Ask for the password in clear (an AuthSwitchRequest to mysql_clear_password)."""
    capabilities = 0x000FFFFF | 0x00080000
    if wrap is None:
        capabilities &= ~0x0800
    greeting = (
        b"\x0a8.0.36\0"
        + struct.pack("<I", 1)
        + b"12345678\0"
        + struct.pack("<H", capabilities & 0xFFFF)
        + b"\x2d\x02\0"
        + struct.pack("<H", capabilities >> 16)
        + b"\x15"
        + b"\0" * 10
        + b"123456789012\0"
        + b"mysql_native_password\0"
    )
    _send_packet(client, 0, greeting)
    packet, number = _read_packet(client)
    if wrap is not None and len(packet) == 32:
        client = wrap(client)
        packet, number = _read_packet(client)
    rogue.heard += packet
    _send_packet(client, number + 1, b"\xfemysql_clear_password\0")
    packet, number = _read_packet(client)
    rogue.heard += packet


def _exactly(client: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        piece = client.recv(count - len(received))
        if not piece:
            raise OSError("the client hung up")
        received += piece
    return received


def _read_packet(client: socket.socket) -> tuple[bytes, int]:
    head = _exactly(client, 4)
    return _exactly(client, int.from_bytes(head[:3], "little")), head[3]


def _send_packet(client: socket.socket, number: int, packet: bytes) -> None:
    client.sendall(len(packet).to_bytes(3, "little") + bytes([number]) + packet)
