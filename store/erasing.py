"""Erases customers for good: their orders, parcels, and what was said about them; runs inside a locked transaction."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Table, and_, delete, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.loading import matching, portions
from store.support_tables import alert_wishes, conversations, texts, tickets, verifications
from store.tables import order_shipments, order_sources, orders, shipments

Found = dict[int, RowMapping]
_NOTHING: dict[str, Any] = {
    "conversation": "",
    "summary": "",
    "state": "solved",
    "order_number": None,
    "details": {},
    "transcript": [],
}


async def erase_customer(
    connection: AsyncConnection, source: str, email: str, phone: str, external_ids: Collection[str]
) -> int:
    """Erase the orders of one customer that `source` told us of; return how many."""
    theirs: list[ColumnElement[bool]] = [order_sources.c.external_id.in_(some) for some in portions(external_ids)]
    theirs += [orders.c.customer_email == email] if email else []
    theirs += [orders.c.customer_phone == phone] if phone else []
    found = await _found(connection, and_(order_sources.c.source == source, or_(false(), *theirs)))
    await _erase_talk(connection, found, _of(found, "customer_email") | {email}, _of(found, "customer_phone") | {phone})
    await _erase_orders(connection, found)
    return len(found)


async def erase_shop(connection: AsyncConnection, source: str) -> int:
    """Erase every order that `source` told us of; return how many."""
    found = await _found(connection, order_sources.c.source == source)
    await _erase_talk(connection, found, _of(found, "customer_email"), _of(found, "customer_phone"))
    await _erase_orders(connection, found)
    return len(found)


async def _found(connection: AsyncConnection, condition: ColumnElement[bool]) -> Found:
    query = select(orders).join(order_sources, order_sources.c.order_id == orders.c.id).where(condition)
    return {row["id"]: row for row in (await connection.execute(query)).mappings()}


def _of(found: Found, column: str) -> set[str]:
    return {row[column] for row in found.values()}


async def _erase_orders(connection: AsyncConnection, found: Found) -> None:
    query = select(order_shipments.c.shipment_id)
    rows = await matching(connection, query, order_shipments.c.order_id, found)
    await _delete(connection, orders, orders.c.id, found)
    # A parcel that another customer's order shares stays.
    parcels = {row["shipment_id"] for row in rows}
    shared = {row["shipment_id"] for row in await matching(connection, query, order_shipments.c.shipment_id, parcels)}
    await _delete(connection, shipments, shipments.c.id, parcels - shared)


async def _erase_talk(connection: AsyncConnection, found: Found, emails: set[str], phones: set[str]) -> None:
    talks = await _conversations(connection, found, emails, phones)
    # A ticket's row stays, empty: its number must never be given to another.
    for some in portions(talks):
        await connection.execute(update(tickets).where(tickets.c.conversation.in_(some)).values(_NOTHING))
    await _delete(connection, alert_wishes, alert_wishes.c.conversation, talks)
    await _delete(connection, alert_wishes, alert_wishes.c.contact, {*emails, *phones} - {""})
    await _delete(connection, texts, texts.c.conversation, talks)
    await _delete(connection, conversations, conversations.c.id, talks)


async def _conversations(connection: AsyncConnection, found: Found, emails: set[str], phones: set[str]) -> set[str]:
    names = {name for row in found.values() for name in (row["key"], row["number"]) if name}
    ids: set[str] = set()
    for column, named, values in (
        (conversations.c.id, conversations.c.email, emails - {""}),
        (conversations.c.id, conversations.c.phone, phones - {""}),
        (verifications.c.conversation, verifications.c.order_key, names),
        (tickets.c.conversation, tickets.c.order_number, names),
    ):
        query = select(column.label("conversation"))
        ids |= {row["conversation"] for row in await matching(connection, query, named, values)}
    return ids - {""}


async def _delete(
    connection: AsyncConnection, table: Table, column: ColumnElement[Any], values: Collection[Any]
) -> None:
    for some in portions(values):
        await connection.execute(delete(table).where(column.in_(some)))
