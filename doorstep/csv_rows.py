"""Reads a CSV file of orders row by row; knows what each column means and stores nothing."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO, TypeVar

from tracking.carriers import carrier_code
from tracking.errors import InvalidInput
from tracking.keys import order_key, tracking_key
from tracking.model import Address, Contact, DeliveryWindow, Item, Money, OrderUpdate, ShipmentUpdate
from tracking.reading import amount, end_of, is_date, utc_moment
from tracking.shops.phones import normal_email, normal_phone

SOURCE = "import"
COLUMNS: Mapping[str, str] = {
    "number": "The order's number, as the shop writes it. Required in every row.",
    "placed_at": "When it was placed. Required in at least one row of an order.",
    "updated_at": "When the shop last changed it; `placed_at` if empty. Newer news from elsewhere outlives the import.",
    "name": "The customer's name.",
    "email": "The customer's e-mail address.",
    "phone": "The customer's phone number, with country code or as it is written in `country`.",
    "postcode": "Where the order goes.",
    "city": "Where the order goes.",
    "region": "Where the order goes: state or province.",
    "country": "Where the order goes: two letters, such as `US`.",
    "sku": "An article of the order.",
    "title": "What the article is called.",
    "quantity": "How many of it; 1 if empty.",
    "tracking_number": "A parcel of the order. The row's article, if any, is in it.",
    "carrier": "Who carries the parcel; recognised from the number if empty or not known.",
    "promised_earliest": "The earliest arrival the shop promised; `placed_at` if only the latest is given.",
    "promised_latest": "The latest arrival the shop promised; a date means the end of that day.",
    "status": "`open` or `cancelled`.",
    "total": "What the order cost, such as `129.90`.",
    "currency": "The currency of `total`: three letters, such as `USD`.",
}
"""What a file may say. Times are ISO 8601; one without a zone is UTC."""

REQUIRED = ("number", "placed_at")
_DELIMITERS = (",", ";", "\t")
_UNSAID = datetime(1970, 1, 1, tzinfo=UTC)
Place = TypeVar("Place", Contact, Address)


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row that says something: its line in the file (from 1) and its cells by column, stripped."""

    line: int
    cells: Mapping[str, str]
    error: str = ""

    @property
    def key(self) -> str:
        """The order's comparable number."""
        return order_key(self.cells.get("number", ""))


def rows(file: TextIO) -> Iterator[CsvRow]:
    """Yield the rows that aren't blank. Raises InvalidInput if the header is wrong or the file is no CSV in UTF-8."""
    lines = csv.reader(file, delimiter=_delimiter(file), strict=True)
    try:
        header = _header(next(lines, []))
        line = lines.line_num + 1
        for cells in lines:
            if any(cell.strip() for cell in cells):
                yield _row(line, header, cells)
            line = lines.line_num + 1
    except UnicodeDecodeError as error:
        raise InvalidInput(f"After line {lines.line_num}: the file is not UTF-8 text; save it as CSV UTF-8.") from error
    except csv.Error as error:
        raise InvalidInput(f"Line {lines.line_num}: not valid CSV ({error}).") from error


def open_csv(path: Path) -> TextIO:
    """Open a file for `rows`, with or without a byte order mark."""
    return path.open(encoding="utf-8-sig", newline="")


def order_update(row: CsvRow) -> OrderUpdate:
    """Return what one row says. Raises InvalidInput if a cell can't be read."""
    cells = row.cells
    if row.error or not row.key:
        raise InvalidInput(row.error or "number is missing")
    placed_at = _moment(cells, "placed_at")
    return OrderUpdate(
        number=cells["number"],
        # Filled in by `joined`, which sees all rows of the order.
        updated_at=_moment(cells, "updated_at") or placed_at or _UNSAID,
        source=SOURCE,
        placed_at=placed_at,
        customer=_contact(cells),
        ship_to=Address(*(cells.get(name, "") for name in ("postcode", "city", "region", "country"))),
        items=_items(cells),
        shipments=_shipments(cells),
        promised=_promised(cells, placed_at),
        cancelled=_cancelled(cells),
        total=_total(cells),
    )


def joined(updates: Sequence[OrderUpdate]) -> OrderUpdate:
    """Return what all rows of an order say together; of what several rows say, the first counts.

    Raises InvalidInput if none of them says when it was placed.
    """
    first, *others = updates
    for other in others:
        first = replace(
            first,
            updated_at=max(first.updated_at, other.updated_at),
            placed_at=first.placed_at or other.placed_at,
            customer=_filled(first.customer or Contact(), other.customer or Contact()),
            ship_to=_filled(first.ship_to or Address(), other.ship_to or Address()),
            items=(first.items or ()) + (other.items or ()) or None,
            promised=first.promised or other.promised,
            cancelled=other.cancelled if first.cancelled is None else first.cancelled,
            total=first.total or other.total,
        )
    if first.placed_at is None:
        raise InvalidInput("placed_at is missing")
    return replace(first, shipments=_one_each([parcel for update in updates for parcel in update.shipments]))


