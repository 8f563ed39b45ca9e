"""A push service on this machine, and a browser behind it: it takes messages over TLS and opens them by RFC 8291 with its own
keys. Written apart from push.encryption, so that one mistake can't hide in both. Not here: tests.
"""

from __future__ import annotations

import base64
import hmac
import json
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from parvis.kernel.post import Poster

HOST = "push.test"


def to64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def derive(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    """HKDF of one block, by hand (RFC 5869)."""
    drawn = hmac.digest(salt, material, "sha256")
    return hmac.digest(drawn, info + b"\x01", "sha256")[:length]


class BrowserKeys:
    """What a browser keeps of one subscription."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.auth = b"0123456789abcdef"

    @property
    def fields(self) -> dict[str, str]:
        return {"public_key": to64(self.point), "auth": to64(self.auth)}

    def open(self, body: bytes) -> dict[str, Any]:
        salt, (size, length) = body[:16], struct.unpack(">IB", body[16:21])
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        shared = self.private.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        )
        material = derive(self.auth, shared, b"WebPush: info\0" + self.point + sender, 32)
        key = derive(salt, material, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derive(salt, material, b"Content-Encoding: nonce\0", 12)
        text = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert text.endswith(b"\x02")
        return dict(json.loads(text[:-1]))


def claims_of(header: str) -> dict[str, Any]:
    """What an Authorization says, once its signature has been checked (RFC 8292)."""
    scheme, _space, rest = header.partition(" ")
    assert scheme == "vapid"
    given = dict(part.strip().split("=", 1) for part in rest.split(","))
    signed, _dot, mark = given["t"].rpartition(".")
    numbers = from64(mark)
    signature = encode_dss_signature(int.from_bytes(numbers[:32]), int.from_bytes(numbers[32:]))
    known = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from64(given["k"]))
    known.verify(signature, signed.encode(), ec.ECDSA(hashes.SHA256()))
    return {**json.loads(from64(signed.split(".")[1])), "k": given["k"]}


@dataclass
class Service:
    """The service as its test sees it: what came, and what it answers."""

    port: int
    certificate: Path
    status: int = 201
    received: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    keys: BrowserKeys = field(default_factory=BrowserKeys)

    def endpoint(self, name: str = "one") -> str:
        return f"https://{HOST}:{self.port}/{name}"

    def poster(self) -> Poster:
        """The site's poster, but that it finds this service on this machine and knows its certificate."""
        return Poster(
            resolve=lambda _host: ["127.0.0.1"],
            trusted=[ip_address("127.0.0.1")],
            ports={self.port},
            tls=ssl.create_default_context(cafile=str(self.certificate)),
        )

    def messages(self) -> list[dict[str, Any]]:
        return [self.keys.open(body) for _path, _headers, body in self.received]


@contextmanager
def serving(certificate: Path) -> Iterator[Service]:
    """Runs a service until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.received.append((self.path, dict(self.headers.items()), body))
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    found = Service(server.server_address[1], certificate)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def make_certificate(path: Path) -> Path:
    """A certificate for HOST and its key, in one file."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + private)
    return path
