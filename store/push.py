"""Keeps where browsers, apps and speakers can be told; implements `AddressStore` of `alerts.addresses`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.addresses import PushAddress
from store.database import Database
from store.link_tables import links
from store.push_tables import alexa_users, push_addresses
from store.tables import orders
from tracking.ports import Clock

_MINE = push_addresses.c
# Made once: building a statement takes SQLAlchemy longer than running it takes the database.
_OF = select(_MINE.medium, _MINE.digest).where(_MINE.order_key == bindparam("order")).order_by(_MINE.id)


class PushTable:
    """Addresses of browsers and apps in our database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, new: PushAddress, most: int) -> Literal["kept", "no_order", "full"]:
        """See `alerts.addresses.AddressStore.add`."""

        async def work(connection: AsyncConnection) -> Literal["kept", "no_order", "full"]:
            # Its row is locked, so that two at once don't both take the last place.
            order = select(orders.c.id).where(orders.c.key == new.order).with_for_update()
            if (await connection.execute(order)).first() is None:
                return "no_order"
            return await _kept(connection, new, most)

        return await self._database.run(work)

    async def remove(self, order: str, medium: str, digest: str) -> bool:
        """See `alerts.addresses.AddressStore.remove`."""
        async with self._database.write() as connection:
            gone = await connection.execute(delete(push_addresses).where(_whose(order, medium, digest)))
            return gone.rowcount > 0

    async def of(self, order: str) -> Mapping[str, Sequence[str]]:
        """See `alerts.addresses.AddressStore.of`."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for row in await self._database.look(_OF, {"order": order}):
            found[row.medium].append(row.digest)
        return dict(found)

    async def address(self, order: str, medium: str, digest: str) -> str:
        """See `alerts.addresses.AddressStore.address`."""
        async with self._database.read() as connection:
            query = select(_MINE.address).where(_whose(order, medium, digest))
            return str((await connection.execute(query)).scalar() or "")

    async def forget(self, medium: str, digest: str) -> int:
        """See `alerts.addresses.AddressStore.forget`."""
        async with self._database.write() as connection:
            dead = delete(push_addresses).where(_MINE.medium == medium, _MINE.digest == digest)
            return (await connection.execute(dead)).rowcount


async def _kept(connection: AsyncConnection, new: PushAddress, most: int) -> Literal["kept", "full"]:
    said = {"address": new.address, "made_at": new.made_at, "source": new.source, "consent": new.consent}
    mine = _whose(new.order, new.medium, new.digest)
    if (await connection.execute(update(push_addresses).where(mine).values(said))).rowcount:
        return "kept"
    count = select(func.count()).select_from(push_addresses).where(_MINE.order_key == new.order)
    if ((await connection.execute(count)).scalar() or 0) >= most:
        return "full"
    row = {"order_key": new.order, "medium": new.medium, "digest": new.digest, **said}
    await connection.execute(insert(push_addresses).values(row))
    return "kept"


def _whose(order: str, medium: str, digest: str) -> ColumnElement[bool]:
    return and_(_MINE.order_key == order, _MINE.medium == medium, _MINE.digest == digest)


class AlexaUsers:
    """Which of Alexa's users may be told, and whose account they are linked to."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def linked(self, user: str, link: str) -> None:
        """Note that a user speaks for a link; one that has ended meanwhile counts as none. Raises Unavailable."""
        await self._note(user, {"link_id": select(links.c.id).where(links.c.id == link).scalar_subquery()})

    async def subscribed(self, user: str, wanted: bool) -> None:
        """Note whether a user allows Alexa to tell them things. Raises Unavailable."""
        await self._note(user, {"subscribed": wanted})

    async def of(self, phone: str, email: str) -> Sequence[str]:
        """The users that want to be told, linked by this phone or e-mail address (empty for none)."""
        theirs = [links.c.phone == phone] if phone else []
        theirs += [links.c.email == email] if email else []
        if not theirs:
            return ()
        joined = select(alexa_users.c.user_id).join(links, links.c.id == alexa_users.c.link_id)
        query = joined.where(alexa_users.c.subscribed, or_(*theirs)).order_by(alexa_users.c.user_id)
        async with self._database.read() as connection:
            return tuple((await connection.execute(query)).scalars())

    async def _note(self, user: str, said: Mapping[str, Any]) -> None:
        now = self._clock.now()

        async def work(connection: AsyncConnection) -> None:
            mine = update(alexa_users).where(alexa_users.c.user_id == user).values(at=now, **said)
            if not (await connection.execute(mine)).rowcount:
                # Two at once: the second meets the key, is run again and changes the first's row.
                new = {"user_id": user, "subscribed": False, "at": now, **said}
                await connection.execute(insert(alexa_users).values(new))

        await self._database.run(work)
