"""Keeps the clients of account linking; implements `ClientStore` of `support.clients`."""

from sqlalchemy import RowMapping, delete, insert, select

from store.database import Database
from store.link_tables import link_clients
from support.clients import Client


class ClientTable:
    """Clients in our database. Every method raises Unavailable when the database doesn't answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, client: Client) -> None:
        """See `support.clients.ClientStore.add`."""
        row = {
            "id": client.id,
            "name": client.name,
            "redirect_uris": list(client.redirect_uris),
            "made_at": client.made_at,
            "secret_hash": client.secret_hash,
            "pkce_required": client.pkce_required,
            "registered": client.registered,
        }
        async with self._database.write() as connection:
            await connection.execute(insert(link_clients).values(row))

    async def get(self, client: str) -> Client | None:
        """See `support.clients.ClientStore.get`."""
        async with self._database.read() as connection:
            query = select(link_clients).where(link_clients.c.id == client)
            row = (await connection.execute(query)).mappings().first()
        return _client(row) if row else None

    async def all(self) -> tuple[Client, ...]:
        """See `support.clients.ClientStore.all`."""
        query = select(link_clients).order_by(link_clients.c.made_at, link_clients.c.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return tuple(map(_client, rows))

    async def remove(self, client: str) -> bool:
        """See `support.clients.ClientStore.remove`."""
        async with self._database.write() as connection:
            return (await connection.execute(delete(link_clients).where(link_clients.c.id == client))).rowcount > 0


def _client(row: RowMapping) -> Client:
    fields = {name: row[name] for name in ("id", "name", "made_at", "secret_hash", "pkce_required", "registered")}
    return Client(redirect_uris=tuple(row["redirect_uris"]), **fields)
