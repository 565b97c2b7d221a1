"""A worker that is killed again and again in the middle of everything loses no alert and makes no second one."""

import random
import shutil
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from alerts.media.base import Send
from alerts.media.sms import MEDIUM
from alerts.model import Outgoing, Sent
from doorstep.worker import LEASE
from store.alert_tables import alerts
from store.alerts import AlertTable
from store.database import Database
from store.outbox import Outbox
from tests.alerted import HOLD, LONDON, RULES, Alerted
from tests.conftest import postgres_url, sqlite_template  # noqa: F401 - fixtures
from tests.media_stands.sms import twilio
from tracking.model import Contact, EventUpdate, OrderUpdate, ShipmentUpdate, Status, TrackingEvent

ALERTS = 500
"""The figures in docs/alerts.md come from a run with 5,000, and (100, 400) kills."""
KILLS = (60, 200)
"""While facts become alerts, and while alerts are sent."""


class Killed(BaseException):
    """The process is gone: nothing after this point happened."""


class Fate:
    """Kills at random, between any two steps, `most` times in about so many steps."""

    def __init__(self, seed: int, most: int, steps: int) -> None:
        self._chance, self._most, self._share = random.Random(seed), most, most / steps
        self.kills = 0

    def strike(self) -> None:
        if self.kills < self._most and self._chance.random() < self._share:
            self.kills += 1
            raise Killed


def mortal(target: Any, fate: Fate) -> Any:
    """The same object, whose every call may be the last: before it, or after it took effect."""

    class Mortal:
        def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
            async def call(*given: Any, **named: Any) -> Any:
                fate.strike()
                result = await getattr(target, name)(*given, **named)
                fate.strike()
                return result

            return call

    return Mortal()


def mortal_send(send: Send, fate: Fate) -> Send:
    async def call(outgoing: Outgoing) -> Sent:
        fate.strike()
        sent = await send(outgoing)
        fate.strike()
        return sent

    return call


async def orders_on_their_way(told: Alerted, count: int) -> None:
    placed, now = told.clock.now() - timedelta(days=3), told.clock.now()
    customers = [Contact(f"Robin {n}", f"robin{n}@example.com", f"+1202{5550000 + n}") for n in range(count)]
    await told.ingest.save_orders(
        [
            OrderUpdate(f"K{n}", placed, "shop", placed, who, LONDON, shipments=(ShipmentUpdate(f"KILL{n:06}", "ups"),))
            for n, who in enumerate(customers)
        ]
    )
    scan = TrackingEvent(Status.OUT_FOR_DELIVERY, now, now, "ups")
    await told.ingest.record_events([EventUpdate(f"KILL{n:06}", scan) for n in range(count)])


async def live_on(told: Alerted, fate: Fate) -> None:
    """Start a worker; whenever it dies, another one takes over once its leases have ended."""
    store, jobs = mortal(AlertTable(told.database), fate), mortal(Outbox(told.database), fate)
    while True:
        worker = told.new_worker(jobs, store)
        try:
            while await worker.once():
                pass
            return
        except BaseException as death:
            if not all(isinstance(one, Killed) for one in getattr(death, "exceptions", (death,))):
                raise
            told.clock.pass_(seconds=LEASE.total_seconds() + 1)


@pytest.fixture
async def sqlite(sqlite_template: Path, tmp_path: Path) -> Database:  # noqa: F811
    path = tmp_path / "doorstep.db"
    shutil.copy(sqlite_template, path)
    return Database(f"sqlite:///{path}")


async def test_killed_at_any_point_every_alert_arrives_under_one_key(
    sqlite: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: dict[str, set[str]] = defaultdict(set)
    deciding, sending = Fate(1, KILLS[0], ALERTS * 2), Fate(2, KILLS[1], ALERTS * 4)
    async with twilio() as provider:
        real = MEDIUM.sender(provider.settings.get)

        async def send(outgoing: Outgoing) -> Sent:
            tried[outgoing.to].add(outgoing.key)
            return await real(outgoing)

        told = Alerted(sqlite, {"sms": mortal_send(send, sending)}, replace(RULES, too_old=timedelta(days=9)))
        told.rules = replace(told.rules, quiet_from=told.rules.quiet_until)
        await orders_on_their_way(told, ALERTS)
        await live_on(told, deciding)
        told.clock.pass_(seconds=HOLD)
        await live_on(told, sending)
        taken = [text["To"] for text in provider.taken]
    async with sqlite.read() as connection:
        states = dict((await connection.execute(select(alerts.c.state, func.count()).group_by(alerts.c.state))).all())
    await sqlite.close()
    kills = deciding.kills + sending.kills
    repeats = len(taken) - len(set(taken))
    with capsys.disabled():
        sys.stdout.write(f"\n{ALERTS} alerts, {kills} kills, {len(taken)} texts, {repeats} again under the same key\n")
    assert kills >= 200
    assert len(set(taken)) == len(tried) == ALERTS
    assert {len(keys) for keys in tried.values()} == {1}
    assert states == {"sent": ALERTS}
    # Only what was under way when the worker died may come again: at most one batch a kill.
    assert repeats <= kills * 20