def _total(cells: Mapping[str, str]) -> Money | None:
    written = cells.get("total", "")
    paid = amount(written)
    if written and paid is None:
        raise InvalidInput(f"total {written[:20]!r} is not a sum such as 129.90")
    return None if paid is None else Money(paid, cells.get("currency", ""))


def _delimiter(file: TextIO) -> str:
    try:
        header = file.readline()
    except UnicodeDecodeError as error:
        raise InvalidInput("The file is not UTF-8 text; save it as CSV UTF-8.") from error
    file.seek(0)
    return max(_DELIMITERS, key=header.count)


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    unknown = sorted({name for name in names if name not in COLUMNS})
    if unknown:
        raise InvalidInput(f"Line 1: unknown column {', '.join(map(repr, unknown))}; known are {', '.join(COLUMNS)}.")
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise InvalidInput(f"Line 1: the header lacks {', '.join(missing)}.")
    if len(set(names)) < len(names):
        raise InvalidInput("Line 1: a column is there twice.")
    return names


def _row(line: int, header: list[str], cells: list[str]) -> CsvRow:
    error = f"{len(cells)} cells, but the header has {len(header)}" if len(cells) > len(header) else ""
    return CsvRow(line, {name: cell.strip() for name, cell in zip(header, cells, strict=False)}, error)


def _moment(cells: Mapping[str, str], column: str) -> datetime | None:
    written = cells.get(column, "")
    found = utc_moment(written)
    if written and found is None:
        raise InvalidInput(f"{column} {written!r} is not an ISO 8601 time")
    return found


def _contact(cells: Mapping[str, str]) -> Contact:
    email, phone = cells.get("email", ""), cells.get("phone", "")
    found = Contact(cells.get("name", ""), normal_email(email), normal_phone(phone, cells.get("country", "")))
    if email and not found.email:
        raise InvalidInput(f"email {email!r} is not an e-mail address")
    if phone and not found.phone:
        raise InvalidInput(f"phone {phone!r} can't be read; write it with its country code")
    return found


def _items(cells: Mapping[str, str]) -> tuple[Item, ...] | None:
    sku, title, quantity = (cells.get(name, "") for name in ("sku", "title", "quantity"))
    if quantity and not (quantity.isascii() and quantity.isdigit() and 0 < int(quantity[:9]) <= 1_000_000):
        raise InvalidInput(f"quantity {quantity!r} is not a number from 1 to 1000000")
    return (Item(sku, title or sku, int(quantity or 1)),) if sku or title else None


def _shipments(cells: Mapping[str, str]) -> tuple[ShipmentUpdate, ...]:
    number, sku = cells.get("tracking_number", ""), cells.get("sku", "")
    if not number:
        return ()
    return (ShipmentUpdate(number, carrier_code(cells.get("carrier")), (sku,) if sku else ()),)


def _promised(cells: Mapping[str, str], placed_at: datetime | None) -> DeliveryWindow | None:
    earliest, latest = _moment(cells, "promised_earliest"), _moment(cells, "promised_latest")
    if latest is None and earliest is None:
        return None
    if latest is None:
        raise InvalidInput("promised_earliest is given without promised_latest")
    if is_date(cells["promised_latest"]):
        latest = end_of(latest.date(), UTC)
    earliest = earliest or min(placed_at or latest, latest)
    if earliest > latest:
        raise InvalidInput("promised_earliest is after promised_latest")
    return DeliveryWindow(earliest, latest, made_at=placed_at or earliest, basis=SOURCE)


def _cancelled(cells: Mapping[str, str]) -> bool | None:
    written = cells.get("status", "").lower()
    if written not in {"", "open", "cancelled"}:
        raise InvalidInput(f"status {written!r} is neither open nor cancelled")
    return written == "cancelled" if written else None


def _filled(first: Place, second: Place) -> Place:
    """Return the first with its gaps filled from the second."""
    missing = {field.name: getattr(second, field.name) for field in fields(first) if not getattr(first, field.name)}
    return replace(first, **missing)


def _one_each(parcels: Sequence[ShipmentUpdate]) -> tuple[ShipmentUpdate, ...]:
    found: dict[str, ShipmentUpdate] = {}
    for parcel in parcels:
        known = found.setdefault(tracking_key(parcel.tracking_number), parcel)
        skus = tuple(dict.fromkeys((*known.skus, *parcel.skus)))
        found[tracking_key(parcel.tracking_number)] = replace(known, carrier=known.carrier or parcel.carrier, skus=skus)
    return tuple(found.values())
