"""Signs agents in through an identity provider (OpenID Connect: code flow, PKCE, state, nonce); makes no session."""

import hmac
import secrets
from dataclasses import dataclass, field
from time import time
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from itsdangerous import BadData, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tracking.errors import DoorstepError, Unavailable

SECONDS = 600
_TIMEOUT = 10.0
_LEEWAY = 60
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Only those with a key pair: a token must not be signable with anything that we, too, know."""


class NotVouched(DoorstepError):
    """The identity provider, or who came back from it, did not prove who is there."""


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """An identity provider and how it knows us; `issuer` is exactly what its tokens name."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str


class Oidc:
    """One provider. What must be remembered between going there and coming back is signed and kept by the browser."""

    def __init__(self, settings: OidcSettings, secret: str) -> None:
        self._settings = settings
        self._signer = URLSafeTimedSerializer(secret, salt="doorstep-oidc")

    async def start(self) -> tuple[str, str]:
        """Return the address to send the browser to, and what to keep in a cookie meanwhile. Raises Unavailable."""
        provider = await self._discover()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        async with self._client() as client:
            address, _ = client.create_authorization_url(
                provider["authorization_endpoint"],
                state=state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
            )
        return str(address), str(self._signer.dumps([state, nonce, verifier]))

    async def finish(self, kept: str, state: str, code: str) -> str:
        """Return the e-mail address that the provider vouches for. Raises NotVouched or Unavailable."""
        try:
            sent_state, nonce, verifier = self._signer.loads(kept, max_age=SECONDS)
        except BadData as error:
            raise NotVouched("The sign-in took too long, or did not begin in this browser. Try again.") from error
        if not code or not hmac.compare_digest(sent_state.encode(), state.encode("utf-8", "replace")):
            raise NotVouched("The identity provider's answer does not belong to this sign-in. Try again.")
        provider = await self._discover()
        token = await self._token(provider, code, verifier)
        claims = self._claims(token, await _json(provider["jwks_uri"]), nonce)
        if claims.get("email_verified") is not True or not isinstance(claims.get("email"), str):
            raise NotVouched("The identity provider does not vouch for an e-mail address.")
        return str(claims["email"])

    def _client(self) -> AsyncOAuth2Client:
        given = self._settings
        return AsyncOAuth2Client(
            given.client_id,
            given.client_secret,
            redirect_uri=given.redirect_uri,
            scope="openid email",
            timeout=_TIMEOUT,
            trust_env=False,
        )

    async def _discover(self) -> dict[str, Any]:
        found = await _json(f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != self._settings.issuer or not all(isinstance(found.get(name), str) for name in wanted):
            raise Unavailable("The identity provider's description is not that of DOORSTEP_OIDC_ISSUER.")
        return found

    async def _token(self, provider: dict[str, Any], code: str, verifier: str) -> str:
        async with self._client() as client:
            try:
                answer = await client.fetch_token(provider["token_endpoint"], code=code, code_verifier=verifier)
            except httpx.HTTPError as error:
                raise Unavailable("The identity provider does not answer.") from error
            except (AuthlibBaseError, ValueError) as error:
                raise NotVouched("The identity provider did not accept the sign-in. Try again.") from error
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotVouched("The identity provider sent no identity.")
        return token

    def _claims(self, token: str, keys: dict[str, Any], nonce: str) -> dict[str, Any]:
        rules = jwt.JWTClaimsRegistry(
            now=lambda: int(time()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        try:
            claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS).claims  # type: ignore[arg-type]
            rules.validate(claims)
        except (JoseError, ValueError) as error:
            raise NotVouched("The identity provider's token is not valid.") from error
        if claims.get("azp", self._settings.client_id) != self._settings.client_id:
            raise NotVouched("The identity provider's token is for somebody else.")
        return dict(claims)


async def _json(address: str) -> dict[str, Any]:
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as client:
            answer = (await client.get(address)).raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable("The identity provider does not answer.") from error
    if not isinstance(answer, dict):
        raise Unavailable("The identity provider does not answer in JSON.")
    return answer
