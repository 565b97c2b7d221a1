"""A stand-in for Alexa: certificates of its own making, signed requests, and a shopper who speaks to the skill."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import (
    AuthorityKeyIdentifier,
    BasicConstraints,
    Certificate,
    CertificateBuilder,
    DNSName,
    ExtendedKeyUsage,
    KeyUsage,
    Name,
    NameAttribute,
    SubjectAlternativeName,
    SubjectKeyIdentifier,
    random_serial_number,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import Store

from skills.alexa.certificates import SIGNER, NotFromAlexa

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "https://s3.amazonaws.com/echo.api/echo-api-cert-13.pem"
SKILL_ID = "amzn1.ask.skill.test"
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
REQUEST_ID = "amzn1.echo-api.request.0001"


class StoppedClock:
    """Tells one time until it is set to another."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return that time."""
        return self.at


@cache
def key_of(owner: str) -> rsa.RSAPrivateKey:
    """Return the private key of somebody, made on first use."""
    return rsa.generate_private_key(65537, 2048)


def certificate(
    owner: str,
    issuer: str,
    dns: str | None = None,
    begins: datetime = NOW - DAY,
    ends: datetime = NOW + 90 * DAY,
    public: PublicKey | None = None,
) -> Certificate:
    """Return a certificate that `issuer` gave `owner`: for a server with a name, else for another authority."""
    public = public or key_of(owner).public_key()
    builder = (
        CertificateBuilder()
        .subject_name(_name(owner))
        .issuer_name(_name(issuer))
        .public_key(public)
        .serial_number(random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(BasicConstraints(ca=dns is None, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=dns is None), critical=True)
        .add_extension(SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(AuthorityKeyIdentifier.from_issuer_public_key(key_of(issuer).public_key()), critical=False)
    )
    if dns:
        builder = builder.add_extension(SubjectAlternativeName([DNSName(dns)]), critical=False)
        builder = builder.add_extension(ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(key_of(issuer), SHA256())


def _name(owner: str) -> Name:
    return Name([NameAttribute(NameOID.COMMON_NAME, owner)])


def _usage(signs_certificates: bool) -> KeyUsage:
    return KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


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
    signature = key_of(signer).sign(body, PKCS1v15(), SHA256())
    return {"SignatureCertChainUrl": url, "Signature-256": base64.b64encode(signature).decode()}


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
) -> dict[str, Any]:
    """Return a request as Alexa writes it."""
    request: dict[str, Any] = {"type": kind, "requestId": request_id, "locale": "en-US"}
    request["timestamp"] = at.isoformat().replace("+00:00", "Z")
    if intent:
        written = {name: {"name": name, "value": value} for name, value in (slots or {}).items()}
        request["intent"] = {"name": intent, "confirmationStatus": "NONE", "slots": written}
    interfaces = {"Alexa.Presentation.APL": {"runtime": {"maxVersion": "2024.3"}}} if screen else {}
    who = {"application": {"applicationId": skill_id}, "user": {"userId": user}}
    system = {
        "device": {"deviceId": "amzn1.ask.device.D", "supportedInterfaces": interfaces},
        "apiEndpoint": "https://api.amazonalexa.com",
        "apiAccessToken": "test-token",
    }
    session = {"new": not attributes, "sessionId": "amzn1.echo-api.session.S", "attributes": dict(attributes or {})}
    return {"version": "1.0", "session": session | who, "context": {"System": system | who}, "request": request}


@dataclass
class Shopper:
    """Speaks to the skill through HTTP, as Alexa would pass it on, keeping the session between requests."""

    client: httpx.AsyncClient
    user: str = "amzn1.ask.account.ONE"
    screen: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)
    spoken: int = 0

    async def send(self, kind: str, intent: str = "", **slots: str | None) -> dict[str, Any]:
        """Send a request and return the response's inner part."""
        self.spoken += 1
        request = envelope(
            kind, intent, slots, self.attributes, self.user, f"{self.user}-{self.spoken}", screen=self.screen
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
