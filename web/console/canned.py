"""Canned answers: reads them from a file and fills their placeholders from an order; sends nothing."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import tomllib

from tracking.carriers import carrier_name, tracking_url
from tracking.errors import InvalidInput
from tracking.model import DeliveryWindow, Order, Shipment
from tracking.order_status import order_status

DEFAULT = Path(__file__).parent / "canned.toml"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_NAMES = (
    "agent",
    "shop",
    "customer",
    "order",
    "status",
    "carrier",
    "tracking_number",
    "tracking_link",
    "window",
    "last_scan",
    "items",
)


@dataclass(frozen=True, slots=True)
class Canned:
    """One answer: what agents choose it by, and its words."""

    title: str
    text: str


def read_canned(path: Path = DEFAULT) -> tuple[Canned, ...]:
    """Read a file of canned answers. Raises InvalidInput, saying what is wrong where."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))["answer"]
        answers = tuple(Canned(str(one["title"]).strip(), str(one["text"]).strip()) for one in found)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"{path}: the canned answers can't be read: {error}") from error
    except (KeyError, TypeError) as error:
        raise InvalidInput(f"{path}: each [[answer]] needs a title and a text.") from error
    for answer in answers:
        unknown = set(_PLACEHOLDER.findall(answer.text)) - set(_NAMES)
        if unknown:
            raise InvalidInput(f"{path}: {answer.title}: {{{min(unknown)}}} is none of {', '.join(_NAMES)}.")
    return answers


def filled(answer: Canned, order: Order | None, agent: str, shop: str) -> str:
    """Return the words with what is known; what isn't stands in [brackets], for the agent to write."""
    known = {"agent": agent, "shop": shop, **(_facts(order) if order else {})}
    return _PLACEHOLDER.sub(lambda found: known.get(found[1]) or f"[{found[1].replace('_', ' ')}]", answer.text)


def _facts(order: Order) -> dict[str, str]:
    parcel = _newest(order)
    scan = parcel.state.last_scan if parcel else None
    code, number = (parcel.carrier or "", parcel.tracking_number) if parcel else ("", "")
    return {
        "customer": order.customer.name.split(" ")[0],
        "order": order.number,
        "status": order_status(order).summary,
        "carrier": (carrier_name(code, number) or "") if code else "",
        "tracking_number": number,
        "tracking_link": (tracking_url(code, number) or "") if code else "",
        "window": _days((parcel.estimate if parcel else None) or order.promised),
        "last_scan": f"{scan.description}, {_day(scan.occurred_at)}" if scan else "",
        "items": ", ".join(item.title for item in order.items),
    }


def _newest(order: Order) -> Shipment | None:
    """The parcel that a shopper asks about: the one that last moved, of those still on their way if there are any."""
    under_way = [parcel for parcel in order.shipments if parcel.state.delivered_at is None] or list(order.shipments)
    oldest = datetime.min.replace(tzinfo=order.placed_at.tzinfo)
    return max(under_way, key=lambda parcel: parcel.state.status_at or oldest, default=None)


def _days(window: DeliveryWindow | None) -> str:
    if window is None:
        return ""
    first, last = _day(window.earliest), _day(window.latest)
    return first if first == last else f"between {first} and {last}"


def _day(at: datetime) -> str:
    return f"{at:%A} {at.day} {at:%B}"
