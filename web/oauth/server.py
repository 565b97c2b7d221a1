"""Authlib's authorization server on rows that were loaded before: it judges one request and keeps nothing.

Authlib is synchronous. What it decides is written afterwards by `support.linking.Links`, which may still say no.
"""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc6749 import (
    AuthorizationCodeMixin,
    AuthorizationServer,
    ClientMixin,
    InvalidRequestError,
    OAuth2Error,
    TokenMixin,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter

from support.clients import Client
from support.linking import ACCESS_LIFE, SCOPES, Code, Token
from web.oauth.asking import Asked

METHODS = ["client_secret_basic", "client_secret_post", "none"]
GRANTS = ["authorization_code", "refresh_token"]
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(slots=True)
class Answer:
    """What Authlib answers: a status, a redirect or JSON."""

    status: int
    body: dict[str, Any] | str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str:
        """Where it redirects to, empty where it doesn't."""
        return self.headers.get("Location", "")

    @location.setter
    def location(self, to: str) -> None:
        self.headers["Location"] = to


class InvalidTarget(OAuth2Error):  # type: ignore[misc]
    """The resource is not one that we issue tokens for (RFC 8707)."""

    error = "invalid_target"
    description = "Tokens are issued for the MCP address of this server only."


class _Client(ClientMixin):  # type: ignore[misc]
    def __init__(self, client: Client) -> None:
        self.client = client

    def get_client_id(self) -> str:
        return self.client.id

    def get_default_redirect_uri(self) -> None:
        """None: it must be named each time."""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.client.redirect_uris

    def get_allowed_scope(self, scope: str | None) -> str | None:
        wanted = set((scope or "").split()) or set(SCOPES)
        return " ".join(sorted(wanted)) if wanted <= set(SCOPES) else None

    def check_client_secret(self, client_secret: str) -> bool:
        return self.client.knows(client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - Authlib's signature
        return (method == "none") == self.client.public

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in GRANTS


class _Code(AuthorizationCodeMixin):  # type: ignore[misc]
    code_challenge_method = "S256"

    def __init__(self, code: Code) -> None:
        self.code, self.code_challenge, self.resource = code, code.challenge, code.resource

    def get_redirect_uri(self) -> str:
        return self.code.redirect_uri

    def get_scope(self) -> str:
        return " ".join(sorted(self.code.scopes))


class _Token(TokenMixin):  # type: ignore[misc]
    def __init__(self, token: Token) -> None:
        self.token, self.resource = token, token.link.resource

    def check_client(self, client: _Client) -> bool:
        return self.token.link.client == client.get_client_id()

    def get_scope(self) -> str:
        return " ".join(sorted(self.token.link.scopes))


class _Checks(CodeChallenge):  # type: ignore[misc]
    """PKCE by S256 alone, and the resource that a code is for.

    Only a confidential client that was added as PKCE-optional may do without, and not where it names a resource.
    """

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def __init__(self, resource: str) -> None:
        super().__init__(required=True)
        self._resource = resource

    def validate_code_challenge(self, grant: "CodeGrant", redirect_uri: str) -> None:
        if any(_tidy(uri) != self._resource for uri in grant.request.payload.datalist.get("resource", [])):
            raise InvalidTarget
        super().validate_code_challenge(grant, redirect_uri)
        given = grant.request.payload.data
        if given.get("code_challenge"):
            if given.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(given["code_challenge"]):
                raise InvalidRequestError("The code_challenge must be one of the method S256.")
        elif grant.request.client.client.pkce_required or given.get("resource"):
            raise InvalidRequestError("Missing 'code_challenge'")

    def validate_code_verifier(self, grant: "CodeGrant", result: object) -> None:
        super().validate_code_verifier(grant, result)
        _check_target(grant, grant.request.authorization_code)


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """Gives a code for a shopper's word, and tokens for a code."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def generate_authorization_code(self) -> str:
        return secrets.token_urlsafe(32)

    def save_authorization_code(self, code: str, request: Asked) -> None:  # noqa: ARG002 - Authlib's signature
        self.server.code_made = code

    def query_authorization_code(self, code: str, client: _Client) -> _Code | None:  # noqa: ARG002 - loaded by its hash
        loaded: Code | None = self.server.code
        return _Code(loaded) if loaded and loaded.client == client.get_client_id() else None

    def authenticate_user(self, authorization_code: _Code) -> Any:
        return authorization_code.code.identity

    def delete_authorization_code(self, authorization_code: _Code) -> None:
        """Left to `Links.exchange`, which remembers that it was used."""


class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]
    """Gives new tokens for a refresh token."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def validate_token_request(self) -> None:
        super().validate_token_request()
        _check_target(self, self.request.refresh_token)

    def authenticate_refresh_token(self, refresh_token: str) -> _Token | None:  # noqa: ARG002 - loaded by its hash
        loaded: Token | None = self.server.token
        return _Token(loaded) if loaded and loaded.kind == "refresh" else None

    def authenticate_user(self, refresh_token: _Token) -> Any:
        return refresh_token.token.link.identity

    def revoke_old_credential(self, refresh_token: _Token) -> None:
        """Left to `Links.rotate`."""


class _Revocation(RevocationEndpoint):  # type: ignore[misc]
    CLIENT_AUTH_METHODS = METHODS

    def query_token(self, token_string: str, token_type_hint: str | None) -> _Token | None:  # noqa: ARG002 - likewise
        return _Token(self.server.token) if self.server.token else None

    def revoke_token(self, token: _Token, request: Asked) -> None:  # noqa: ARG002 - Authlib's signature
        self.server.revoked = True


def _check_target(grant: Any, given_for: _Code | _Token) -> None:
    """A client may name the resource again when it fetches tokens, but no other than before."""
    named = grant.request.payload.datalist.get("resource", [])
    if any(_tidy(uri) != given_for.resource for uri in named):
        raise InvalidTarget


def _tidy(uri: str) -> str:
    return uri.rstrip("/")


class Server(AuthorizationServer):  # type: ignore[misc]
    """Judges one request about this client, with the code or token that the request names."""

    def __init__(
        self,
        issuer: str,
        resource: str,
        client: Client | None,
        code: Code | None = None,
        token: Token | None = None,
    ) -> None:
        super().__init__(scopes_supported=list(SCOPES))
        self._client = client
        self.code, self.token = code, token
        self.code_made = ""
        self.issued: dict[str, Any] | None = None
        self.revoked = False
        self.register_grant(CodeGrant, [_Checks(resource)])
        self.register_grant(RefreshGrant)
        self.register_endpoint(_Revocation)
        self.register_token_generator("default", _tokens())
        self._naming = _Issuer(issuer)
        self.register_extension(self._naming)

    def query_client(self, client_id: str) -> _Client | None:
        return _Client(self._client) if self._client and self._client.id == client_id else None

    def save_token(self, token: dict[str, Any], request: Asked) -> None:  # noqa: ARG002 - Authlib's signature
        self.issued = token

    def create_oauth2_request(self, request: Asked) -> Asked:
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Answer:
        return Answer(status, body, dict(headers))

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def refuse(self, asked: Asked, error: OAuth2Error) -> Answer:
        """Say no: by redirect where the error knows a checked address to go to, else in JSON."""
        answer: Answer = self.handle_error_response(asked, error)
        self._naming.add_issuer_parameter(self, answer)
        return answer


class _Issuer(IssuerParameter):  # type: ignore[misc]
    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def get_issuer(self) -> str:
        return self._issuer


def _tokens() -> BearerTokenGenerator:
    def random(**_: object) -> str:
        return secrets.token_urlsafe(32)

    return BearerTokenGenerator(random, random, int(ACCESS_LIFE.total_seconds()))
