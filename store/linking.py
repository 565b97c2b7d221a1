"""Keeps linked accounts, their codes and tokens by hash; implements `LinkStore` of `support.linking`."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, bindparam, delete, false, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.link_tables import link_clients, link_codes, link_tokens, links
from support.linking import Code, LinkedClient, NewTokens, Token
from support.model import Link, SignedIdentity

# Made once: building a statement takes SQLAlchemy longer than running it takes the database.
_TOKEN = (
    select(
        link_tokens.c.kind,
        link_tokens.c.scopes.label("token_scopes"),
        link_tokens.c.expires_at,
        links,
    )
    .join(links, links.c.id == link_tokens.c.link_id)
    .where(link_tokens.c.hash == bindparam("hashed"))
)
_LOCKED = (
    select(link_tokens, links.c.scopes.label("link_scopes"))
    .join(links, links.c.id == link_tokens.c.link_id)
    .where(link_tokens.c.hash == bindparam("hashed"), link_tokens.c.kind == "refresh")
    # Of the link, so that two uses of its tokens wait for each other, whichever tokens they are.
    .with_for_update(of=links)
)


class LinkTable:
    """Links in our database. Every method raises Unavailable when the database doesn't answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_code(self, hashed: str, code: Code) -> None:
        """See `support.linking.LinkStore.add_code`."""
        row = {
            "hash": hashed,
            "client_id": code.client,
            "email": code.identity.email,
            "phone": code.identity.phone,
            "scopes": _written(code.scopes),
            "redirect_uri": code.redirect_uri,
            "challenge": code.challenge,
            "resource": code.resource,
            "expires_at": code.expires_at,
        }
        async with self._database.write() as connection:
            await connection.execute(insert(link_codes).values(row))

    async def code(self, hashed: str) -> Code | None:
        """See `support.linking.LinkStore.code`."""
        async with self._database.read() as connection:
            query = select(link_codes).where(link_codes.c.hash == hashed)
            row = (await connection.execute(query)).mappings().first()
        return _code(row) if row else None

    async def exchange(self, hashed: str, link: str, tokens: NewTokens, now: datetime) -> bool:
        """See `support.linking.LinkStore.exchange`."""
        free = (link_codes.c.hash == hashed) & link_codes.c.link_id.is_(None) & (link_codes.c.expires_at > now)
        claim = update(link_codes).where(free).values(link_id=link).returning(link_codes)

        async def work(connection: AsyncConnection) -> bool:
            row = (await connection.execute(claim)).mappings().first()
            if row is None:
                made = select(link_codes.c.link_id).where(link_codes.c.hash == hashed)
                await connection.execute(delete(links).where(links.c.id.in_(made)))
                return False
            kept = {name: row[name] for name in ("client_id", "email", "phone", "scopes", "resource")}
            await connection.execute(insert(links).values(id=link, made_at=now, **kept))
            await _add_tokens(connection, link, row["scopes"], tokens, parent=None)
            return True

        return await self._database.run(work)

    async def token(self, hashed: str) -> Token | None:
        """See `support.linking.LinkStore.token`."""
        async with self._database.read() as connection:
            row = (await connection.execute(_TOKEN, {"hashed": hashed})).mappings().first()
        if row is None:
            return None
        identity = SignedIdentity(row["phone"], row["email"])
        link = Link(row["id"], row["client_id"], identity, _read(row["token_scopes"]), row["resource"])
        return Token(link, row["kind"], row["expires_at"], row["last_used_at"])

    async def rotate(self, hashed: str, tokens: NewTokens, now: datetime, repeat_since: datetime) -> bool:
        """See `support.linking.LinkStore.rotate`."""

        async def work(connection: AsyncConnection) -> bool:
            row = (await connection.execute(_LOCKED, {"hashed": hashed})).mappings().first()
            if row is None:
                return False
            # Read again now that the link is ours: what was joined to it may be older than the lock.
            again = select(link_tokens).where(link_tokens.c.hash == hashed)
            token = (await connection.execute(again)).mappings().first()
            if token is None or token["expires_at"] <= now:
                return False
            if not await _may_be_used(connection, token, repeat_since):
                await connection.execute(delete(links).where(links.c.id == token["link_id"]))
                return False
            await _use_up(connection, token, now)
            await _add_tokens(connection, token["link_id"], row["link_scopes"], tokens, parent=hashed)
            return True

        return await self._database.run(work)

    async def note_use(self, link: str, now: datetime, before: datetime) -> None:
        """See `support.linking.LinkStore.note_use`."""
        stale = or_(links.c.last_used_at.is_(None), links.c.last_used_at <= before)
        async with self._database.write() as connection:
            await connection.execute(update(links).where(links.c.id == link, stale).values(last_used_at=now))

    async def of(self, identity: SignedIdentity) -> tuple[LinkedClient, ...]:
        """See `support.linking.LinkStore.of`."""
        query = (
            select(links, link_clients.c.name)
            .join(link_clients, link_clients.c.id == links.c.client_id)
            .where(_theirs(links, identity))
            .order_by(links.c.made_at.desc(), links.c.id)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return tuple(
            LinkedClient(row["id"], row["name"], _read(row["scopes"]), row["made_at"], row["last_used_at"])
            for row in rows
        )

    async def end_token(self, hashed: str) -> None:
        """See `support.linking.LinkStore.end_token`."""
        async with self._database.write() as connection:
            await connection.execute(delete(link_tokens).where(link_tokens.c.hash == hashed))

    async def end(self, link: str, identity: SignedIdentity | None) -> bool:
        """See `support.linking.LinkStore.end`."""
        which = links.c.id == link
        if identity is not None:
            which &= _theirs(links, identity)
        async with self._database.write() as connection:
            return (await connection.execute(delete(links).where(which))).rowcount > 0

    async def end_all(self, identity: SignedIdentity) -> int:
        """See `support.linking.LinkStore.end_all`."""
        async with self._database.write() as connection:
            await connection.execute(delete(link_codes).where(_theirs(link_codes, identity)))
            return (await connection.execute(delete(links).where(_theirs(links, identity)))).rowcount


async def _may_be_used(connection: AsyncConnection, token: RowMapping, repeat_since: datetime) -> bool:
    if token["used_at"] is None:
        return True
    if not token["repeatable"] or token["used_at"] < repeat_since:
        return False
    used = select(link_tokens.c.hash).where(link_tokens.c.parent == token["hash"], link_tokens.c.used_at.is_not(None))
    return (await connection.execute(used)).first() is None


async def _use_up(connection: AsyncConnection, token: RowMapping, now: datetime) -> None:
    """Use up a token: it may be used once more if this was the first time, its siblings not at all any more."""
    mine = link_tokens.c.hash == token["hash"]
    used = {"used_at": token["used_at"] or now, "repeatable": token["used_at"] is None}
    await connection.execute(update(link_tokens).where(mine).values(used))
    if token["parent"] is not None:
        siblings = (link_tokens.c.parent == token["parent"]) & link_tokens.c.used_at.is_(None)
        await connection.execute(update(link_tokens).where(siblings).values(used_at=now, repeatable=False))


async def _add_tokens(
    connection: AsyncConnection, link: str, link_scopes: str, tokens: NewTokens, parent: str | None
) -> None:
    access = {"hash": tokens.access, "kind": "access", "scopes": _written(tokens.scopes), "parent": None}
    refresh = {"hash": tokens.refresh, "kind": "refresh", "scopes": link_scopes, "parent": parent}
    until = ((access, tokens.access_until), (refresh, tokens.refresh_until))
    rows = [{**row, "link_id": link, "expires_at": end, "repeatable": False} for row, end in until]
    await connection.execute(insert(link_tokens), rows)


def _theirs(table: Any, identity: SignedIdentity) -> ColumnElement[bool]:
    named = ((table.c.email, identity.email), (table.c.phone, identity.phone))
    return or_(false(), *(column == value for column, value in named if value))


def _code(row: RowMapping) -> Code:
    return Code(
        client=row["client_id"],
        identity=SignedIdentity(row["phone"], row["email"]),
        scopes=_read(row["scopes"]),
        redirect_uri=row["redirect_uri"],
        expires_at=row["expires_at"],
        challenge=row["challenge"],
        resource=row["resource"],
        link=row["link_id"] or "",
    )


def _written(scopes: frozenset[str]) -> str:
    return " ".join(sorted(scopes))


def _read(scopes: str) -> frozenset[str]:
    return frozenset(scopes.split())
