"""Turns facts into messages and sends each once, at the right time, on the right medium; keeps nothing itself."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any

from alerts.choosing import Known, instead, targets
from alerts.media.base import Send
from alerts.model import Gone, NotSent, OptedOut, Sent
from alerts.ports import Alert, AlertStore, LinkTo, Note, Recipients, State, Told, Words, ZoneOf
from alerts.preferences import Preferences, StopLinks
from alerts.rules import Rules, lead
from alerts.texts import Texts
from alerts.wording import Wording, standing
from support.jobs import Job
from support.watching import Knows, nobody_knows
from tracking.errors import Unavailable
from tracking.facts import Occasion
from tracking.keys import order_key
from tracking.model import Order
from tracking.orders import Orders
from tracking.ports import Clock

LAST_TRY = 13
"""How many tries came to nothing when the worker makes its last, see `doorstep.worker.MOST_TRIES`."""


class NotYet(Unavailable):
    """It is night where the message goes; `retry_after` says for how many seconds more."""

    def __init__(self, seconds: float) -> None:
        super().__init__("It waits for the end of the quiet hours.")
        self.retry_after = seconds


@dataclass(frozen=True, slots=True)
class Around:
    """What the dispatcher is given. `senders` are the media that are configured, by code."""

    store: AlertStore
    orders: Orders
    preferences: Preferences
    senders: Mapping[str, Send]
    recipients: Recipients
    zone_of: ZoneOf
    shop_zone: tzinfo
    link_to: LinkTo
    stop_links: StopLinks
    words: Words
    shop: str
    clock: Clock
    note: Note
    texts: Texts = field(default_factory=Texts)
    shop_knows: Knows = nobody_knows


class Dispatcher:
    """Handles the jobs of the kinds "fact" and "alert". Both may be done twice, and do nothing new then."""

    def __init__(self, rules: Rules, around: Around) -> None:
        self._rules, self._around = rules, around
        self._wording = Wording(
            around.texts, around.words, around.link_to, around.stop_links, around.shop, around.shop_knows
        )

    async def fact(self, job: Job) -> None:
        """Decide who is told what on which medium. Raises Unavailable."""
        told = _told(job.payload)
        order = await self._around.orders.find(str(job.payload["order"]))
        if order is None:
            return
        now = self._around.clock.now()
        drafts = [
            await self._judged(order, self._draft(order, told, medium, address, now))
            for medium, address in await self._targets(order, told.occasion)
        ]
        for alert in await self._around.store.plan(drafts, self._rules.most_a_day, now):
            if alert.state == "skipped":
                self._note(alert)

    async def alert(self, job: Job) -> None:
        """Send an alert, if it is still to be sent. Raises Unavailable to be called again."""
        key, around = str(job.payload["alert"]), self._around
        waiting = await around.store.get(key)
        if waiting is None:
            return
        order = await around.orders.find(waiting.order)
        if order is None:
            await self._finish(waiting, "skipped", "no_order")
            return
        self._wait_for_morning(order, waiting)
        alert = await around.store.claim(key, around.clock.now())
        if alert is not None:
            await self._try(order, alert, job.tries)

    async def _try(self, order: Order, alert: Alert, tries: int) -> None:
        """Send a claimed alert, unless it is too late or unwanted by now."""
        still = self._standing(order, alert)
        why_not = await self._refusal(order, alert) if still else "moved_on"
        if why_not:
            await self._finish(alert, "skipped", why_not)
            return
        alert = replace(alert, facts=still)
        try:
            sent = await self._send(order, alert)
        except OptedOut:
            await self._around.preferences.provider_stopped(alert.medium, alert.recipient)
            await self._finish(alert, "skipped", "opted_out")
        except NotSent as refusal:
            other = await self._instead(order, alert, gone=isinstance(refusal, Gone))
            await self._finish(alert, "failed", refusal.code or "refused", instead=other)
        except Unavailable:
            if tries < LAST_TRY:
                raise
            await self._finish(alert, "failed", "unavailable", instead=await self._instead(order, alert))
        else:
            await self._finish(alert, "sent", "", sent.provider_id)

    async def _send(self, order: Order, alert: Alert) -> Sent:
        send = self._around.senders.get(alert.medium)
        if send is None:
            raise NotSent("This medium is not configured any more.", "not_configured")
        return await send(await self._wording.outgoing(order, alert, self._around.clock.now()))

    def _wait_for_morning(self, order: Order, alert: Alert) -> None:
        """A message may have waited for its provider until it is night."""
        now, zone = self._around.clock.now(), self._zone(order)
        if self._is_merchant(alert):
            return
        awake = min(self._rules.open_at(told.occasion, told.at, now, zone) for told in alert.facts)
        if awake > now:
            raise NotYet((awake - now).total_seconds())

    def _standing(self, order: Order, alert: Alert) -> tuple[Told, ...]:
        if self._is_merchant(alert):
            return alert.facts
        now = self._around.clock.now()
        still = standing(order, alert.facts, now, self._around.words)
        return tuple(told for told in still if told.at >= now - self._rules.too_old)

    async def _targets(self, order: Order, occasion: Occasion) -> list[tuple[str, str]]:
        return targets(self._rules, occasion, await self._known(order))

    async def _known(self, order: Order) -> Known:
        known = await self._around.recipients(order)
        return {medium: addresses for medium, addresses in known.items() if medium in self._around.senders}

    async def _instead(self, order: Order, alert: Alert, gone: bool = False) -> Alert | None:
        """The same on the other medium, once; not where it is told there anyhow.

        Where an address is gone, another one of the same medium has told it.
        """
        known = await self._known(order)
        if alert.instead_of or (gone and set(known.get(alert.medium, ())) - {alert.recipient}):
            return None
        other, occasions = instead(self._rules, alert.medium, [told.occasion for told in alert.facts], known)
        facts = tuple(told for told in alert.facts if told.occasion in occasions)
        if not other or not facts:
            return None
        now, address = self._around.clock.now(), known[other][0]
        draft = replace(
            alert,
            key=_key(facts[0].key, other, address),
            medium=other,
            recipient=address,
            facts=facts,
            state="queued",
            due_at=now,
            instead_of=alert.key,
        )
        return await self._judged(order, draft)

    def _draft(self, order: Order, told: Told, medium: str, address: str, now: datetime) -> Alert:
        alone = medium in self._rules.merchant
        due = now if alone else self._rules.due(told.occasion, told.at, now, self._zone(order))
        key = _key(told.key, medium, address)
        return Alert(key, order_key(order.number), medium, address, (told,), "queued", due, alone=alone)

    async def _judged(self, order: Order, draft: Alert) -> Alert:
        """The draft, skipped where its reader wants none."""
        refusal = await self._refusal(order, draft)
        return replace(draft, state="skipped", reason=refusal) if refusal else draft

    async def _refusal(self, order: Order, alert: Alert) -> str:
        """Why its reader wants none; what is for the merchant, no shopper stops."""
        if self._is_merchant(alert):
            return ""
        important = any(told.occasion in self._rules.important for told in alert.facts)
        return await self._around.preferences.refusal(order, alert.medium, alert.recipient, important)

    def _is_merchant(self, alert: Alert) -> bool:
        return alert.medium in self._rules.merchant

    def _zone(self, order: Order) -> tzinfo:
        return self._around.zone_of(order.ship_to) or self._around.shop_zone

    async def _finish(
        self, alert: Alert, state: State, reason: str, provider_id: str = "", instead: Alert | None = None
    ) -> None:
        await self._around.store.finish(alert.key, state, reason, provider_id, self._around.clock.now(), instead)
        self._note(replace(alert, state=state, reason=reason))

    def _note(self, alert: Alert) -> None:
        occasion = lead(told.occasion for told in alert.facts)
        self._around.note(alert.medium, occasion.value, alert.state, alert.reason)


def _told(payload: Mapping[str, Any]) -> Told:
    occasion, at = Occasion(payload["occasion"]), datetime.fromisoformat(payload["at"])
    return Told(str(payload["key"]), occasion, str(payload["parcel"]), at)


def _key(fact: str, medium: str, address: str) -> str:
    """The same for the same fact, medium and address, and telling none of them."""
    return hashlib.blake2b("\x1f".join((fact, medium, address)).encode(), digest_size=16).hexdigest()
