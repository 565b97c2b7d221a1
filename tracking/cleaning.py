"""Makes reports fit to be stored: cleans their texts and refuses what breaks a rule; pure."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from tracking.checking import Check
from tracking.errors import InvalidInput
from tracking.keys import order_key, tracking_key
from tracking.model import (
    Address,
    Contact,
    DeliveryWindow,
    EventUpdate,
    Item,
    Money,
    OrderUpdate,
    Refund,
    ShipmentUpdate,
)
from tracking.reading import text

LONGEST_NUMBER = 64
LONGEST_TEXT = 500
MOST_ITEMS = 500
_MOST_PIECES = 1_000_000
_MOST_MONEY = 1_000_000_000_000


def clean_order(update: OrderUpdate) -> OrderUpdate:
    """Return the report with clean texts. Raises InvalidInput, saying what is wrong, if it can't be stored."""
    number, external_id = text(update.number, LONGEST_NUMBER + 1), text(update.external_id)
    if not order_key(number) and not external_id:
        raise InvalidInput("number is missing")
    if len(number) > LONGEST_NUMBER:
        raise InvalidInput(f"number is longer than {LONGEST_NUMBER} characters")
    if max(len(update.items or ()), len(update.shipments), len(update.refunds)) > MOST_ITEMS:
        raise InvalidInput(f"an order has more than {MOST_ITEMS} items, parcels or refunds")
    _aware("updated_at", update.updated_at)
    _aware("placed_at", update.placed_at)
    return replace(
        update,
        number=number,
        external_id=external_id,
        customer=update.customer and _contact(update.customer),
        ship_to=update.ship_to and _address(update.ship_to),
        items=None if update.items is None else tuple(map(_item, update.items)),
        shipments=tuple(map(_shipment, update.shipments)),
        promised=_window("promised", update.promised),
        total=update.total and _money("total", update.total),
        refunds=tuple(map(_refund, update.refunds)),
    )


def _refund(refund: Refund) -> Refund:
    _aware("refund.at", refund.at)
    if not text(refund.id):
        raise InvalidInput("a refund's id is missing")
    return Refund(text(refund.id), _money("refund", refund.paid), refund.at)


def _money(name: str, total: Money) -> Money:
    if not total.amount.is_finite() or not 0 <= total.amount < _MOST_MONEY:
        raise InvalidInput(f"{name} must be from 0 to {_MOST_MONEY}")
    currency = text(total.currency, 4).upper()
    if currency and (len(currency) != 3 or not currency.isascii() or not currency.isalpha()):
        raise InvalidInput("currency must be three letters, such as USD")
    return Money(round(total.amount, 2), currency)


def clean_event(update: EventUpdate) -> EventUpdate:
    """Return the report with clean texts. Raises InvalidInput, saying what is wrong, if it can't be stored."""
    event = update.event
    _aware("occurred_at", event.occurred_at)
    _aware("recorded_at", event.recorded_at)
    _aware("checked_at", update.checked_at)
    return replace(
        update,
        tracking_number=_tracking_number(update.tracking_number),
        carrier=text(update.carrier, 40) or None,
        service=text(update.service, 64),
        estimate=_window("estimate", update.estimate),
        event=replace(
            event,
            raw_status=text(event.raw_status),
            location=text(event.location),
            description=text(event.description, LONGEST_TEXT),
            event_id=text(event.event_id),
            signed_by=text(event.signed_by),
        ),
    )


def clean_check(check: Check) -> Check:
    """Return an answer with clean texts, without the scans that break a rule. Raises InvalidInput as `clean_event`."""
    _aware("checked_at", check.checked_at)
    good = []
    for update in check.events:
        with suppress(InvalidInput):
            good.append(clean_event(update))
    return replace(
        check,
        tracking_number=_tracking_number(check.tracking_number),
        events=tuple(good),
        estimate=_window("estimate", check.estimate),
        carrier=text(check.carrier, 40) or None,
    )


def _tracking_number(written: str) -> str:
    number = text(written, LONGEST_NUMBER + 1)
    if not tracking_key(number):
        raise InvalidInput("tracking_number is missing")
    if len(number) > LONGEST_NUMBER:
        raise InvalidInput(f"tracking_number is longer than {LONGEST_NUMBER} characters")
    return number


def _shipment(update: ShipmentUpdate) -> ShipmentUpdate:
    skus = tuple(dict.fromkeys(filter(None, map(text, update.skus))))
    carrier, service = text(update.carrier, 40) or None, text(update.service, 64)
    return ShipmentUpdate(_tracking_number(update.tracking_number), carrier, skus, service)


def _item(item: Item) -> Item:
    if not 1 <= item.quantity <= _MOST_PIECES:
        raise InvalidInput(f"quantity must be from 1 to {_MOST_PIECES}")
    return Item(text(item.sku), text(item.title, LONGEST_TEXT), item.quantity)


def _contact(contact: Contact) -> Contact:
    return Contact(text(contact.name), text(contact.email).lower(), text(contact.phone, 40))


def _address(address: Address) -> Address:
    return Address(text(address.postcode, 20), text(address.city), text(address.region), text(address.country))


def _window(name: str, window: DeliveryWindow | None) -> DeliveryWindow | None:
    if window is None:
        return None
    for part in ("earliest", "latest", "made_at"):
        _aware(f"{name}.{part}", getattr(window, part))
    if window.earliest > window.latest:
        raise InvalidInput(f"{name}.earliest is after {name}.latest")
    return replace(window, basis=text(window.basis))


def _aware(name: str, moment: datetime | None) -> None:
    if moment is None:
        return
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise InvalidInput(f"{name} has no time zone")
    if not 1970 <= moment.year <= 2200:
        raise InvalidInput(f"{name} is not a plausible time")
