"""Puts alerts together: rules, media, links and the page that stops them; decides nothing."""

from collections.abc import Mapping

import structlog
from fastapi import APIRouter
from prometheus_client import Counter

from actions import times
from actions.zones import zone_of
from alerts.dispatcher import Around, Dispatcher
from alerts.media import media
from alerts.media.base import Send
from alerts.model import NotSent, Outgoing, Sent
from alerts.preferences import Preferences, StopLinks
from doorstep.alert_rules import load_alert_rules
from doorstep.bootstrap import SupportRoom, TrackingRoom
from doorstep.desk_rules import load_rules
from doorstep.push import Reached, by_digest, media_values
from doorstep.settings import ROOT, Settings
from doorstep.tracking_page import track_links
from doorstep.worker import Handler
from store.alerts import AlertTable, AlertWishes
from store.push import AlexaUsers, PushTable
from support.gsm import segments
from support.limits import RateLimit
from support.model import TextState
from support.texting import TextLog
from support.watching import nobody_knows, shop_knows
from web.alerts_off import alerts_off_router

ALERTS = Counter("doorstep_alerts_total", "Messages that we started", ["medium", "occasion", "state", "reason"])
log = structlog.get_logger()


def alert_handlers(
    settings: Settings, tracking: TrackingRoom, support: SupportRoom, secret: str
) -> Mapping[str, Handler]:
    """Who does the jobs of the kinds "fact" and "alert"; nobody makes any while alerts are off."""
    addresses = PushTable(tracking.database)
    dispatcher = Dispatcher(
        load_alert_rules(ROOT / settings.alerts_rules),
        Around(
            store=AlertTable(tracking.database),
            orders=tracking.orders,
            preferences=_preferences(tracking, support),
            senders=by_digest(_senders(settings, support.texts), addresses) if settings.alerts else {},
            recipients=Reached(addresses, AlexaUsers(tracking.database, tracking.clock), media_values(settings)).of,
            zone_of=zone_of,
            shop_zone=load_rules(ROOT / settings.desk_rules).hours.zone,
            link_to=track_links(settings, tracking, secret).url,
            stop_links=StopLinks(secret, settings.public_url),
            words=times,
            shop=settings.shop_name,
            clock=tracking.clock,
            note=note,
            shop_knows=shop_knows(support.tickets.of) if settings.watch else nobody_knows,
        ),
    )
    return {"fact": dispatcher.fact, "alert": dispatcher.alert}


def alerts_off(
    settings: Settings, tracking: TrackingRoom, support: SupportRoom, limit: RateLimit, secret: str
) -> APIRouter:
    """The page below /alerts/off; `limit` counts per client address."""
    links = StopLinks(secret, settings.public_url)
    return alerts_off_router(_preferences(tracking, support), links, limit, settings.shop_name)


def note(medium: str, occasion: str, state: str, reason: str) -> None:
    """Count and log an outcome; whose it is, is not told."""
    # A provider's own code may be anything: only ours are few enough to count by.
    ALERTS.labels(medium, occasion, state, reason if state == "skipped" else "").inc()
    log.info("alert", medium=medium, occasion=occasion, state=state, reason=reason)


class FollowedTexts:
    """Notes each text, so that its way is followed; one that its provider has taken is not sent again."""

    def __init__(self, send: Send, texts: TextLog, public_url: str) -> None:
        self._send, self._texts, self._url = send, texts, public_url.rstrip("/")

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send a text. Raises what its medium raises."""
        conversation, cost = f"sms:{outgoing.to}", segments(outgoing.text)
        text = await self._texts.note(f"alert:{outgoing.key}", conversation, outgoing.to, cost)
        if await self._texts.taken(text):
            return Sent()
        report_to = f"{self._url}/webhooks/twilio/status?text={text}"
        try:
            sent = await self._send(Outgoing(outgoing.to, outgoing.text, outgoing.key, report_to=report_to))
        except NotSent as refusal:
            await self._texts.moved(text, TextState.FAILED, "", refusal.code[:16])
            raise
        await self._texts.moved(text, TextState.QUEUED, sent.provider_id[:64])
        return sent


def _senders(settings: Settings, texts: TextLog) -> dict[str, Send]:
    values = media_values(settings)
    senders = {code: m.sender(values) for code, m in media().items() if m.ready(values)}
    if "sms" in senders:
        senders["sms"] = FollowedTexts(senders["sms"], texts, settings.public_url).send
    return senders


def _preferences(tracking: TrackingRoom, support: SupportRoom) -> Preferences:
    return Preferences(AlertWishes(tracking.database), support.consent, tracking.clock)
