"""Alexa's certificates as a running Doorstep can fetch them now, from a stand-in on loopback; signs no request."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from skills.alexa.certificates import SIGNER
from tests.alexa_requests import DAY, certificate


@contextmanager
def alexa_place(folder: Path) -> Iterator[dict[str, str]]:
    """Serve a chain that is valid today within the block; gives the settings that make Doorstep trust it.

    Its keys are those of `tests.alexa_requests`, so that what `signed` signs in this process fits.
    """
    now = datetime.now(UTC)
    begins, ends = now - DAY, now + DAY
    signer = certificate("alexa", "between", SIGNER, begins, ends)
    between, root = (certificate(owner, "root", begins=begins, ends=ends) for owner in ("between", "root"))
    chain = signer.public_bytes(Encoding.PEM) + between.public_bytes(Encoding.PEM)
    roots = folder / "alexa-roots.pem"
    roots.write_bytes(root.public_bytes(Encoding.PEM))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _serving(chain))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        yield {"DOORSTEP_ALEXA_CERTIFICATES_URL": address, "DOORSTEP_ALEXA_ROOTS": str(roots)}
    finally:
        server.shutdown()
        server.server_close()


def _serving(chain: bytes) -> type[BaseHTTPRequestHandler]:
    class Place(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(chain)))
            self.end_headers()
            self.wfile.write(chain)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Print nothing."""

    return Place
