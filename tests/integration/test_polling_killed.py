"""A worker that is killed while it asks a carrier: nothing is lost, nothing doubled, and another one goes on."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from doorstep.poller import LEASE
from doorstep.settings import ROOT
from store.database import Database
from store.tables import shipments, tracking_events
from tests.carrier_stands.base import Fault, Known
from tests.polling_place import polling_at

NUMBERS = [f"94058036993001242{n:05}" for n in range(40)]
ANSWERED = 12
_SECONDS = 200


async def test_a_killed_worker_is_replaced(database: Database, database_url: str) -> None:
    async with polling_at(database, "usps") as place:
        stand, now = place.stands["usps"], datetime.now(UTC)
        place.time.start = now
        for n, number in enumerate(NUMBERS):
            stand.parcels[number] = Known(("label", "transit"), due=False)
            stand.parcels[number].at = [now - timedelta(hours=20), now - timedelta(hours=2)]
            await place.add(number, "usps", f"10{n}")
        reply = stand.reply

        def hanging_in_the_middle(asked: object) -> object:
            if len(stand.asked) == ANSWERED:
                stand.faults = [Fault(hang=True)] * 100
            return reply(asked)  # type: ignore[arg-type]

        stand.reply = hanging_in_the_middle  # type: ignore[method-assign,assignment]
        worker = await started(database_url, place.values)
        async with asyncio.timeout(_SECONDS):
            await stand.hung.wait()
            while not (await counts(database))[0]:  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.02)
        # Some answers are stored, others may be just now, and more questions hang.
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
        assert 0 < (await counts(database))[0] < len(NUMBERS)
        stand.faults, stand.reply = [], reply  # type: ignore[method-assign]
        second = await place.poller("usps")
        before = len(stand.asked)
        await second.once()
        assert len(stand.asked) == before, "the dead worker's lease still runs"
        place.time.seconds += (datetime.now(UTC) - now + LEASE).total_seconds()
        await place.until_idle(second)
        assert await counts(database) == (len(NUMBERS), 2 * len(NUMBERS))
        asked = [entry.path for entry in stand.asked]
        assert len(asked) <= len(NUMBERS) + 2 * 32, "only what was under way is asked twice"


async def started(database_url: str, values: dict[str, str]) -> asyncio.subprocess.Process:
    """The worker as it is run, on the stand-in."""
    own = {f"DOORSTEP_{name.upper()}": value for name, value in values.items()}
    own |= {"DOORSTEP_DATABASE_URL": database_url, "DOORSTEP_CARRIER_RATES": "usps=50"}
    script = "from doorstep.cli import main; main()"
    command = [sys.executable, "-c", script, "serve", "--only", "worker"]
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env={**os.environ, **own})


async def counts(database: Database) -> tuple[int, int]:
    """How many parcels were answered about, and how many scans there are."""
    async with database.read() as connection:
        answered = select(func.count()).where(shipments.c.last_checked_at.is_not(None))
        scans = select(func.count()).select_from(tracking_events)
        return (await connection.execute(answered)).scalar_one(), (await connection.execute(scans)).scalar_one()
