"""Kills workers of alerts with SIGKILL at random moments, again and again, and counts what came of it."""

import asyncio
import multiprocessing
import os
import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.process import BaseProcess as Process

import uvloop
from sqlalchemy import select

from bench.alert_shop import Shop
from doorstep.logs import configure
from doorstep.serving import run_worker
from doorstep.settings import Settings
from doorstep.worker import LEASE
from store.database import Database
from store.support_tables import outbox

ALERTS_A_SECOND = 150
"""Too many for a worker, so that those who are killed leave something to do to the last."""
_PATIENCE = 1200.0
_forks = multiprocessing.get_context("forkserver")


@dataclass(frozen=True, slots=True)
class Survived:
    """What became of alerts: how many shoppers got no text, got one under two keys, and how many texts came again."""

    alerts: int
    kills: int
    missing: int
    doubled: int
    repeats: int


def _work(environment: Mapping[str, str]) -> None:
    os.environ.update(environment)
    settings = Settings()
    configure(settings.log_level)
    uvloop.run(run_worker(settings))


async def kill_run(shop: Shop, kills: int, alerts: int, workers: int) -> Survived:
    """Let so many workers at a time send alerts, and kill them; the last ones live on to the end.

    Only those count that left jobs behind which they had begun. Raises TimeoutError when there is nothing left to do.
    """
    # With the program loaded already a process is there at once.
    _forks.set_forkserver_preload([__name__])
    await shop.out_for_delivery(await shop.add_orders(alerts))
    seen: set[str] = set()
    counting = 0
    async with shop.database() as database:
        while counting < kills:
            alive = [_start(shop) for _ in range(workers)]
            names = await _at_work(database, seen, workers)
            await asyncio.sleep(random.uniform(0, alerts / kills / ALERTS_A_SECOND))
            _end(alive)
            counting += len(names & await holders(database))
    alive = [_start(shop) for _ in range(workers)]
    try:
        await shop.provider.until(alerts, _PATIENCE)
        await shop.until_sent(alerts, _PATIENCE)
    finally:
        _end(alive)
    return counted(shop, alerts, counting)


async def _at_work(database: Database, seen: set[str], workers: int) -> set[str]:
    """Wait until so many more workers have jobs; return the names they have them by, which are added to those seen."""
    new: set[str] = set()
    async with asyncio.timeout(2 * LEASE.total_seconds()):
        while len(new) < workers:
            await asyncio.sleep(0.01)
            new |= await holders(database) - seen
    seen |= new
    return new


async def holders(database: Database) -> set[str]:
    """Who has jobs that are not done, dead or alive."""
    rows = await database.look(select(outbox.c.lease_by).where(outbox.c.lease_by.is_not(None)).distinct(), {})
    return {row.lease_by for row in rows}


def _start(shop: Shop) -> Process:
    process = _forks.Process(target=_work, args=(shop.settings(),))
    process.start()
    return process


def _end(processes: list[Process]) -> None:
    for process in processes:
        process.kill()
    for process in processes:
        process.join()


def counted(shop: Shop, alerts: int, kills: int) -> Survived:
    """What the provider saw."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for text in shop.provider.taken:
        names[text.to].add(text.name)
    doubled = sum(len(found) > 1 for found in names.values())
    return Survived(alerts, kills, alerts - len(names), doubled, len(shop.provider.taken) - len(names))
