"""Fetches the pictures of a text from Twilio, which keeps them for us; only from there, and only pictures."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp

from alerts.model import NotSent
from channels._texts_out import TextsOut
from channels._twilio import Address
from channels.base import ChannelServices
from support.files import MOST_BYTES, SNIFFED_BYTES, Refused, check_kind, too_big
from support.jobs import Job
from support.model import Inbound, Reply, SignedIdentity
from support.pictures import Pictures
from tracking.errors import InvalidInput, NotConfigured, Unavailable

_NAME = "Twilio"
_API_URL = "https://api.twilio.com"
_TIMEOUT = aiohttp.ClientTimeout(total=40)
_MOST = 10
"""Pictures in one text; Twilio takes no more."""
_PIECE = 64 * 1024
_PATH = re.compile(r"/2010-04-01/Accounts/[A-Za-z0-9]{1,64}/Messages/[A-Za-z0-9]{1,64}/Media/[A-Za-z0-9]{1,64}")
_MOVED = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS})
"""What may be mended: credentials that are being changed, a picture that isn't there yet, haste."""


def picture_urls(form: Mapping[str, str]) -> tuple[str, ...]:
    """The addresses of those media of a text that are said to be pictures."""
    count = form.get("NumMedia", "0")
    many = min(int(count), _MOST) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    pictured = (n for n in range(many) if form.get(f"MediaContentType{n}", "").lower().startswith("image/"))
    return tuple(filter(None, (form.get(f"MediaUrl{n}", "") for n in pictured)))


@dataclass(frozen=True, slots=True)
class Account:
    """Where Twilio's API is, and what we sign in to it with."""

    api_url: str
    sid: str
    token: str

    def owns(self, url: str) -> bool:
        """Whether a picture's address is one of Twilio's API, to the letter."""
        wanted, found = urlsplit(self.api_url), urlsplit(url)
        same = (found.scheme, found.netloc) == (wanted.scheme, wanted.netloc)
        return same and self._safe(url) and not found.query and bool(_PATH.fullmatch(found.path))

    def _safe(self, url: str) -> bool:
        """Whether nobody can listen in: https, or the loopback on which a stand-in for Twilio runs."""
        parts = urlsplit(url)
        return parts.scheme == "https" or (parts.scheme == "http" and self.is_local and _is_loopback(parts.hostname))

    @property
    def is_local(self) -> bool:
        """Whether Twilio is a stand-in on this machine."""
        return _is_loopback(urlsplit(self.api_url).hostname)

    def may_go_on_to(self, url: str) -> bool:
        """Whether Twilio may send us on there: another place on the internet, never one inside our own network."""
        parts = urlsplit(url)
        if self.is_local:
            return self._safe(url)
        return self._safe(url) and not parts.username and "." in (parts.hostname or "") and not _is_ip(parts.hostname)


class Media:
    """Does the jobs of the kind "mms": one picture each."""

    def __init__(self, services: ChannelServices, pictures: Pictures) -> None:
        self._services, self._pictures, self._out = services, pictures, TextsOut(services)

    async def fetch(self, job: Job) -> None:
        """Fetch a picture and take it into its conversation; one that can't be taken is answered in words.

        Raises Unavailable when it may go better later, InvalidInput for an address that isn't Twilio's.
        """
        told = job.payload
        sender = Address.read(told["from"])
        inbound = Inbound(told["conversation"], told["id"], "", "sms", SignedIdentity(phone=sender.number))
        try:
            await self._pictures.take(inbound, await self._read(told["url"]), _silence)
        except Refused as refusal:
            await self._say(sender, f"{told['id']}:no", str(refusal))

    async def _read(self, url: str) -> bytes:
        account = self._account()
        if not account.owns(url):
            raise InvalidInput("MediaUrl: not an address of Twilio's API, so it is not fetched.")
        try:
            async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
                return await _download(session, account, url)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Unavailable(f"Twilio did not give the picture ({type(error).__name__}).") from error

    def _account(self) -> Account:
        secret = self._services.secret
        api_url = self._services.secrets("twilio_api_url") or _API_URL
        return Account(api_url, secret("twilio_account_sid", _NAME), secret("twilio_auth_token", _NAME))

    async def _say(self, to: Address, key: str, words: str) -> None:
        try:
            await self._out.send(to, key, (Reply(words),))
        except (NotSent, NotConfigured):
            return  # noted with the text, where there is one; the picture can't be taken in any case


async def _download(session: aiohttp.ClientSession, account: Account, url: str) -> bytes:
    """Read from Twilio, or from the one place it sends us on to, which is not shown our credentials."""
    signed_in = {"Authorization": aiohttp.encode_basic_auth(account.sid, account.token)}
    async with session.get(url, headers=signed_in, allow_redirects=False) as answer:
        if answer.status not in _MOVED:
            return await _picture(answer)
        target = urljoin(url, answer.headers.get("Location", ""))
    if not account.may_go_on_to(target):
        raise InvalidInput("Twilio sends us on to an address that is not fetched.")
    async with session.get(target, allow_redirects=False) as answer:
        return await _picture(answer)


async def _picture(answer: aiohttp.ClientResponse) -> bytes:
    if answer.status in _LATER or answer.status >= 500:
        raise Unavailable(f"Twilio did not give the picture ({answer.status}).")
    if answer.status != HTTPStatus.OK:
        raise InvalidInput(f"Twilio does not have the picture ({answer.status}).")
    if (answer.content_length or 0) > MOST_BYTES:
        raise too_big()
    data = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        data += piece
        if len(data) > MOST_BYTES:
            raise too_big()
        if len(data) >= SNIFFED_BYTES:
            check_kind(bytes(data[:SNIFFED_BYTES]))
    return bytes(data)


def _is_ip(host: str | None) -> bool:
    try:
        ip_address(host or "")
    except ValueError:
        return False
    return True


def _is_loopback(host: str | None) -> bool:
    return host == "localhost" or (_is_ip(host) and ip_address(host or "").is_loopback)


async def _silence() -> tuple[Reply, ...]:
    return ()


def job_of(sid: str, place: int, url: str, conversation: str, sender: Address) -> dict[str, Any]:
    """What a job needs to know: the message it becomes, whose it is, and where it is."""
    return {"id": f"{sid}-{place}", "url": url, "conversation": conversation, "from": sender.written()}
