"""Puts together who is reached where: customers, browsers, apps, speakers and the merchant; decides nothing."""

from collections.abc import Mapping, Sequence
from functools import partial

import structlog

from alerts.addresses import AddressStore, PushAddresses
from alerts.media import media
from alerts.media.base import Named, Send, Values
from alerts.media.web_push import new_key, public_key
from alerts.model import Gone, Outgoing, Sent
from channels.notify import PageOf
from doorstep.alert_rules import load_alert_rules
from doorstep.bootstrap import TrackingRoom
from doorstep.secrets import kept_secret
from doorstep.settings import ROOT, Settings
from store.alerts import AlertWishes
from store.push import AlexaUsers, PushTable
from support.identity import Identity
from tracking.keys import order_key
from tracking.model import Order
from web.track.pushing import Push
from web.track.tokens import TrackLinks

log = structlog.get_logger()
_VAPID = "vapid_private_key"


def media_values(settings: Settings) -> Values:
    """The settings as media read them; the key that signs for browsers is made once where none is set."""

    def value(name: str) -> str | None:
        if name == _VAPID and not settings.vapid_private_key:
            return kept_secret(ROOT / "var" / "vapid.secret", new_key)
        return settings.value(name)

    return value


def push_addresses(settings: Settings, tracking: TrackingRoom) -> PushAddresses | None:
    """What takes addresses in: of the media that are configured, and that the rules tell anything on. None: of none."""
    if not settings.alerts:
        return None
    rules = load_alert_rules(ROOT / settings.alerts_rules)
    values, wishes = media_values(settings), AlertWishes(tracking.database)
    named = {
        code: partial(_read, medium.named, values)
        for code, medium in media().items()
        if medium.named and rules.media.get(code) and medium.ready(values)
    }
    return PushAddresses(PushTable(tracking.database), wishes, named, tracking.clock)


def _read(named: Named, values: Values, address: str) -> str:
    return named(address, values)


def browsers(settings: Settings, addresses: PushAddresses | None) -> Push | None:
    """What the tracking page and the chat offer notifications with, None where browsers are told nothing."""
    if addresses is None or not addresses.takes("web_push"):
        return None
    return Push(addresses, public_key(media_values(settings)(_VAPID) or ""))


def page_of(tracking: TrackingRoom, identity: Identity, links: TrackLinks) -> PageOf:
    """Gives an order's page to a conversation that may see the order."""

    async def page(conversation: str, number: str) -> str | None:
        order = await tracking.orders.find(number)
        seen = order is not None and await identity.can_see(conversation, order)
        return await links.url(order) if order and seen else None

    return page


class Reached:
    """Where an order's customer and the merchant can be told, by medium."""

    def __init__(self, addresses: AddressStore, speakers: AlexaUsers, values: Values) -> None:
        self._addresses, self._speakers = addresses, speakers
        ready = [medium for medium in media().values() if medium.ready(values)]
        self._merchants = {medium.code: medium.merchants(values) for medium in ready if medium.merchants}
        self._ready = {medium.code for medium in ready}

    async def of(self, order: Order) -> Mapping[str, Sequence[str]]:
        """The addresses; those of browsers and apps by their digest. Raises Unavailable."""
        customer, found = order.customer, dict[str, Sequence[str]](self._merchants)
        found |= {medium: (one,) for medium, one in (("sms", customer.phone), ("email", customer.email)) if one}
        found |= await self._addresses.of(order_key(order.number))
        if "alexa" in self._ready:
            found["alexa"] = await self._speakers.of(customer.phone, customer.email)
        return found


class ByDigest:
    """Sends to an address that alerts know by its digest alone, and forgets it once its provider calls it gone."""

    def __init__(self, medium: str, send: Send, addresses: AddressStore) -> None:
        self._medium, self._send, self._addresses = medium, send, addresses

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send. Raises Gone for one that was taken back meanwhile, and what its medium raises."""
        order = order_key(outgoing.fact.order_number) if outgoing.fact else ""
        address = await self._addresses.address(order, self._medium, outgoing.to)
        if not address:
            raise Gone("Its owner has taken this address back.", "taken_back")
        try:
            return await self._send(
                Outgoing(address, outgoing.text, outgoing.key, outgoing.subject, fact=outgoing.fact)
            )
        except Gone:
            forgotten = await self._addresses.forget(self._medium, outgoing.to)
            log.info("push_address_gone", medium=self._medium, orders=forgotten)
            raise


def by_digest(senders: Mapping[str, Send], addresses: AddressStore) -> dict[str, Send]:
    """The senders, those to addresses that we keep by their digest."""
    kept = {code for code, medium in media().items() if medium.named}
    return {code: ByDigest(code, send, addresses).send if code in kept else send for code, send in senders.items()}
