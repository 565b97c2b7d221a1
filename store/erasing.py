"""Erases customers for good: their orders, parcels, and what was said about them; runs inside a locked transaction."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Table, and_, delete, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.alert_tables import alerts
from store.alerts import job_key
from store.facts import fact_topic
from store.file_tables import files
from store.following import topic
from store.link_tables import link_codes, links, sign_in_codes
from store.loading import matching, portions
from store.mentions import blot_out
from store.outbox import add_job
from store.push_tables import alexa_users, push_addresses
from store.support_tables import alert_wishes, conversations, outbox, texts, ticket_changes, tickets, verifications
from store.tables import order_shipments, order_sources, orders, shipments
from support.sign_in import contact_hash

Found = dict[int, RowMapping]
_NOTHING: dict[str, Any] = {
    "conversation": "",
    "summary": "",
    "state": "solved",
    "order_number": None,
    "details": {},
    "transcript": [],
    "snapshot": None,
    "contact": "",
}


@dataclass(frozen=True, slots=True)
class Erased:
    """What went: rows by kind, and the files whose bytes are to go too."""

    counts: Mapping[str, int]
    files: frozenset[str]


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


async def erase_contact(connection: AsyncConnection, email: str, phone: str) -> Erased:
    """Erase all of one person by e-mail address and/or phone (E.164), whichever shop it came from.

    Where others' words name the address or the number, these are blotted out. What the person told us not to send
    (`opt_outs`) stays, or we could not obey it.
    """
    found = await orders_of(connection, email, phone)
    emails, phones = _of(found, "customer_email") | {email}, _of(found, "customer_phone") | {phone}
    counts, files = await _erase_talk(connection, found, emails, phones)
    await _erase_orders(connection, found)
    blotted = await blot_out(connection, {*emails, *phones} - {""})
    return Erased({"orders": len(found), **counts, "mentions": blotted}, files)


async def orders_of(connection: AsyncConnection, email: str, phone: str) -> Found:
    """Return the orders of one person by row, whichever shop told us of them."""
    theirs = [orders.c.customer_email == email] if email else []
    theirs += [orders.c.customer_phone == phone] if phone else []
    return await _found(connection, or_(false(), *theirs))


async def _found(connection: AsyncConnection, condition: ColumnElement[bool]) -> Found:
    query = select(orders).join(order_sources, order_sources.c.order_id == orders.c.id).where(condition)
    return {row["id"]: row for row in (await connection.execute(query)).mappings()}


def _of(found: Found, column: str) -> set[str]:
    return {row[column] for row in found.values()}


async def _erase_orders(connection: AsyncConnection, found: Found) -> None:
    query = select(order_shipments.c.shipment_id)
    rows = await matching(connection, query, order_shipments.c.order_id, found)
    await _delete(
        connection, push_addresses, push_addresses.c.order_key, {row["key"] for row in found.values()} - {None}
    )
    await _delete(connection, orders, orders.c.id, found)
    # A parcel that another customer's order shares stays.
    parcels = {row["shipment_id"] for row in rows}
    shared = {row["shipment_id"] for row in await matching(connection, query, order_shipments.c.shipment_id, parcels)}
    await _delete(connection, shipments, shipments.c.id, parcels - shared)


async def _erase_talk(
    connection: AsyncConnection, found: Found, emails: set[str], phones: set[str]
) -> tuple[dict[str, int], frozenset[str]]:
    """Erase conversations and what hangs on them; return how many of each kind, and which files."""
    talks = await conversations_of(connection, found, emails, phones)
    gone = await _erase_files(connection, talks)
    emptied = 0
    # A ticket's row stays, empty: its number must never be given to another.
    for some in portions(talks):
        theirs = select(tickets.c.id).where(tickets.c.conversation.in_(some))
        await connection.execute(delete(ticket_changes).where(ticket_changes.c.ticket_id.in_(theirs)))
        theirs_too = update(tickets).where(tickets.c.conversation.in_(some)).values(_NOTHING)
        emptied += (await connection.execute(theirs_too)).rowcount
    await _delete(connection, outbox, outbox.c.topic, {*talks, *map(topic, talks)})
    told = await _erase_alerts(connection, found, {*emails, *phones} - {""})
    wishes = await _delete(connection, alert_wishes, alert_wishes.c.conversation, talks)
    wishes += await _delete(connection, alert_wishes, alert_wishes.c.contact, {*emails, *phones} - {""})
    sent = await _delete(connection, texts, texts.c.conversation, talks)
    sent += await _delete(connection, texts, texts.c.number, phones - {""})
    spoken = await _delete(connection, conversations, conversations.c.id, talks)
    linked = await _erase_links(connection, emails - {""}, phones - {""})
    counts = {"conversations": spoken, "tickets": emptied, "files": len(gone), "texts": sent, "alerts": told}
    return {**counts, "alert_wishes": wishes, "links": linked}, gone


async def _erase_alerts(connection: AsyncConnection, found: Found, contacts: set[str]) -> int:
    """Erase what was told or is to be told. Who wants nothing (`alert_stops`, hashes) stays, or we could not obey."""
    keys = {row["key"] for row in found.values() if row["key"]}
    theirs: set[str] = set()
    for column, values in ((alerts.c.order_key, keys), (alerts.c.recipient, contacts)):
        theirs |= {row["key"] for row in await matching(connection, select(alerts.c.key), column, values)}
    await _delete(connection, outbox, outbox.c.key, set(map(job_key, theirs)))
    await _delete(connection, outbox, outbox.c.topic, set(map(fact_topic, keys)))
    return await _delete(connection, alerts, alerts.c.key, theirs)


async def _erase_files(connection: AsyncConnection, talks: set[str]) -> frozenset[str]:
    """Erase rows of files, and make a job for the worker that deletes their bytes once this is surely done."""
    rows = await matching(connection, select(files.c.id), files.c.conversation, talks)
    gone = frozenset(row["id"] for row in rows)
    await _delete(connection, files, files.c.conversation, talks)
    for some in portions(sorted(gone)):
        payload = {"files": some}
        await add_job(connection, "erase_files", f"erase_files:{secrets.token_hex(16)}", "", payload, datetime.now(UTC))
    return gone


async def _erase_links(connection: AsyncConnection, emails: set[str], phones: set[str]) -> int:
    gone = 0
    for column, contacts in ((links.c.email, emails), (links.c.phone, phones)):
        theirs = {row["id"] for row in await matching(connection, select(links.c.id), column, contacts)}
        await _delete(connection, alexa_users, alexa_users.c.link_id, theirs)
    for table in (links, link_codes):
        gone += await _delete(connection, table, table.c.email, emails)
        gone += await _delete(connection, table, table.c.phone, phones)
    await _delete(connection, sign_in_codes, sign_in_codes.c.contact, set(map(contact_hash, emails | phones)))
    return gone


async def conversations_of(connection: AsyncConnection, found: Found, emails: set[str], phones: set[str]) -> set[str]:
    """Return the ids of all conversations about these orders or with somebody of these contacts."""
    names = {name for row in found.values() for name in (row["key"], row["number"]) if name}
    ids = {f"sms:{prefix}{phone}" for phone in phones - {""} for prefix in ("", "whatsapp:", "rcs:")}
    for column, named, values in (
        (conversations.c.id, conversations.c.email, emails - {""}),
        (conversations.c.id, conversations.c.phone, phones - {""}),
        (tickets.c.conversation, tickets.c.contact, {*emails, *phones} - {""}),
        (texts.c.conversation, texts.c.number, phones - {""}),
        (verifications.c.conversation, verifications.c.order_key, names),
        (tickets.c.conversation, tickets.c.order_number, names),
    ):
        query = select(column.label("conversation"))
        ids |= {row["conversation"] for row in await matching(connection, query, named, values)}
    return ids - {""}


async def _delete(
    connection: AsyncConnection, table: Table, column: ColumnElement[Any], values: Collection[Any]
) -> int:
    gone = 0
    for some in portions(values):
        gone += (await connection.execute(delete(table).where(column.in_(some)))).rowcount
    return gone
