"""A stand-in identity provider that speaks OpenID Connect over HTTP: discovery, keys, authorization, tokens."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import dumps
from time import time
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT_ID, CLIENT_SECRET = "console", "test-oidc-secret"


@dataclass
class Provider:
    """Vouches for `email`. What it puts into tokens can be spoilt: `claims` are changed, `key` signs."""

    issuer: str = ""
    email: str = "sam@example.com"
    claims: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}, auto_kid=False))
    signing: ECKey | None = None
    up: bool = True
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, query: dict[str, str]) -> str:
        """The address that the browser is sent back to, as if somebody had signed in here."""
        code = f"code-{len(self.asked)}"
        self.asked[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The token endpoint's answer: client, code, address and PKCE verifier must all be right, the code once."""
        known = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        asked = self.asked.pop(form.get("code", ""), None)
        if unquote(authorization) != f"Basic {known}" or asked is None or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "sub": "1", "iat": int(time()), "exp": int(time()) + 300}
        claims |= {"nonce": asked["nonce"], "email": self.email, "email_verified": True, **self.claims}
        wanted = {name: value for name, value in claims.items() if value is not None}
        signed = jwt.encode({"alg": "ES256", "kid": "one"}, wanted, self.signing or self.key)
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": signed}

    def document(self, path: str) -> dict[str, Any]:
        """Discovery and keys."""
        if path == "/.well-known/openid-configuration":
            ways = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
            return {"issuer": self.issuer, **{name: self.issuer + way for name, way in ways.items()}}
        return {"keys": [self.key.as_dict(private=False)]}


@contextmanager
def oidc_provider() -> Iterator[Provider]:
    """Serve one on loopback."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path)
            if path.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(path.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(query))
                return self.end_headers()
            return self.answer(200, provider.document(path.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(*provider.token(form, self.headers.get("Authorization", "")))

        def answer(self, status: int, body: dict[str, Any]) -> None:
            self.send_response(status if provider.up else 503)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(dumps(body).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
