"""Gathers all that is stored about one person, to be handed to them; changes nothing."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.agent_tables import notes
from store.alert_tables import alerts
from store.database import Database
from store.erasing import conversations_of, orders_of
from store.file_tables import files
from store.finding_tables import findings
from store.link_tables import links
from store.loading import matching
from store.push_tables import alexa_users, push_addresses
from store.support_tables import (
    alert_wishes,
    conversations,
    messages,
    opt_outs,
    texts,
    ticket_changes,
    ticket_number,
    tickets,
    verifications,
)
from store.tables import order_items, order_shipments, order_sources, shipments, tracking_events
from store.track_tables import ratings

Rows = list[dict[str, Any]]
_OURS = ("lease_by", "lease_until", "masked_at", "order_id", "shipment_id", "ticket_id", "identity")
"""Columns that say nothing about anybody."""


async def export_contact(database: Database, email: str, phone: str) -> Mapping[str, Rows]:
    """Return all rows about a person by e-mail address and/or phone (E.164), by kind. Raises Unavailable."""
    async with database.read() as connection:
        found = await orders_of(connection, email, phone)
        emails = {row["customer_email"] for row in found.values()} | {email}
        phones = {row["customer_phone"] for row in found.values()} | {phone}
        talks = await conversations_of(connection, found, emails, phones)
        contacts = {*emails, *phones} - {""}
        order_keys = {row["key"] for row in found.values()} - {None}
        return {
            "orders": await _orders(connection, [dict(row) for row in found.values()]),
            "conversations": await _talks(connection, talks),
            "tickets": await _tickets(connection, talks),
            "ratings": await _either(connection, ratings, {"conversation": talks, "order_id": found}),
            "files": await _either(connection, files, {"conversation": talks}),
            "texts": await _either(connection, texts, {"conversation": talks, "number": phones - {""}}),
            "alerts": await _either(connection, alerts, {"order_key": order_keys, "recipient": contacts}),
            "alert_wishes": await _either(connection, alert_wishes, {"conversation": talks, "contact": contacts}),
            "opt_outs": await _either(connection, opt_outs, {"number": phones - {""}}),
            "links": await _links(connection, emails - {""}, phones - {""}),
            "push_addresses": await _either(connection, push_addresses, {"order_key": order_keys}),
        }


async def _orders(connection: AsyncConnection, rows: Rows) -> Rows:
    ids = [row["id"] for row in rows]
    joined = select(order_shipments.c.order_id, shipments).join(
        shipments, shipments.c.id == order_shipments.c.shipment_id
    )
    parcels = [dict(row) for row in await matching(connection, joined, order_shipments.c.order_id, ids)]
    await _hang(
        connection, parcels, "id", {"events": tracking_events.c.shipment_id, "findings": findings.c.shipment_id}
    )
    await _hang(connection, rows, "id", {"items": order_items.c.order_id, "sources": order_sources.c.order_id})
    for row in rows:
        row["parcels"] = [_plain(parcel) for parcel in parcels if parcel["order_id"] == row["id"]]
    return [_plain(row) for row in rows]


async def _talks(connection: AsyncConnection, ids: Collection[str]) -> Rows:
    rows = [dict(row) for row in await matching(connection, _all_of(conversations), conversations.c.id, ids)]
    hanging = {
        "messages": messages.c.conversation,
        "proven": verifications.c.conversation,
        "notes": notes.c.conversation,
    }
    await _hang(connection, rows, "id", hanging)
    return [_plain(row) for row in rows]


async def _tickets(connection: AsyncConnection, talks: Collection[str]) -> Rows:
    rows = [dict(row) for row in await matching(connection, _all_of(tickets), tickets.c.conversation, talks)]
    await _hang(connection, rows, "id", {"history": ticket_changes.c.ticket_id})
    return [{"number": ticket_number(row["id"]), **_plain(row)} for row in rows]


async def _links(connection: AsyncConnection, emails: Collection[str], phones: Collection[str]) -> Rows:
    rows = await _either(connection, links, {"email": emails, "phone": phones})
    await _hang(connection, rows, "id", {"alexa_users": alexa_users.c.link_id})
    return rows


async def _hang(connection: AsyncConnection, rows: Rows, key: str, hanging: Mapping[str, ColumnElement[Any]]) -> None:
    """Put the rows of other tables that belong to each row into it."""
    for name, column in hanging.items():
        by: defaultdict[Any, Rows] = defaultdict(list)
        for inner in await matching(connection, _all_of(_table(column)), column, [row[key] for row in rows]):
            by[inner[_name(column)]].append(_plain(dict(inner), but=_name(column)))
        for row in rows:
            row[name] = by[row[key]]


async def _either(connection: AsyncConnection, table: Table, wanted: Mapping[str, Collection[Any]]) -> Rows:
    """Rows of a table that fit in any of these columns, each once."""
    found: Rows = []
    for name, values in wanted.items():
        rows = map(dict, await matching(connection, _all_of(table), table.c[name], values))
        found += [row for row in rows if row not in found]
    return [_plain(row) for row in found]


def _all_of(table: Table) -> Select[Any]:
    return select(table).order_by(*table.primary_key)


def _plain(row: Mapping[str, Any], but: str = "") -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in {*_OURS, but}}


def _table(column: ColumnElement[Any]) -> Table:
    table = getattr(column, "table")  # noqa: B009 - every column here has one; its type doesn't know
    assert isinstance(table, Table)
    return table


def _name(column: ColumnElement[Any]) -> str:
    return str(getattr(column, "name"))  # noqa: B009 - as above
