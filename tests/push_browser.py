"""A browser as a push service knows it: makes a subscription, reads what is encrypted for it, checks who sent it."""

import base64
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey


def b64(value: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def raw(written: str) -> bytes:
    """What base64url without padding stands for."""
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))


def private(written: str) -> ec.EllipticCurvePrivateKey:
    """A P-256 key from its number."""
    return ec.derive_private_key(int.from_bytes(raw(written)), ec.SECP256R1())


def _hmac(key: bytes, value: bytes) -> bytes:
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(value)
    return made.finalize()


@dataclass
class Browser:
    """One browser, with the keys that it made for its subscription."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self, endpoint: str, **keys: Any) -> str:
        """What `JSON.stringify(subscription)` gives."""
        return json.dumps({"endpoint": endpoint, "keys": {"p256dh": b64(self.point), "auth": b64(self.auth), **keys}})

    def read(self, body: bytes) -> bytes:
        """Decrypt a message of one record as RFC 8291 and 8188 say, HKDF by its two HMACs."""
        salt, size, theirs, sealed = body[:16], int.from_bytes(body[16:20]), body[21 : 21 + body[20]], body[21 + 65 :]
        assert body[20] == 65
        assert len(sealed) <= size
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        secret = _hmac(_hmac(self.auth, shared), b"WebPush: info\0" + self.point + theirs + b"\1")
        start = _hmac(salt, secret)
        key = _hmac(start, b"Content-Encoding: aes128gcm\0\1")[:16]
        nonce = _hmac(start, b"Content-Encoding: nonce\0\1")[:12]
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert plain.endswith(b"\2")
        return plain[:-1]


def signed_claims(authorization: str) -> tuple[dict[str, Any], str]:
    """The claims of a VAPID header and the key that signed them. Raises where the signature is not that key's."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    point = raw(parts["k"])
    key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])})
    assert (scheme, point[0]) == ("vapid", 4)
    return jwt.decode(parts["t"], key, algorithms=["ES256"]).claims, parts["k"]


ENDPOINT = "https://push.example.net/push/one"
# RFC 8291, section 5 and appendix A.
RFC_BROWSER = Browser(private("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), raw("BTBZMqHH6r4Tts7J_aSIgg"))
