"""Keeps proof and wishes; implements the other ports of `support.ports`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.support_tables import alert_wishes, conversations, proof_tries, proof_try_scopes, verifications
from support.model import SignedIdentity, Standing

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
