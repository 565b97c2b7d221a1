"""Tells the merchant on whatever Apprise reaches, such as their team's chat; needs the extra `more-media`."""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from typing import Any

from alerts.media.base import Medium, Send, Values, patience
from alerts.model import Gone, Outgoing, Sent
from tracking.errors import NotConfigured, Unavailable


def _urls(values: Values) -> tuple[str, ...]:
    return tuple((values("apprise_urls") or "").split())


def _named(url: str) -> str:
    """What an address is known by: it holds secrets of the service behind it."""
    return hashlib.blake2b(url.encode(), digest_size=16).hexdigest()


class _Apprise:
    """Sends by Apprise, in threads, as it waits for each answer."""

    def __init__(self, values: Values) -> None:
        self._library, self._seconds, shop = _library(), patience(values), values("shop_name") or "Doorstep"
        self._asset = _asset(self._library, shop, self._seconds)
        self._urls = {_named(url): url for url in _urls(values)}
        if not all(self._library.Apprise.instantiate(url, asset=self._asset) for url in self._urls.values()):
            raise NotConfigured("DOORSTEP_APPRISE_URLS holds an address that Apprise can't read.")

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send to one of the merchant's addresses. Raises Gone where the settings name it no more, else Unavailable.

        Apprise tells no refusal for good from trouble of the moment, so both are tried again. A message that was taken
        after we stopped to wait comes twice.
        """
        url = self._urls.get(outgoing.to)
        if url is None:
            raise Gone("The settings don't name this address any more.", "not_configured")
        try:
            async with asyncio.timeout(self._seconds):
                taken = await asyncio.to_thread(self._notify, url, outgoing)
        except TimeoutError as error:
            raise Unavailable("Apprise did not send the message in time.") from error
        if not taken:
            raise Unavailable("Apprise could not send the message.")
        return Sent(outgoing.key)

    def _notify(self, url: str, outgoing: Outgoing) -> bool:
        sender = self._library.Apprise(asset=self._asset)
        sender.add(url)
        return bool(sender.notify(outgoing.text, title=outgoing.subject, body_format=self._library.NotifyFormat.TEXT))


def _library() -> Any:
    try:
        import apprise
    except ImportError as error:
        raise NotConfigured("Apprise is not installed: install doorstep with the extra more-media.") from error
    # It writes down whom it could not reach, and with that the secrets in their addresses.
    logging.getLogger(apprise.LOGGER_NAME).setLevel(logging.CRITICAL)
    return apprise


def _asset(library: Any, shop: str, seconds: float) -> Any:
    """How it presents itself: as the shop, with no pictures from elsewhere, and going nowhere it was not sent."""
    asset = library.AppriseAsset(plugin_paths=[], storage_mode="memory", service_timeout=seconds)
    wanted = {"app_id": shop, "app_desc": shop, "app_url": "", "image_url_mask": "", "image_url_logo": ""}
    for name, value in {**wanted, "http_redirects": False}.items():
        setattr(asset, name, value)
    return asset


def _merchants(values: Values) -> Sequence[str]:
    return tuple(_named(url) for url in _urls(values))


def _open(values: Values) -> Send:
    return _Apprise(values).send


MEDIUM = Medium("apprise", "Apprise", ("apprise_urls",), _open, "merchant", merchants=_merchants)
