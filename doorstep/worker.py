"""Does the jobs of the outbox, surely and in order; knows nothing of what they are."""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
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
_WORTH_ASKING = 5
"""Places that are free before more jobs are asked for, as asking for one takes the database as long as for five."""
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

    async def run(self, apart: float = 0.0) -> None:
        """Work until cancelled, see `once`; a database that is down is asked again after a pause."""
        while True:
            if not await self.once(apart):
                await asyncio.sleep(_PAUSE_SECONDS)

    async def once(self, apart: float = 0.0) -> bool:
        """Work until nothing is due; say whether anything was. A slow job holds up none that fall due after it.

        Jobs begin so many seconds apart, where others use this process's time as well.
        """
        under_way: set[asyncio.Task[None]] = set()
        found = False
        async with asyncio.TaskGroup() as group:
            while True:
                jobs = await self._lease(_AT_ONCE - len(under_way))
                for job in jobs:
                    under_way.add(group.create_task(self._do(job)))
                    await asyncio.sleep(apart)
                if not under_way:
                    return found
                found, under_way = True, await _with_room(under_way)

    async def _lease(self, limit: int) -> Sequence[Job]:
        """Take jobs; none while the database is down."""
        now = self._clock.now()
        try:
            return await self._jobs.lease(limit, self._holder, now, now + LEASE) if limit else ()
        except Unavailable as error:
            log.warning("worker_waits", error=str(error))
            return ()

    async def _do(self, job: Job) -> None:
        try:
            await self._try(job)
        except Unavailable as error:
            # What came of it can't be noted: when its lease ends, it is done once more.
            log.warning("job_not_noted", kind=job.kind, job=job.id, error=str(error))

    async def _try(self, job: Job) -> None:
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


async def _with_room(under_way: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """Wait until there is room for more, or nothing has ended for a while; return what is still under way."""
    while True:
        ended, under_way = await asyncio.wait(under_way, timeout=_PAUSE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not ended or len(under_way) <= _AT_ONCE - _WORTH_ASKING:
            return under_way


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if isinstance(error, DoorstepError) else type(error).__name__
