"""Simulates polling for a million parcels in virtual time: `.venv/bin/python -m bench.polling`.

The rules of when a parcel is due, whose turn it is and how fast a source may be asked are the program's own
(tracking/polling.py and the clients' token bucket); the parcels are made up (bench/parcels.py). Prints how often each
source is asked and how old our knowledge gets, once with the rates of new accounts, once with rates to go with the
load. Every limit is checked anew, by another formula than the one that keeps it. Nothing is sent.
"""

import argparse
import heapq
import math
import os
import resource
import time
from array import array
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bench.parcels import HOUR, NEVER, STATUSES, Fleet
from tracking.carriers.apis import Rate, apis
from tracking.carriers.apis._limits import Bucket
from tracking.model import Status
from tracking.polling import URGENT, in_turn, interval, next_check, share

PARCELS, HOURS = 1_000_000, 48
SHARES = {"usps": 30, "ups": 25, "fedex": 20, "easypost": 10, "dhl": 7, "royal_mail": 5, "canada_post": 3}
"""Of a hundred parcels, those that each source is asked about; EasyPost stands for all carriers without one."""
ROOMY = {"usps": 55, "ups": 45, "fedex": 36, "easypost": 19, "dhl": 13, "royal_mail": 10, "canada_post": 6}
"""Questions a second for a million parcels that keep up with the mornings, when most parcels go out."""
_START = datetime(2026, 11, 2, tzinfo=UTC)
_MINUTE = 60.0
_SLACK = 1e-6
SHOWN = (
    Status.LABEL_CREATED,
    Status.PICKED_UP,
    Status.IN_TRANSIT,
    Status.EXCEPTION,
    Status.OUT_FOR_DELIVERY,
    Status.ATTEMPT_FAILED,
    Status.AVAILABLE_FOR_PICKUP,
    Status.RETURNING,
    Status.DELIVERED,
)


@dataclass
class Ages:
    """How old knowledge was, in minutes: a count for each minute, and the oldest ever."""

    counts: dict[int, int] = field(default_factory=dict)
    worst: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one more."""
        minute = int(seconds // _MINUTE)
        self.counts[minute] = self.counts.get(minute, 0) + 1

    def p99(self) -> float:
        """The 99th percentile in seconds, rounded up to a minute."""
        left = math.ceil(sum(self.counts.values()) * 0.99)
        for minute in sorted(self.counts):
            left -= self.counts[minute]
            if left <= 0:
                return (minute + 1) * _MINUTE
        return 0.0

    def merge(self, other: "Ages") -> None:
        """Take in another's."""
        self.worst = max(self.worst, other.worst)
        for minute, count in other.counts.items():
            self.counts[minute] = self.counts.get(minute, 0) + count


@dataclass
class Outcome:
    """What one source went through. `ages` are by the status that we know, `news` by the one that we learnt of."""

    source: str
    rate: Rate
    parcels: int
    asked: int = 0
    busiest: int = 0
    broken: int = 0
    late: int = 0
    overdue: float = 0.0
    ages: dict[Status, Ages] = field(default_factory=lambda: {status: Ages() for status in STATUSES})
    news: dict[Status, Ages] = field(default_factory=lambda: {status: Ages() for status in STATUSES})


