"""Asks one source about the parcels that are due, as fast as it allows and no faster; knows no rule of when they are.

One process at a time asks a source: it holds the source's lease, so the source's rate holds for the whole installation.
A process that dies loses nothing: what it had not stored is still due, and its lease runs out.
"""

import asyncio
import math
import secrets
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from doorstep.routes import Routes
from tracking.carriers import couriers
from tracking.carriers.apis import Denied, Live, Refused, Report, Slow
from tracking.checking import Check, Checked, next_turn
from tracking.errors import DoorstepError, InvalidInput, NotConfigured, Unavailable
from tracking.ingest import Ingest
from tracking.polling import LONGEST_RETRY, retry
from tracking.polls import Due, Polls, SourceNote
from tracking.ports import Clock

LEASE = timedelta(minutes=2)
RENEWED_AFTER = timedelta(seconds=30)
ASK_SECONDS = 75.0
"""The longest question: shorter than what is left of a lease when it begins, so nobody asks on a lease that ran out."""
_MOST_AT_ONCE = 32
_MOST_WAITING = 100
_SOON, _IDLE, _OTHERS_LEASE = 5.0, 5.0, 15.0
_CODES_KEPT = timedelta(minutes=1)
_FAILURES_IN_ROW = 5
_FIRST_REST, _LONGEST_REST = 60.0, 1800.0
POLLS = Counter("doorstep_polls_total", "Questions to carriers by outcome", ["source", "outcome"])
SWITCHES = Counter("doorstep_carrier_switches_total", "Parcels whose carrier was named wrongly", ["was", "now"])
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Around:
    """What all pollers of a process share."""

    polls: Polls
    ingest: Ingest
    routes: Routes
    clock: Clock
    holder: str = field(default_factory=lambda: secrets.token_hex(8))


