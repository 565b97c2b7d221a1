"""Carries short texts between app processes: through Redis, or through PostgreSQL where there is no Redis."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text

from store.database import Database
from tracking.errors import Unavailable

_TOPIC = "doorstep_live"
_PAUSE_SECONDS = 1.0
_LISTENING_SECONDS = 30.0
Hear = Callable[[str], Awaitable[None]]
log = structlog.get_logger()


class RedisRelay:
    """Redis publish and subscribe."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, decode_responses=True)
        self._me = secrets.token_hex(6)

    async def publish(self, told: str) -> None:
        """See `support.live.Relay.publish`; a Redis that is away is only logged."""
        try:
            await self._redis.publish(_TOPIC, f"{self._me}:{told}")
        except (RedisError, OSError) as error:
            log.warning("relay_lost", error=type(error).__name__)

    async def run(self, hear: Hear) -> None:
        """Give `hear` what other processes publish, until cancelled; comes back after Redis was away."""
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.subscribe(_TOPIC)
                    async for message in subscription.listen():
                        await _pass_on(message["data"], self._me, hear)
            except (RedisError, OSError) as error:
                log.warning("relay_waits", error=type(error).__name__)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()


class PostgresRelay:
    """PostgreSQL's LISTEN and NOTIFY, on a connection of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._me = secrets.token_hex(6)

    async def publish(self, told: str) -> None:
        """See `support.live.Relay.publish`; a database that is away is only logged."""
        try:
            async with self._database.write() as connection:
                notice = {"topic": _TOPIC, "told": f"{self._me}:{told}"}
                await connection.execute(text("SELECT pg_notify(:topic, :told)"), notice)
        except Unavailable as error:
            log.warning("relay_lost", error=type(error).__name__)

    async def run(self, hear: Hear) -> None:
        """Give `hear` what other processes publish, until cancelled; comes back after the database was away."""
        while True:
            try:
                await self._listen(hear)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                log.warning("relay_waits", error=type(error).__name__)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _listen(self, hear: Hear) -> None:
        heard: asyncio.Queue[str] = asyncio.Queue()

        def note(*notice: Any) -> None:
            heard.put_nowait(str(notice[-1]))

        url = self._database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(url)
        try:
            await connection.add_listener(_TOPIC, note)
            while True:
                try:
                    told = await asyncio.wait_for(heard.get(), _LISTENING_SECONDS)
                except TimeoutError:
                    await connection.execute("SELECT 1")  # a line that was cut is noticed only when it is used
                else:
                    await _pass_on(told, self._me, hear)
        finally:
            await connection.close(timeout=1)

    async def close(self) -> None:
        """Nothing is kept open."""


async def _pass_on(told: str, me: str, hear: Hear) -> None:
    """Pass on what others sent; a process hears its own texts too."""
    sender, _, text_ = told.partition(":")
    if sender != me:
        await hear(text_)


def relay_for(redis_url: str | None, database: Database) -> RedisRelay | PostgresRelay | None:
    """Return the relay to use; None for one process on SQLite, which needs none."""
    if redis_url:
        return RedisRelay(redis_url)
    return None if database.is_sqlite else PostgresRelay(database)
