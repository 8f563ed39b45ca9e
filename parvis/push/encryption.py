"""Messages that only one browser can read (RFC 8291, RFC 8188), signed by this network's key (RFC 8292).

The key is derived from the site's secret, which lies in the data folder (0600) or is given by the operator: nothing more to
keep, to save or to lose. Not here: who is told what (push.sending).
"""

from __future__ import annotations

import base64
import json
import os
import struct
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

RECORD = 4096
STEP = 256  # texts are filled up to a multiple of it, so that their length says little
LONGEST = 2560  # bytes of plain text: within what every push service takes
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def encode64(data: bytes) -> str:
    """base64url without padding, as all of this is written."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode64(text: str) -> bytes:
    """The other way. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


@lru_cache(maxsize=4)
def signing_key(secret: str, number: int) -> EllipticCurvePrivateKey:
    """The network's key of this number."""
    from cryptography.hazmat.primitives.asymmetric import ec

    drawn = _hkdf(secret.encode(), b"parvis.push", b"vapid %d" % number, 48)
    return ec.derive_private_key(int.from_bytes(drawn) % (_ORDER - 1) + 1, ec.SECP256R1())


def public_of(key: EllipticCurvePrivateKey) -> bytes:
    """The public half, as a point of 65 bytes."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def check_keys(public_key: str, auth: str) -> None:
    """Raises ValueError for what no browser gives."""
    from cryptography.hazmat.primitives.asymmetric import ec

    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode64(public_key))
    if len(decode64(auth)) != 16:
        raise ValueError("not a secret of 16 bytes")


def encrypt(
    text: bytes,
    public_key: str,
    auth: str,
    *,
    own: EllipticCurvePrivateKey | None = None,
    salt: bytes = b"",
    step: int = STEP,
) -> bytes:
    """The body of a push: `own` and `salt` are drawn for each message, and given by tests only. Raises ValueError."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    theirs = decode64(public_key)
    own = own or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(16)
    mine = public_of(own)
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
    material = _hkdf(shared, decode64(auth), b"WebPush: info\0" + theirs + mine, 32)
    content_key = _hkdf(material, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(material, salt, b"Content-Encoding: nonce\0", 12)
    filled = text + b"\x02" + bytes(-(len(text) + 1) % step)
    head = salt + struct.pack(">IB", RECORD, len(mine)) + mine
    return head + AESGCM(content_key).encrypt(nonce, filled, None)


def authorization(key: EllipticCurvePrivateKey, *, audience: str, contact: str, expires: int) -> str:
    """The header by which a push service knows this network: for one service, until a moment (Unix seconds)."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    parts = ({"typ": "JWT", "alg": "ES256"}, {"aud": audience, "exp": expires, "sub": contact})
    signed = ".".join(encode64(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    token = f"{signed}.{encode64(r.to_bytes(32) + s.to_bytes(32))}"
    return f"vapid t={token}, k={encode64(public_of(key))}"


def _hkdf(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(material)
