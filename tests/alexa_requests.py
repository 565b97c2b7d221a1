"""A stand-in for Alexa: certificates of its own making, signed requests, and a shopper who speaks to the skill."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from cryptography.x509.verification import Store

from demo import alexa_wire, certificates
from demo.certificates import PublicKey, key_of
from skills.alexa.certificates import SIGNER, NotFromAlexa

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "https://s3.amazonaws.com/echo.api/echo-api-cert-13.pem"
SKILL_ID = "amzn1.ask.skill.test"
REQUEST_ID = "amzn1.echo-api.request.0001"


class StoppedClock:
    """Tells one time until it is set to another."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return that time."""
        return self.at


def certificate(
    owner: str,
    issuer: str,
    dns: str = "",
    begins: datetime = NOW - DAY,
    ends: datetime = NOW + 90 * DAY,
    public: PublicKey | None = None,
) -> Certificate:
    """Return a certificate that `issuer` gave `owner`: for a server with a name, else for another authority."""
    return certificates.certificate(owner, issuer, begins, ends, dns, public)


@cache
def root() -> Certificate:
    """Return the certificate of the authority that is trusted in tests."""
    return certificate("root", "root", ends=NOW + 3650 * DAY)


def roots() -> Store:
    """Return all that is trusted in tests."""
    return Store([root()])


def chain(dns: str = SIGNER, begins: datetime = NOW - DAY, ends: datetime = NOW + 90 * DAY) -> bytes:
    """Return Alexa's certificate and the one in between, as PEM."""
    pair = certificate("alexa", "between", dns, begins, ends), certificate("between", "root", ends=NOW + 400 * DAY)
    return b"".join(one.public_bytes(Encoding.PEM) for one in pair)


@dataclass
class Bucket:
    """Stands in for the place where Alexa keeps its certificates; counts the fetches."""

    held: dict[str, bytes] = field(default_factory=lambda: {URL: chain()})
    fetched: list[str] = field(default_factory=list)

    async def fetch(self, url: str) -> bytes:
        """Return what is there."""
        self.fetched.append(url)
        if url not in self.held:
            raise NotFromAlexa("There is nothing.")
        return self.held[url]


def signed(body: bytes, url: str = URL, signer: str = "alexa") -> dict[str, str]:
    """Return the headers that Alexa sends with a body."""
    return alexa_wire.signed(body, key_of(signer), url)


def envelope(
    kind: str = "LaunchRequest",
    intent: str = "",
    slots: Mapping[str, str | None] | None = None,
    attributes: Mapping[str, Any] | None = None,
    user: str = "amzn1.ask.account.ONE",
    request_id: str = REQUEST_ID,
    at: datetime = NOW,
    skill_id: str = SKILL_ID,
    screen: bool = False,
    token: str = "",
) -> dict[str, Any]:
    """Return a request as Alexa writes it; `token` is the access token of a linked account."""
    asked = alexa_wire.request(kind, request_id, at, intent, slots or {})
    written = alexa_wire.envelope(asked, alexa_wire.Speaker(skill_id, user, screen, token), attributes or {})
    written["context"]["System"] |= {"apiEndpoint": "https://api.amazonalexa.com", "apiAccessToken": "test-token"}
    return written


@dataclass
class Shopper:
    """Speaks to the skill through HTTP, as Alexa would pass it on, keeping the session between requests."""

    client: httpx.AsyncClient
    user: str = "amzn1.ask.account.ONE"
    screen: bool = False
    token: str = ""
    at: datetime = NOW
    attributes: dict[str, Any] = field(default_factory=dict)
    spoken: int = 0

    async def send(self, kind: str, intent: str = "", **slots: str | None) -> dict[str, Any]:
        """Send a request and return the response's inner part."""
        self.spoken += 1
        id_ = f"{self.user}-{self.spoken}"
        request = envelope(
            kind, intent, slots, self.attributes, self.user, id_, self.at, screen=self.screen, token=self.token
        )
        response = await self.post(json.dumps(request).encode())
        assert response.status_code == 200, response.text
        given = response.json()
        self.attributes = given.get("sessionAttributes") or {}
        inner: dict[str, Any] = given["response"]
        return inner

    async def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Post a body, signed unless there are other headers."""
        sent = {"Content-Type": "application/json", **(signed(body) if headers is None else headers)}
        return await self.client.post("/webhooks/alexa", content=body, headers=sent)

    async def open(self) -> dict[str, Any]:
        """Open the skill."""
        return await self.send("LaunchRequest")

    async def say(self, intent: str, **slots: str | None) -> dict[str, Any]:
        """Say something that Alexa takes for this intent."""
        return await self.send("IntentRequest", intent, **slots)


def speech(response: Mapping[str, Any]) -> str:
    """Return what is spoken, without the tags around it."""
    ssml: str = response["outputSpeech"]["ssml"]
    return ssml.removeprefix("<speak>").removesuffix("</speak>")
