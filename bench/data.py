"""The orders that both assistants know, made from numbers alone, so every run has the same ones."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ORDERS = range(1001, 1501)
POSTCODE = "AB1 2CD"
HOURS_PER_SCAN = 7
SCANS = (("label_created", "Leeds"), ("picked_up", "Leeds"), ("in_transit", "Crewe"), ("in_transit", "Reading"))


def email(number: int) -> str:
    """The address of the shopper who owns an order."""
    return f"shopper{number}@example.com"


def tracking_number(number: int) -> str:
    """A number that no carrier's format knows, so that detection is not part of what is measured."""
    return f"BENCH{number}"


def scans(number: int) -> list[dict[str, Any]]:
    """Four scans of the order's one parcel, the newest a few hours old."""
    newest = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=number % 5 + 1)
    return [
        {
            "tracking_number": tracking_number(number),
            "status": status,
            "occurred_at": (newest - timedelta(hours=HOURS_PER_SCAN * (len(SCANS) - 1 - i))).isoformat(),
            "location": town,
            "description": f"Scan {i + 1} in {town}",
            "event_id": f"{number}-{i}",
        }
        for i, (status, town) in enumerate(SCANS)
    ]


def order(number: int) -> dict[str, Any]:
    """One order as `POST /api/v1/orders` takes it."""
    placed = datetime.now(UTC) - timedelta(days=3)
    return {
        "number": str(number),
        "placed_at": placed.isoformat(),
        "customer": {"name": "A Shopper", "email": email(number), "phone": None},
        "ship_to": {"postcode": POSTCODE, "city": "Sampletown", "region": None, "country": "GB"},
        "items": [{"sku": "BLUE-42", "title": "Blue shoes", "quantity": 1}],
        "shipments": [{"tracking_number": tracking_number(number)}],
    }


def write_stock_database(path: Path) -> None:
    """Write the same facts as three plain tables for the stock assistant's actions."""
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.executescript(
            """CREATE TABLE orders (number TEXT PRIMARY KEY, email TEXT);
            CREATE TABLE shipments (id TEXT PRIMARY KEY, order_number TEXT, carrier TEXT);
            CREATE TABLE events (shipment_id TEXT, status TEXT, location TEXT, occurred_at TEXT);
            CREATE INDEX events_shipment ON events (shipment_id);
            CREATE INDEX shipments_order ON shipments (order_number);"""
        )
        for number in ORDERS:
            parcel = tracking_number(number)
            database.execute("INSERT INTO orders VALUES (?, ?)", (str(number), email(number)))
            database.execute("INSERT INTO shipments VALUES (?, ?, 'a carrier')", (parcel, str(number)))
            rows = [(parcel, s["status"], s["location"], s["occurred_at"]) for s in scans(number)]
            database.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows)
