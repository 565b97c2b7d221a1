"""Does the jobs of the outbox, surely and in order; knows nothing of what they are."""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog
from prometheus_client import Counter

from support.jobs import Job, Jobs
from tracking.errors import DoorstepError, Unavailable
from tracking.ports import Clock

Handler = Callable[[Job], Awaitable[None]]
"""Does a job. Raises Unavailable to be called again later, any other DoorstepError when the job can never be done."""
LEASE = timedelta(minutes=2)
MOST_TRIES = 14
"""With these pauses, about a day."""
_AT_ONCE = 20
_PAUSE_SECONDS = 0.5
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 3 * 3600.0
JOBS = Counter("doorstep_jobs_total", "Jobs of the outbox", ["kind", "outcome"])
log = structlog.get_logger()


class Worker:
    """Takes jobs as they fall due. Several may run, in one process or in many; one that dies is replaced by the rest.

    A job may be done twice when a worker dies between doing it and noting so: handlers use the job's key for that.
    """

    def __init__(
        self,
        jobs: Jobs,
        handlers: Mapping[str, Handler],
        clock: Clock,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._jobs, self._handlers, self._clock, self._chance = jobs, handlers, clock, chance
        self._holder = secrets.token_hex(8)

    async def run(self) -> None:
        """Work until cancelled; a database that is down is asked again after a pause."""
        while True:
            try:
                busy = await self.once()
            except Unavailable as error:
                log.warning("worker_waits", error=str(error))
                busy = False
            if not busy:
                await asyncio.sleep(_PAUSE_SECONDS)

    async def once(self) -> bool:
        """Do what is due now; say whether there was anything. Raises Unavailable when the database is down."""
        now = self._clock.now()
        jobs = await self._jobs.lease(_AT_ONCE, self._holder, now, now + LEASE)
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(self._do(job))
        return bool(jobs)

    async def _do(self, job: Job) -> None:
        handler = self._handlers.get(job.kind)
        try:
            if handler is None:
                raise DoorstepError(f"Nothing here does jobs of the kind {job.kind!r}.")
            async with asyncio.timeout(LEASE.total_seconds() / 2):
                await handler(job)
        except (Unavailable, TimeoutError) as error:
            await self._put_back(job, error)
        except DoorstepError as error:
            await self._give_up(job, error)
        except Exception as error:
            log.exception("job_failed", kind=job.kind, job=job.id)
            await self._put_back(job, error)
        else:
            await self._jobs.done(job.id, self._holder, self._clock.now())
            JOBS.labels(job.kind, "done").inc()

    async def _put_back(self, job: Job, error: Exception) -> None:
        if job.tries + 1 >= MOST_TRIES:
            return await self._give_up(job, error)
        wait = getattr(error, "retry_after", None) or self._pause(job.tries)
        await self._jobs.later(job.id, self._holder, self._clock.now() + timedelta(seconds=wait), _said(error))
        JOBS.labels(job.kind, "later").inc()
        return None

    def _pause(self, tries: int) -> float:
        """Twice as long each time, and never quite the same for two jobs that failed together."""
        return min(_FIRST_PAUSE * 2.0**tries, _LONGEST_PAUSE) * (0.75 + self._chance() / 2)

    async def _give_up(self, job: Job, error: Exception) -> None:
        log.error("job_given_up", kind=job.kind, job=job.id, tries=job.tries + 1, error=_said(error))
        await self._jobs.dead(job.id, self._holder, self._clock.now(), _said(error))
        JOBS.labels(job.kind, "dead").inc()


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if isinstance(error, DoorstepError) else type(error).__name__
