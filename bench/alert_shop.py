"""A shop for the benchmarks of alerts: its settings, its orders, and news of them; measures nothing."""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from sqlalchemy import func, select

from bench.places import ROOT
from bench.processes import Server
from bench.texts import Provider
from doorstep.bootstrap import SystemClock
from store.alert_tables import alerts
from store.database import Database
from store.support_tables import outbox
from store.unit import SqlStore
from tracking.ingest import Ingest
from tracking.model import Contact, EventUpdate, OrderUpdate, ShipmentUpdate, Status, TrackingEvent

BATCH = 500
_DAY = timedelta(days=1)


@dataclass
class Shop:
    """One shop on a database of its own, which sends by `provider`, at any hour and without waiting to merge."""

    folder: Path
    database_url: str
    provider: Provider
    secret: str = field(default_factory=secrets.token_urlsafe)
    orders: int = 0

    def __post_init__(self) -> None:
        rules = yaml.safe_load((ROOT / "alerts" / "alerts.yml").read_text())
        rules |= {"hold_seconds": 0, "quiet": {"from": "00:00", "until": "00:00"}}
        self._rules = self.folder / "alerts.yml"
        self._rules.write_text(yaml.safe_dump(rules))

    def phone(self, n: int) -> str:
        """The number of the n-th order's shopper; no such area code exists."""
        return f"+1555{n:07}"

    def parcel(self, n: int) -> str:
        """The tracking number of the n-th order's one parcel."""
        return f"ALERT{n:07}"

    def settings(self) -> dict[str, str]:
        """The environment of its Doorstep."""
        return self.provider.settings() | {
            "DOORSTEP_DATABASE_URL": self.database_url,
            "DOORSTEP_ALERTS": "true",
            "DOORSTEP_ALERTS_RULES": str(self._rules),
            "DOORSTEP_EASYPOST_SECRET": self.secret,
            "DOORSTEP_BOT_SECRET": "bench",
            "DOORSTEP_LOG_LEVEL": "error",
        }

    def serve(self, only: str, **more: str) -> Server:
        """Start a part of the program in a process of its own."""
        command = [str(ROOT / ".venv" / "bin" / "doorstep"), "serve", "--only", only]
        return Server(command, self.settings() | more, self.folder / f"{only}-{secrets.token_hex(4)}.log", ROOT)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """Its database, up to date."""
        opened = Database(self.database_url)
        try:
            await opened.migrate()
            yield opened
        finally:
            await opened.close()

    async def add_orders(self, count: int) -> range:
        """Take orders that were placed days ago, which is no news; return their places."""
        new, placed = range(self.orders, self.orders + count), datetime.now(UTC) - 3 * _DAY
        updates = [
            OrderUpdate(
                f"B{n}",
                placed,
                "shop",
                placed,
                Contact("Robin", "", self.phone(n)),
                shipments=(ShipmentUpdate(self.parcel(n)),),
            )
            for n in new
        ]
        async with self.database() as database:
            ingest = Ingest(SqlStore(database), SystemClock(), tell_for=_DAY)
            for first in range(0, count, BATCH):
                results = await ingest.save_orders(updates[first : first + BATCH])
                if any(row.error for row in results):
                    raise RuntimeError(f"an order was refused: {results[0]}")
        self.orders += count
        return new

    async def out_for_delivery(self, places: range) -> None:
        """Take in that these parcels are on the van: one text each is due."""
        async with self.database() as database:
            ingest = Ingest(SqlStore(database), SystemClock(), tell_for=_DAY)
            now = datetime.now(UTC)
            scan = TrackingEvent(Status.OUT_FOR_DELIVERY, now, now, "bench")
            for first in range(places.start, places.stop, BATCH):
                some = range(first, min(first + BATCH, places.stop))
                await ingest.record_events([EventUpdate(self.parcel(n), scan) for n in some])

    def webhook(self, n: int) -> tuple[bytes, dict[str, str]]:
        """Body and headers of EasyPost's word that a parcel is on the van."""
        now = datetime.now(UTC).isoformat()
        detail = {"status": "out_for_delivery", "message": "Out for delivery", "datetime": now}
        tracker = {"tracking_code": self.parcel(n), "status": "out_for_delivery", "tracking_details": [detail]}
        body = json.dumps({"id": f"evt_{n}", "description": "tracker.updated", "result": tracker}).encode()
        signed = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return body, {"Content-Type": "application/json", "X-Hmac-Signature": f"hmac-sha256-hex={signed}"}

    async def first_done(self) -> float:
        """When the first job was done, in seconds since the epoch."""
        async with self.database() as database, database.read() as connection:
            at = (await connection.execute(select(func.min(outbox.c.done_at)))).scalar_one()
        return float(at.timestamp())

    async def states(self) -> dict[str, int]:
        """How many alerts are in each state."""
        query = select(alerts.c.state, func.count()).group_by(alerts.c.state)
        async with self.database() as database, database.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(query)}

    async def until_sent(self, count: int, seconds: float) -> None:
        """Wait until so many alerts are noted as sent. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while (await self.states()).get("sent", 0) < count:  # noqa: ASYNC110 - other processes note it
                await asyncio.sleep(1)
