"""Keeps the newest one-time code of each contact, by hash; implements `CodeStore` of `support.sign_in`."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.link_tables import sign_in_codes
from support.sign_in import LIMITS


class SignInCodeTable:
    """One-time codes in our database. Every method raises Unavailable when the database doesn't answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def renew(self, contact: str, session: str, code: str, now: datetime, until: datetime) -> bool:
        """See `support.sign_in.CodeStore.renew`."""
        which = sign_in_codes.c.contact == contact
        new = {"session": session, "code": code, "expires_at": until, "tries": 0}

        async def work(connection: AsyncConnection) -> bool:
            row = (await connection.execute(select(sign_in_codes).where(which).with_for_update())).mappings().first()
            asked = _recent(row["asked_at"], now) if row else []
            if any(sum(at > now - within for at in asked) >= most for most, within in LIMITS):
                return False
            values = {**new, "asked_at": [at.isoformat() for at in (*asked, now)]}
            # Two that make the first row at once get in each other's way, and the second is run again.
            statement = update(sign_in_codes).where(which) if row else insert(sign_in_codes)
            await connection.execute(statement.values(values if row else {**values, "contact": contact}))
            return True

        return await self._database.run(work)

    async def spend_try(self, contact: str, session: str, now: datetime, most: int) -> str | None:
        """See `support.sign_in.CodeStore.spend_try`."""
        table = sign_in_codes.c
        good = (table.contact == contact) & (table.session == session) & (table.code != "")
        good &= (table.expires_at > now) & (table.tries < most)
        count = update(sign_in_codes).where(good).values(tries=table.tries + 1).returning(table.code)
        async with self._database.write() as connection:
            row = (await connection.execute(count)).first()
        return str(row.code) if row else None

    async def use_up(self, contact: str, code: str) -> bool:
        """See `support.sign_in.CodeStore.use_up`."""
        which = (sign_in_codes.c.contact == contact) & (sign_in_codes.c.code == code)
        async with self._database.write() as connection:
            return (await connection.execute(update(sign_in_codes).where(which).values(code=""))).rowcount > 0


def _recent(asked: list[str], now: datetime) -> list[datetime]:
    longest = max(within for _, within in LIMITS)
    return [at for at in map(datetime.fromisoformat, asked) if at > now - longest]
