"""Keeps proof, tickets and wishes; implements the other ports of `support.ports`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.conversations import message_of
from store.database import Database
from store.support_tables import (
    BEFORE_FIRST_TICKET,
    alert_wishes,
    conversations,
    messages,
    proof_tries,
    proof_try_scopes,
    ticket_number,
    tickets,
    verifications,
)
from support.model import SignedIdentity, Standing, Ticket, TicketDraft, TicketReason

_TRANSCRIPT_MESSAGES = 200


_STANDING = (
    select(conversations.c.phone, conversations.c.email, verifications.c.order_key)
    .outerjoin(verifications, verifications.c.conversation == conversations.c.id)
    .where(conversations.c.id == bindparam("conversation_id"))
)


class ProofTable:
    """Proofs and wrong tries in our database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, conversation: str) -> Standing:
        """See `support.ports.Proofs.standing`."""
        async with self._database.read() as connection:
            rows = (await connection.execute(_STANDING, {"conversation_id": conversation})).all()
        signed = SignedIdentity(rows[0].phone, rows[0].email) if rows else SignedIdentity()
        return Standing(signed, frozenset(row.order_key for row in rows if row.order_key))

    async def add_verified(self, conversation: str, order_key: str, how: str, now: datetime) -> None:
        """See `support.ports.Proofs.add_verified`."""
        key = (verifications.c.conversation == conversation) & (verifications.c.order_key == order_key)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(verifications).where(key))
            new = {"conversation": conversation, "order_key": order_key, "how": how, "at": now}
            await connection.execute(insert(verifications).values(new))

        await self._database.run(work)

    async def add_try(self, scopes: Sequence[str], now: datetime) -> int:
        """See `support.ports.Proofs.add_try`."""

        async def work(connection: AsyncConnection) -> int:
            if connection.dialect.name == "postgresql":
                # In one scope, tries become visible in the order of their ids, so that none overlooks an earlier one.
                for scope in sorted(set(scopes)):
                    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(scope))))
            made = (
                await connection.execute(insert(proof_tries).values(at=now).returning(proof_tries.c.try_id))
            ).scalar_one()
            await connection.execute(
                insert(proof_try_scopes), [{"try_id": made, "scope": s} for s in sorted(set(scopes))]
            )
            return int(made)

        return await self._database.run(work)

    async def remove_try(self, try_id: int) -> None:
        """See `support.ports.Proofs.remove_try`."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(proof_try_scopes).where(proof_try_scopes.c.try_id == try_id))
            await connection.execute(delete(proof_tries).where(proof_tries.c.try_id == try_id))

        await self._database.run(work)

    async def newest_tries(self, scope: str, limit: int, before: int | None) -> tuple[datetime, ...]:
        """See `support.ports.Proofs.newest_tries`."""
        joined = proof_tries.join(proof_try_scopes, proof_tries.c.try_id == proof_try_scopes.c.try_id)
        wanted = select(proof_tries.c.at).select_from(joined).where(proof_try_scopes.c.scope == scope)
        if before is not None:
            wanted = wanted.where(proof_tries.c.try_id < before)
        wanted = wanted.order_by(proof_tries.c.try_id.desc()).limit(limit)
        async with self._database.read() as connection:
            return tuple((await connection.execute(wanted)).scalars())


def _ticket_of(row: Row[Any]) -> Ticket:
    return Ticket(
        ticket_number(row.id),
        row.conversation,
        TicketReason(row.reason),
        row.summary,
        cast(Any, row.state),
        row.opened_at,
        row.order_number,
        cast(Any, row.priority),
        row.details,
    )


def _id_of(number: str) -> int:
    digits = number.upper().removeprefix("T-")
    return int(digits) - BEFORE_FIRST_TICKET if digits.isascii() and digits.isdigit() and len(digits) <= 15 else 0


class TicketTable:
    """Tickets in our database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, draft: TicketDraft, now: datetime) -> Ticket:
        """See `support.ports.TicketStore.open`."""

        async def work(connection: AsyncConnection) -> Ticket:
            row = await _open_one(connection, draft)
            if row is None:
                row = await _insert(connection, draft, now)
            else:
                await connection.execute(update(tickets).where(tickets.c.id == row.id).values(called_at=now))
            return _ticket_of(row)

        return await self._database.run(work)

    async def get(self, number: str) -> Ticket | None:
        """See `support.ports.TicketStore.get`."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(tickets).where(tickets.c.id == _id_of(number)))).first()
        return _ticket_of(row) if row else None

    async def list(self, state: str | None, limit: int, before: str | None) -> tuple[Ticket, ...]:
        """See `support.ports.TicketStore.list`."""
        wanted = select(tickets).order_by(tickets.c.id.desc()).limit(limit)
        if state:
            wanted = wanted.where(tickets.c.state == state)
        if before:
            wanted = wanted.where(tickets.c.id < _id_of(before))
        async with self._database.read() as connection:
            return tuple(map(_ticket_of, await connection.execute(wanted)))

    async def update(self, number: str, changes: Mapping[str, Any], now: datetime) -> Ticket | None:  # noqa: ARG002
        """See `support.ports.TicketStore.update`."""
        allowed = {name: value for name, value in changes.items() if name in ("state", "priority")}

        async def work(connection: AsyncConnection) -> Ticket | None:
            change = update(tickets).where(tickets.c.id == _id_of(number)).values(allowed).returning(tickets)
            row = (await connection.execute(change)).first()
            return _ticket_of(row) if row else None

        return await self._database.run(work) if allowed else await self.get(number)


async def _open_one(connection: AsyncConnection, draft: TicketDraft) -> Row[Any] | None:
    wanted = select(tickets).where(
        tickets.c.conversation == draft.conversation, tickets.c.reason == draft.reason, tickets.c.state != "solved"
    )
    return (await connection.execute(wanted.with_for_update())).first()


async def _insert(connection: AsyncConnection, draft: TicketDraft, now: datetime) -> Row[Any]:
    said = select(messages).where(messages.c.conversation == draft.conversation).order_by(messages.c.number.desc())
    newest = [message_of(row) for row in await connection.execute(said.limit(_TRANSCRIPT_MESSAGES))]
    values = {
        "conversation": draft.conversation,
        "reason": draft.reason,
        "summary": draft.summary,
        "state": "open",
        "priority": draft.priority,
        "order_number": draft.order_number,
        "details": dict(draft.details),
        "transcript": [{"author": m.author, "text": m.text, "at": m.at.isoformat()} for m in reversed(newest)],
        "opened_at": now,
        "called_at": now,
    }
    made = await connection.execute(insert(tickets).values(values).returning(tickets))
    row: Row[Any] = made.one()
    return row


class WishTable:
    """Wishes for alerts in our database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set_alerts(self, conversation: str, on: bool, now: datetime) -> None:
        """See `support.ports.PreferenceStore.set_alerts`."""

        async def work(connection: AsyncConnection) -> None:
            contact = await _contact(connection, conversation)
            await connection.execute(delete(alert_wishes).where(alert_wishes.c.conversation == conversation))
            new = {"conversation": conversation, "contact": contact, "wanted": on, "at": now}
            await connection.execute(insert(alert_wishes).values(new))

        await self._database.run(work)

    async def alerts(self, conversation: str) -> bool | None:
        """See `support.ports.PreferenceStore.alerts`."""
        async with self._database.read() as connection:
            contact = await _contact(connection, conversation)
            mine = alert_wishes.c.conversation == conversation
            wanted = select(alert_wishes.c.wanted).where(
                mine | (alert_wishes.c.contact == contact) if contact else mine
            )
            found = (await connection.execute(wanted.order_by(alert_wishes.c.at.desc()).limit(1))).scalar()
        return None if found is None else bool(found)


async def _contact(connection: AsyncConnection, conversation: str) -> str:
    wanted = select(conversations.c.phone, conversations.c.email).where(conversations.c.id == conversation)
    row = (await connection.execute(wanted)).first()
    return (row.phone or row.email) if row else ""
