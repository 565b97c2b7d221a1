"""Keeps the console's accounts and sessions; implements `support.agents.AgentStore`."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.agent_tables import agent_sessions, agents
from store.database import Database
from support.agents import Account, Credentials, Role, Session


def _account(row: Row[Any]) -> Account:
    return Account(row.id, row.email, row.name, cast(Role, row.role), row.active, bool(row.totp_secret))


class AgentTable:
    """Accounts and sessions in our database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, account: Account, password_hash: str, now: datetime) -> bool:
        """See `support.agents.AgentStore.add`."""
        new = {
            "id": account.id,
            "email": account.email,
            "name": account.name,
            "role": account.role,
            "active": account.active,
            "password_hash": password_hash,
            "totp_secret": "",
            "totp_step": 0,
            "made_at": now,
        }

        async def work(connection: AsyncConnection) -> bool:
            taken = select(agents.c.id).where(agents.c.email == account.email)
            if (await connection.execute(taken)).first():
                return False
            await connection.execute(insert(agents).values(new))
            return True

        return await self._database.run(work)

    async def credentials(self, email: str) -> Credentials | None:
        """See `support.agents.AgentStore.credentials`."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(agents).where(agents.c.email == email))).first()
        return Credentials(_account(row), row.password_hash, row.totp_secret) if row else None

    async def accounts(self) -> tuple[Account, ...]:
        """See `support.agents.AgentStore.accounts`."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(agents).order_by(agents.c.name, agents.c.id))
            return tuple(map(_account, rows))

    async def set_password(self, agent: str, password_hash: str) -> None:
        """See `support.agents.AgentStore.set_password`."""
        await self._set(agent, end=True, password_hash=password_hash)

    async def set_totp(self, agent: str, secret: str) -> None:
        """See `support.agents.AgentStore.set_totp`."""
        await self._set(agent, end=False, totp_secret=secret, totp_step=0)

    async def set_active(self, agent: str, active: bool) -> None:
        """See `support.agents.AgentStore.set_active`."""
        await self._set(agent, end=not active, active=active)

    async def _set(self, agent: str, end: bool, **values: Any) -> None:
        async def work(connection: AsyncConnection) -> None:
            await connection.execute(update(agents).where(agents.c.id == agent).values(values))
            if end:
                await connection.execute(delete(agent_sessions).where(agent_sessions.c.agent == agent))

        await self._database.run(work)

    async def use_step(self, agent: str, step: int) -> bool:
        """See `support.agents.AgentStore.use_step`."""
        older = (agents.c.id == agent) & (agents.c.totp_step < step)

        async def work(connection: AsyncConnection) -> bool:
            return bool((await connection.execute(update(agents).where(older).values(totp_step=step))).rowcount)

        return await self._database.run(work)

    async def open(self, key: str, agent: str, now: datetime, expires_at: datetime) -> None:
        """See `support.agents.AgentStore.open`; sessions that are over go at the same time."""
        new = {"key": key, "agent": agent, "seen_at": now, "expires_at": expires_at}

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(agent_sessions).where(agent_sessions.c.expires_at <= now))
            await connection.execute(insert(agent_sessions).values(new))

        await self._database.run(work)

    async def session(self, key: str, now: datetime, idle_since: datetime) -> Session | None:
        """See `support.agents.AgentStore.session`."""
        wanted = (
            select(agents, agent_sessions.c.seen_at)
            .join(agent_sessions, agent_sessions.c.agent == agents.c.id)
            .where(agent_sessions.c.key == key, agents.c.active)
            .where(agent_sessions.c.expires_at > now, agent_sessions.c.seen_at > idle_since)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).first()
        return Session(key, _account(row), row.seen_at) if row else None

    async def touch(self, key: str, now: datetime) -> None:
        """See `support.agents.AgentStore.touch`."""
        async with self._database.write() as connection:
            await connection.execute(update(agent_sessions).where(agent_sessions.c.key == key).values(seen_at=now))

    async def close(self, key: str) -> None:
        """See `support.agents.AgentStore.close`."""
        async with self._database.write() as connection:
            await connection.execute(delete(agent_sessions).where(agent_sessions.c.key == key))

    async def close_all(self, agent: str) -> None:
        """See `support.agents.AgentStore.close_all`."""
        async with self._database.write() as connection:
            await connection.execute(delete(agent_sessions).where(agent_sessions.c.agent == agent))
