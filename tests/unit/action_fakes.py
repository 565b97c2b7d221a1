"""Fakes of the services that actions call, and a small fictional shop to ask about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Skill
from actions.services import Services
from support.model import ProofResult, Ticket, TicketReason
from support.tickets import Outlook
from tracking.folding import fold
from tracking.model import Address, Contact, DeliveryWindow, Item, Order, Shipment, Status, TrackingEvent

NOW = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
OWNER = Contact("Dana Fields", "dana@example.com", "+15550101")
HOME = Address("94110", "San Francisco", "CA", "US")


class FrozenClock:
    """A clock that stands still."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


class FakeOrders:
    """Orders in memory."""

    def __init__(self, *orders: Order) -> None:
        self.orders = list(orders)

    async def find(self, number: str) -> Order | None:
        return next((o for o in self.orders if o.number == number.strip("# ").upper()), None)

    async def find_by_tracking_number(self, tracking_number: str) -> Order | None:
        return next((o for o in self.orders if any(s.tracking_number == tracking_number for s in o.shipments)), None)


class FakeIdentity:
    """Lets `seen` orders be seen from the start, and others after their proof. Five wrong tries lock."""

    def __init__(self, orders: FakeOrders, *seen: str) -> None:
        self.orders, self.seen, self.wrong = orders, set(seen), 0

    async def can_see(self, conversation_id: str, order: Order) -> bool:
        return order.number in self.seen

    async def prove(self, conversation_id: str, number: str, proof: str) -> ProofResult:
        if self.wrong >= 5:
            return ProofResult.LOCKED
        order = await self.orders.find(number)
        proofs = order and {order.customer.email, order.customer.phone[-4:], order.ship_to.postcode}
        if order and proof in (proofs or ()):
            self.seen.add(order.number)
            return ProofResult.VERIFIED
        self.wrong += 1
        return ProofResult.REFUSED

    async def visible_orders(self, conversation_id: str) -> list[Order]:
        return [order for order in self.orders.orders if order.number in self.seen]


class FakeTickets:
    """Tickets in memory."""

    def __init__(self) -> None:
        self.opened: list[Ticket] = []
        self.expected = Outlook(None, None)

    async def open(
        self,
        conversation_id: str,
        reason: TicketReason,
        summary: str,
        order_number: str | None = None,
        details: Mapping[str, Any] = MappingProxyType({}),
    ) -> Ticket:
        number = f"T-{len(self.opened) + 1}"
        ticket = Ticket(number, conversation_id, reason, summary, "open", NOW, order_number, details=details)
        self.opened.append(ticket)
        return ticket

    async def get(self, number: str) -> Ticket | None:
        return next((ticket for ticket in self.opened if ticket.number == number), None)

    async def of(self, conversation_id: str) -> tuple[Ticket, ...]:
        return tuple(ticket for ticket in reversed(self.opened) if ticket.conversation == conversation_id)

    async def update(self, number: str, changes: Mapping[str, Any], who: str) -> Ticket | None:
        self.opened = [replace(ticket, **changes) if ticket.number == number else ticket for ticket in self.opened]
        return await self.get(number)

    async def outlook(self) -> Outlook:
        return self.expected


class FakePages:
    """Every order has a page."""

    async def url(self, order: Order) -> str:
        return f"https://shop.example.com/track/{order.number}"


class FakeQueue:
    """Puts everybody at the same place."""

    def __init__(self) -> None:
        self.waiting: int | None = 1

    async def place(self, conversation_id: str) -> int | None:
        return self.waiting


class FakeRatings:
    """Ratings in memory."""

    def __init__(self) -> None:
        self.given: list[tuple[str, int, str, str, str]] = []

    async def add(
        self, kind: str, score: int, source: str, *, order: str = "", conversation: str = "", words: str = ""
    ) -> None:
        self.given.append((kind, score, source, order, conversation))


class FakePreferences:
    """Remembers the last wish."""

    def __init__(self) -> None:
        self.on: bool | None = None

    async def set(self, conversation_id: str, on: bool) -> None:
        self.on = on


class FakeTold:
    """Says which order our newest word was about."""

    def __init__(self, order: str = "") -> None:
        self._order = order

    async def last(self, _conversation: str) -> str:
        return self._order


def services(*orders: Order, seen: tuple[str, ...] = (), told: str = "") -> Services:
    """Services over these orders; those in `seen` need no proof, and an alert about `told` was our newest word."""
    fake = FakeOrders(*orders)
    return Services(
        fake,
        FakeIdentity(fake, *seen),
        FakeTickets(),
        FakeQueue(),
        FakePreferences(),
        FakeRatings(),
        FakePages(),
        FrozenClock(),
        FakeTold(told),
    )


def scan(status: Status, hours_ago: float, description: str = "", location: str = "", **more: Any) -> TrackingEvent:
    """A scan some hours before NOW."""
    at = NOW - timedelta(hours=hours_ago)
    return TrackingEvent(status, at, at, "test", status.value, location, description, **more)


def parcel(*events: TrackingEvent, number: str = "1Z999AA10123456784", **more: Any) -> Shipment:
    """A UPS parcel with these scans, last checked five minutes ago."""
    checked = NOW - timedelta(minutes=5)
    more.setdefault("carrier", "ups")
    return Shipment(number, events=events, state=fold(events), last_checked_at=checked, known_since=checked, **more)


def order(number: str, *parcels: Shipment, titles: tuple[str, ...] = ("Blue running shoes",), **more: Any) -> Order:
    """An order placed a week ago by OWNER."""
    items = tuple(Item(f"SKU{i}", title) for i, title in enumerate(titles))
    fields = {"customer": OWNER, "ship_to": HOME, "items": items} | more
    return Order(number, NOW - timedelta(days=7), shipments=parcels, **fields)


def window(first_days: float, last_days: float) -> DeliveryWindow:
    """A window of whole days, counted from NOW."""
    midnight = NOW.replace(hour=0)
    latest = midnight + timedelta(days=last_days, hours=23, minutes=59)
    return DeliveryWindow(midnight + timedelta(days=first_days), latest, NOW, "test")


def on_its_way(number: str = "1001", **more: Any) -> Order:
    """An order in transit, promised for the day after tomorrow."""
    moving = parcel(scan(Status.IN_TRANSIT, 3, "Departed facility", "Oakland, CA"))
    return order(number, moving, **({"promised": window(1, 2)} | more))


def said(text: str, intent: str = "", *, channel: str = "web", conversation: str = "c1", **state: Any) -> Tracker:
    """Rasa's tracker after the shopper said this. `state` holds `entities` ([(name, value)]), `slots` and `form`."""
    entities = [{"entity": name, "value": value} for name, value in state.get("entities", ())]
    message = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": entities}
    events = [{"event": "action", "name": "action_listen"}, {"event": "user", "text": text, "input_channel": channel}]
    form = {"name": state["form"]} if state.get("form") else {}
    return Tracker(conversation, dict(state.get("slots", {})), message, events, False, None, form, "action_listen")


async def run(action: Skill, tracker: Tracker) -> tuple[list[dict[str, Any]], dict[str, Any], list[dict[str, Any]]]:
    """Run an action: the messages it utters, the slots it sets and its other events."""
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, tracker, {})
    slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    return dispatcher.messages, slots, [event for event in events if event["event"] != "slot"]
