"""A certificate for a server on this machine, of an authority of our own, for stand-ins that speak TLS."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from demo.certificates import certificate, key_of


class Papers:
    """Files in a folder: a server's certificate with its key, and the authority that gave it."""

    def __init__(self, folder: Path, name: str = "localhost") -> None:
        now = datetime.now(UTC)
        begins, ends = now - timedelta(days=1), now + timedelta(days=1)
        self.chain, self.key, self.roots = (folder / file for file in ("chain.pem", "key.pem", "roots.pem"))
        self.chain.write_bytes(certificate("server", "authority", begins, ends, name).public_bytes(Encoding.PEM))
        key = key_of("server").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.key.write_bytes(key)
        self.roots.write_bytes(certificate("authority", "authority", begins, ends).public_bytes(Encoding.PEM))

    def server(self) -> ssl.SSLContext:
        """What a server shows."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.chain, self.key)
        return context