class Audit:
    """Counts questions by the minute, and those that no limit allows: of a limit's window every length is checked.

    It holds the time at which all questions so far would have been used up at the long-run rate against the clock.
    """

    def __init__(self, rate: Rate) -> None:
        self._rate, self._used_until = rate, 0.0
        self.total = self.broken = self.busiest = 0
        self._minute = self._in_minute = 0

    def sent(self, at: float) -> None:
        """Note a question."""
        self.total += 1
        self._used_until = max(self._used_until, at) + 1 / self._rate.per_second
        self.broken += self._used_until - at > self._rate.burst / self._rate.per_second + _SLACK
        if int(at // _MINUTE) != self._minute:
            self._minute, self._in_minute = int(at // _MINUTE), 0
        self._in_minute += 1
        self.busiest = max(self.busiest, self._in_minute)


class Source:
    """One source with its parcels, in a time of its own."""

    def __init__(self, code: str, rate: Rate, count: int, hours: float, seed: int) -> None:
        self._fleet, self._end, self._now = Fleet(count, seed), hours * HOUR, 0.0
        self._registers = apis()[code].register is not None
        self._room = min(max(math.ceil(rate.per_second * 20), 1), 100)
        self._bucket, self._audit = Bucket(rate, lambda: self._now, NEVER), Audit(rate)
        self._bucket.drain()
        self._places = array("d", (share(f"{code} {parcel}") for parcel in range(count)))
        self._known, self._due = [Status.PENDING] * count, array("d", bytes(8 * count))
        self._checked = array("d", bytes(8 * count))
        self._new = bytearray(count)
        self._all: list[tuple[float, int]] = []
        self._urgent: list[tuple[float, int]] = []
        self._sample_at = 0.0
        self.outcome = Outcome(code, rate, count)
        for parcel in range(count):
            self._begin(parcel)
        heapq.heapify(self._all)
        heapq.heapify(self._urgent)

    def _begin(self, parcel: int) -> None:
        """As if it had always gone well: each was checked at some time within its interval."""
        status, _ = self._fleet.at(parcel, 0.0)
        wait = interval(status, self._places[parcel])
        assert wait is not None
        self._known[parcel] = status
        # A second draw from the same place would tie a parcel's interval to when it falls due.
        self._checked[parcel] = -share(f"begun {parcel}") * wait.total_seconds()
        self._plan(parcel, self._checked[parcel] + wait.total_seconds())

    def _plan(self, parcel: int, due: float) -> None:
        self._due[parcel] = due
        lanes = (self._all, self._urgent) if self._known[parcel] is URGENT else (self._all,)
        for lane in lanes:
            if self._now:
                heapq.heappush(lane, (due, parcel))
            else:
                lane.append((due, parcel))

    def run(self) -> Outcome:
        """Ask until the time is over."""
        while self._now < self._end:
            urgent, due = self._fallen_due(self._urgent), self._fallen_due(self._all)
            chosen = in_turn(urgent, due, self._room)
            for lane, found in ((self._urgent, urgent), (self._all, due)):
                for parcel in set(found).difference(chosen):
                    heapq.heappush(lane, (self._due[parcel], parcel))
            for parcel in chosen:
                self._ask(parcel)
            if not chosen:
                self._sample_until(self._next_due())
                self._now = max(self._now + _SLACK, self._next_due())
        return self._finish()

    def _fallen_due(self, lane: list[tuple[float, int]]) -> list[int]:
        found: list[int] = []
        while lane and lane[0][0] <= self._now and len(found) < self._room:
            due, parcel = heapq.heappop(lane)
            if due == self._due[parcel] and (lane is self._all or self._known[parcel] is URGENT):
                found.append(parcel)
        return found

    def _next_due(self) -> float:
        return min((lane[0][0] for lane in (self._urgent, self._all) if lane), default=self._end)

    def _ask(self, parcel: int) -> None:
        for _ in range(2 if self._new[parcel] and self._registers else 1):
            self._sample_until(self._now + self._bucket.wait)
            self._now += self._bucket.take()
            self._audit.sent(self._now)
        now, known = self._now, self._known[parcel]
        ages = self.outcome.ages[known]
        ages.worst = max(ages.worst, now - self._checked[parcel])
        status, since = self._fleet.at(parcel, now)
        if status is not known:
            self.outcome.news[status].add(now - max(since, 0.0))
        self._checked[parcel], self._known[parcel], self._new[parcel] = now, status, 0
        due = next_check(status, _moment(now), self._places[parcel], _moment(since), _moment(since))
        if due is not None:
            self._plan(parcel, (due - _START).total_seconds())
            return
        self._fleet.renew(parcel, now)
        self._known[parcel], self._new[parcel] = Status.LABEL_CREATED, 1
        self._plan(parcel, now)

    def _sample_until(self, at: float) -> None:
        """Once an hour, see how old the knowledge of one parcel in ten is."""
        while self._sample_at <= min(at, self._end):
            for parcel in range(0, len(self._fleet), 10):
                self.outcome.ages[self._known[parcel]].add(max(self._sample_at - self._checked[parcel], 0.0))
            self._sample_at += HOUR

    def _finish(self) -> Outcome:
        done = self.outcome
        for parcel, known in enumerate(self._known):
            done.ages[known].worst = max(done.ages[known].worst, self._end - self._checked[parcel])
            status, since = self._fleet.at(parcel, self._end)
            if status is not known:
                done.news[status].add(self._end - max(since, 0.0))
            if self._due[parcel] < self._end:
                done.late += 1
                done.overdue = max(done.overdue, self._end - self._due[parcel])
        done.asked, done.busiest, done.broken = self._audit.total, self._audit.busiest, self._audit.broken
        return done


def _moment(seconds: float) -> datetime:
    return _START + timedelta(seconds=seconds)


def simulate(parcels: int, hours: float, rates: dict[str, Rate]) -> list[Outcome]:
    """Simulate every source, each for itself: none of them knows of the others."""
    work = [(code, rates[code], parcels * part // 100, hours, seed) for seed, (code, part) in enumerate(SHARES.items())]
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 2)) as pool:
        return list(pool.map(_simulated, *zip(*work, strict=True)))


def _simulated(code: str, rate: Rate, count: int, hours: float, seed: int) -> Outcome:
    return Source(code, rate, count, hours, seed).run()


def new_accounts() -> dict[str, Rate]:
    """The rates that hold where nothing else is set."""
    return {code: apis()[code].rate for code in SHARES}


def roomy(parcels: int) -> dict[str, Rate]:
    """Rates that go with so many parcels."""
    rates = {code: per_second * parcels / PARCELS for code, per_second in ROOMY.items()}
    return {code: Rate(per_second, max(1, round(per_second))) for code, per_second in rates.items()}


def lines(outcomes: Sequence[Outcome], hours: float) -> Iterator[str]:
    """What came of it, as Markdown; the last column says within what time 99 % of all deliveries were learnt of."""
    yield "| source | parcels | allowed | asked | in a minute | over a limit | due and not asked | delivery known |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in outcomes:
        behind = f"{one.late:,}, the oldest for {_long(one.overdue)}" if one.overdue > _MINUTE else "none"
        often, allowed = one.asked / hours / HOUR, one.rate.per_second
        known = _long(one.news[Status.DELIVERED].p99())
        yield (
            f"| {apis()[one.source].name} | {one.parcels:,} | {allowed:.4g}/s | {often:.4g}/s "
            f"| {one.busiest} of {one.rate.burst + allowed * _MINUTE:.0f} | {one.broken} | {behind} | {known} |"
        )
    yield ""
    keeping = [one for one in outcomes if one.overdue <= HOUR]
    for title, some in (("that keep up", keeping), ("that fall behind", [o for o in outcomes if o not in keeping])):
        if some:
            yield f"Age of what is known, at sources {title} ({', '.join(apis()[one.source].name for one in some)}):"
            yield from ("", *_ages(some), "")


def _ages(outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield "| status | 99 % are younger than | worst | news of it is known within (99 %) |"
    yield "|---|---|---|---|"
    for status in SHOWN:
        ages, news = Ages(), Ages()
        for one in outcomes:
            ages.merge(one.ages[status])
            news.merge(one.news[status])
        yield f"| {status} | {_long(ages.p99())} | {_long(ages.worst)} | {_long(news.p99()) if news.counts else '–'} |"


def _long(seconds: float) -> str:
    return f"{seconds / HOUR:.1f} h" if seconds >= 2 * HOUR else f"{seconds / _MINUTE:.0f} min"


def main() -> None:
    """Simulate both and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=PARCELS)
    parser.add_argument("--hours", type=float, default=HOURS)
    chosen = parser.parse_args()
    for title, rates in (("of new accounts", new_accounts()), ("that go with the load", roomy(chosen.parcels))):
        started = time.perf_counter()
        outcomes = simulate(chosen.parcels, chosen.hours, rates)
        took = time.perf_counter() - started
        print(f"## Rates {title}\n", *lines(outcomes, chosen.hours), sep="\n")
        print(f"{chosen.parcels:,} parcels, {chosen.hours:g} hours, simulated in {took:.0f} s.\n")
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"Memory of the largest process: {most / 1024:.0f} MB, with up to two at once.")


if __name__ == "__main__":
    main()
