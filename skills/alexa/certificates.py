"""Gets Alexa's signing certificates, checks them up to a trusted root and keeps their keys; judges no request."""

import asyncio
import re
import ssl
import warnings
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from posixpath import normpath
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import aiohttp
import certifi
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509 import Certificate, DNSName, load_der_x509_certificate, load_pem_x509_certificates
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from tracking.errors import InvalidInput, Unavailable
from tracking.ports import Clock

SIGNER = "echo-api.amazon.com"
HOST = "s3.amazonaws.com"
FOLDER = "/echo.api/"
MOST_CHAIN_BYTES = 64 * 1024
# With the 6.5 s that a turn may take this stays within the 8 s after which Alexa gives up.
FETCH_SECONDS = 1.4
_MOST_CERTIFICATES = 10
_MOST_KEPT = 16
# Strangers may name any address below the folder; each new one costs a fetch before it can be refused.
_MOST_FETCHES = 8
_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9._/-]+")

Fetch = Callable[[str], Awaitable[bytes]]


class NotFromAlexa(InvalidInput):
    """The request can't be shown to come from Alexa for our skill; nothing was done."""


def certificate_url(given: str) -> str:
    """Return the one plain form of an address that Alexa may keep a certificate at. Raises NotFromAlexa for others."""
    try:
        parts = urlsplit(given.strip())
        port = parts.port
    except ValueError as error:
        raise NotFromAlexa("The certificate's address can't be read.") from error
    path = normpath(parts.path) if _PLAIN_PATH.fullmatch(parts.path) else ""
    if parts.scheme != "https" or parts.hostname != HOST or port not in {None, 443} or "@" in parts.netloc:
        raise NotFromAlexa(f"The certificate's address must be on https://{HOST}.")
    if not path.startswith(FOLDER):
        raise NotFromAlexa(f"The certificate's address must be below {FOLDER}.")
    return f"https://{HOST}{path}"


async def fetch_chain(url: str) -> bytes:
    """Return what is at an address, within 1.4 s, following no redirects.

    Raises NotFromAlexa if nothing of a sensible size is there, Unavailable if the server can't be reached in time.
    """
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=FETCH_SECONDS)) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            if response.status != HTTPStatus.OK:
                raise NotFromAlexa("There is no certificate at the address given.")
            return await _bounded(response.content)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unavailable("Alexa's certificate can't be fetched at the moment.") from error


def stand_in_place(base_url: str) -> Fetch:
    """Return a fetch that finds what Alexa keeps below an address at a stand-in's. Raises InvalidInput for a bad one.

    Which addresses a request may name stays as it is; plain http is for this machine alone.
    """
    parts = urlsplit(base_url)
    if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in _THIS_MACHINE):
        raise InvalidInput("DOORSTEP_ALEXA_CERTIFICATES_URL must be https, or http on 127.0.0.1 or localhost.")

    async def fetch(url: str) -> bytes:
        return await fetch_chain(f"{base_url.rstrip('/')}{urlsplit(url).path}")

    return fetch


async def _bounded(content: aiohttp.StreamReader) -> bytes:
    got = bytearray()
    async for piece in content.iter_any():
        got += piece
        if len(got) > MOST_CHAIN_BYTES:
            raise NotFromAlexa("The certificate is far too long.")
    return bytes(got)


@cache
def system_roots() -> Store:
    """Return the roots that this machine trusts, or those that Python's HTTP clients bring where it has none."""
    context = ssl.create_default_context()
    if not context.get_ca_certs():
        context.load_verify_locations(certifi.where())
    with warnings.catch_warnings():
        # A few old roots have serial numbers that nobody may give any more; they are of no use here.
        warnings.simplefilter("error", CryptographyDeprecationWarning)
        return Store([root for der in context.get_ca_certs(binary_form=True) if (root := _readable(der))])


def stand_in_roots(file: str) -> Store:
    """Return the roots in a PEM file. Raises InvalidInput if they can't be read."""
    try:
        return Store(load_pem_x509_certificates(Path(file).read_bytes()))
    except (OSError, ValueError) as error:
        raise InvalidInput("DOORSTEP_ALEXA_ROOTS names no file with certificates (PEM).") from error


def _readable(der: bytes) -> Certificate | None:
    try:
        return load_der_x509_certificate(der)
    except (ValueError, CryptographyDeprecationWarning):
        return None


class Certificates:
    """The public keys that Alexa signs with, by address, each kept until a certificate of its chain runs out."""

    def __init__(self, fetch: Fetch, roots: Callable[[], Store], clock: Clock) -> None:
        self._fetch, self._roots, self._clock = fetch, roots, clock
        self._kept: dict[str, tuple[RSAPublicKey, datetime]] = {}
        self._places = asyncio.Semaphore(_MOST_FETCHES)
        self._fetching: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def key(self, url: str) -> RSAPublicKey:
        """Return the key at an address (see `certificate_url`). Raises NotFromAlexa, or Unavailable from the fetch."""
        lock = self._fetching.setdefault(url, asyncio.Lock())
        async with lock:
            return self._fresh(url) or await self._fetched(url)

    def _fresh(self, url: str) -> RSAPublicKey | None:
        key, until = self._kept.get(url, (None, None))
        return key if until and self._clock.now() < until else None

    async def _fetched(self, url: str) -> RSAPublicKey:
        async with self._places:
            pem = await self._fetch(url)
        return self._keep(url, pem)

    def _keep(self, url: str, pem: bytes) -> RSAPublicKey:
        chain = self._checked(pem)
        key = chain[0].public_key()
        if not isinstance(key, RSAPublicKey):
            raise NotFromAlexa("The certificate holds no RSA key.")
        self._kept.pop(url, None)
        if len(self._kept) >= _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[url] = (key, min(certificate.not_valid_after_utc for certificate in chain))
        return key

    def _checked(self, pem: bytes) -> list[Certificate]:
        """Return the chain from the signer up to a root we trust, valid now and made out to Alexa."""
        try:
            signer, *others = load_pem_x509_certificates(pem)[:_MOST_CERTIFICATES]
            policy = PolicyBuilder().store(self._roots()).time(self._clock.now())
            return policy.build_server_verifier(DNSName(SIGNER)).verify(signer, others)
        except (ValueError, VerificationError) as error:
            raise NotFromAlexa("The certificate is not a valid one of Alexa's.") from error