class Poller:
    """Asks one source for as long as it runs; several processes may each have one, only the lease's holder asks."""

    def __init__(self, live: Live, around: Around) -> None:
        self._live, self._around, self._source = live, around, live.api.code
        self._most = min(max(math.ceil(live.rate.per_second * 4), 1), _MOST_AT_ONCE)
        self._room = min(max(math.ceil(live.rate.per_second * 20), 1), _MOST_WAITING)
        self._waiting: deque[Due] = deque()
        self._busy: set[str] = set()
        self._freed = asyncio.Event()
        self._note = SourceNote()
        self._codes: list[str] = []
        self._lease_until = self._codes_until = self._look_at = datetime.min.replace(tzinfo=around.clock.now().tzinfo)
        self._renew_at = self._lease_until
        self._in_row = self._rests = 0

    async def run(self) -> None:
        """Ask until cancelled, then give the source back; a database that is down is tried again after a pause."""
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    self._freed.clear()
                    pause = await self._try(group)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(pause):
                            await self._freed.wait()
        finally:
            with suppress(Unavailable):
                await self._give_back()

    async def once(self) -> float:
        """Ask about what is due now, wait for the answers, and return how many seconds there is nothing more to do."""
        async with asyncio.TaskGroup() as group:
            return await self._begin(group)

    async def _try(self, group: asyncio.TaskGroup) -> float:
        try:
            return await self._begin(group)
        except Unavailable as error:
            log.warning("poller_waits", source=self._source, error=str(error))
        except Exception:
            log.exception("poller_failed", source=self._source)
        return _IDLE

    async def _begin(self, group: asyncio.TaskGroup) -> float:
        now = self._around.clock.now()
        if not await self._is_ours(now):
            return _OTHERS_LEASE
        wait = max(self._live.wait, self._rest(now))
        if wait > _SOON:
            return min(wait, RENEWED_AFTER.total_seconds())
        if not self._waiting and now >= self._look_at:
            await self._look(now)
        while self._waiting and len(self._busy) < self._most:
            due = self._waiting.popleft()
            self._busy.add(due.key)
            group.create_task(self._do(due))
        return _IDLE

    async def _is_ours(self, now: datetime) -> bool:
        """Keep the lease, or take it where it is free."""
        if now < self._renew_at:
            return True
        had, until = now < self._lease_until, now + LEASE
        known = await self._around.polls.lease(self._source, self._around.holder, now, until, self._note)
        if known is None:
            self._waiting.clear()
            return False
        if not had:
            # Who had it before may have used up what the source allows at once.
            self._live.drain()
            self._note = SourceNote(rest_until=known.rest_until)
        self._lease_until, self._renew_at = until, now + RENEWED_AFTER
        return True

    async def _give_back(self) -> None:
        if self._around.clock.now() < self._lease_until:
            await self._around.polls.note(self._source, self._note)
            await self._around.polls.release(self._source, self._around.holder)

    async def _look(self, now: datetime) -> None:
        """See who is due next; those being asked about still are, until their answer is stored."""
        if now >= self._codes_until:
            live, routes = await self._around.polls.codes(), self._around.routes
            self._codes = [code for code in live if routes.source(code) == self._source]
            self._codes_until = now + _CODES_KEPT
        room = self._room + len(self._busy)
        found = await self._around.polls.due(self._codes, now, room) if self._codes else ()
        self._waiting.extend(due for due in found if due.key not in self._busy)
        self._look_at = now if len(found) == room else now + timedelta(seconds=_IDLE)

    async def _do(self, due: Due) -> None:
        outcome = "not_stored"
        try:
            outcome = await self._outcome(due)
        except Unavailable as error:
            # Only the store can be meant: the parcel stays due.
            log.warning("poll_not_stored", source=self._source, error=str(error))
        except Exception:
            log.exception("poll_not_stored", source=self._source)
        finally:
            self._busy.discard(due.key)
            self._freed.set()
        POLLS.labels(self._source, outcome).inc()

    async def _outcome(self, due: Due) -> str:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                report = await self._ask(due)
            self._in_row = self._rests = 0
            self._note = replace(self._note, last_answered_at=report.checked_at)
            return await self._store(due, report)
        except Slow as error:
            self._leave_alone(error.seconds)
            self._wrong("slow")
            return "slow"
        except (DoorstepError, TimeoutError) as error:
            return await self._failed(due, error)
        except Exception as error:
            log.exception("poll_failed", source=self._source)
            return await self._failed(due, error)

    async def _ask(self, due: Due) -> Report:
        registering = f"{self._source}/{due.ask_as}"
        new = self._live.api.register is not None and due.registered_with != registering
        if new and await self._registers(due):
            await self._around.polls.registered(due.key, registering)
            new = False
        report = await self._live.ask(due.tracking_number, due.ask_as)
        if new and report.events:
            # It won't push this one, but knows it: there is no need to tell it each time.
            await self._around.polls.registered(due.key, registering)
        return report

    async def _registers(self, due: Due) -> bool:
        """Tell the source to follow a parcel; where it won't, it is asked all the same."""
        try:
            await self._live.register(due.tracking_number, due.ask_as)
        except Denied:
            raise
        except (Refused, InvalidInput, NotConfigured) as error:
            log.info("poll_not_registered", source=self._source, error=type(error).__name__)
            return False
        POLLS.labels(self._source, "registered").inc()
        return True

    async def _store(self, due: Due, report: Report) -> str:
        check = Check(
            due.tracking_number, due.ask_as, report.checked_at, report.events, report.estimate, report.carrier
        )
        if not check.knows:
            check = replace(check, turns=self._around.routes.turns(due.carrier, due.tracking_number))
        try:
            became = await self._around.ingest.checked(check)
        except Unavailable as error:
            log.warning("poll_not_stored", source=self._source, error=str(error))
            return "not_stored"
        self._tell(became)
        return "outdated" if became.outdated else "found" if check.knows else "not_found"

    def _tell(self, became: Checked) -> None:
        if became.switched:
            was, now = _label(became.switched.was), _label(became.carrier or "")
            SWITCHES.labels(was, now).inc()
            log.info("carrier_switched", source=self._source, was=was, now=now)

    async def _failed(self, due: Due, error: Exception) -> str:
        """Put a parcel off for longer each time; while a carrier is only tried, the next in turn is tried instead."""
        outcome = type(error).__name__.lower()
        its_own = isinstance(error, Refused | InvalidInput) and not isinstance(error, Denied)
        if not its_own:
            self._count_failure()
        self._wrong(outcome)
        failures, own = due.failures + 1, due.carrier or ""
        ask_as = due.ask_as
        if ask_as != own or not own:
            turns = self._around.routes.turns(due.carrier, due.tracking_number)
            ask_as = next_turn(turns, ask_as, own)
        pause = retry(due.key, failures, LONGEST_RETRY if its_own and ask_as == due.ask_as else timedelta())
        await self._around.polls.put_off(due, self._around.clock.now() + pause, failures, ask_as)
        return outcome

    def _count_failure(self) -> None:
        """After some failures in a row it is the source that is down or doesn't let us in, not the parcels."""
        self._in_row += 1
        if self._in_row >= _FAILURES_IN_ROW and self._rest(self._around.clock.now()) <= 0:
            self._leave_alone(min(_FIRST_REST * 2.0**self._rests, _LONGEST_REST))
            self._rests += 1

    def _rest(self, now: datetime) -> float:
        until = self._note.rest_until
        return (until - now).total_seconds() if until else 0.0

    def _leave_alone(self, seconds: float) -> None:
        now = self._around.clock.now()
        until = max(self._note.rest_until or now, now + timedelta(seconds=seconds))
        # Noted at once, so that whoever takes over leaves it alone as well.
        self._note, self._renew_at = replace(self._note, rest_until=until), now

    def _wrong(self, code: str) -> None:
        self._note = replace(self._note, last_error=code, last_error_at=self._around.clock.now())


def _label(carrier: str) -> str:
    return carrier if carrier in couriers() else "other"
