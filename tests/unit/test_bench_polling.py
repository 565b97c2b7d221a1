"""The simulation of polling, on a small fleet: it uses the program's rules, and finds it out when a limit is broken."""

from itertools import pairwise

import pytest

from bench.parcels import DAY, HOUR, Fleet
from bench.polling import SHARES, Audit, Outcome, Source, lines, new_accounts, roomy
from tracking.carriers.apis import Rate
from tracking.model import FINAL, Status
from tracking.polling import INTERVALS

HOURS = 30


def run(code: str, rate: Rate, parcels: int = 400) -> Outcome:
    return Source(code, rate, parcels, HOURS, seed=1).run()


def test_every_parcel_belongs_to_a_source() -> None:
    assert sum(SHARES.values()) == 100
    assert set(roomy(1000)) == set(new_accounts()) == set(SHARES)


def test_a_source_with_room_asks_in_time() -> None:
    done = run("royal_mail", Rate(5, 10))
    assert (done.broken, done.overdue <= 60) == (0, True)
    for status, (_, longest) in INTERVALS.items():
        assert done.ages[status].worst <= longest.total_seconds() + 60
    assert done.ages[Status.OUT_FOR_DELIVERY].worst > 0
    assert done.asked > 400


def test_a_source_without_room_falls_behind_and_says_so() -> None:
    rate = Rate(1 / 600, 3)
    done = run("royal_mail", rate)
    assert done.asked == pytest.approx(HOURS * 6, abs=2)
    assert (done.broken, done.late > 200, done.overdue > HOUR) == (0, True, True)
    page = "\n".join(lines([done], HOURS))
    assert "Royal Mail" in page.split("that fall behind")[1]
    assert f"{done.late} of" not in page
    assert f"{done.late:,}, the oldest for" in page


def test_a_new_parcel_is_registered_first() -> None:
    told, untold = run("easypost", Rate(5, 10)), run("royal_mail", Rate(5, 10))
    assert told.asked > untold.asked


def test_the_audit_finds_a_broken_limit() -> None:
    audit = Audit(Rate(1, 3))
    for at in (10.0, 10.0, 10.0, 11.0):
        audit.sent(at)
    assert audit.broken == 0
    audit.sent(11.5)
    assert audit.broken == 1
    assert (audit.total, audit.busiest) == (5, 5)


def test_parcels_go_the_way_of_parcels() -> None:
    fleet = Fleet(200, seed=2)
    for parcel in range(len(fleet)):
        seen = [fleet.at(parcel, hour * HOUR) for hour in range(0, 24 * 20, 3)]
        assert all(later[1] >= earlier[1] for earlier, later in pairwise(seen))
        assert seen[-1][0] in FINAL
        assert all(status is Status.DELIVERED for status, since in seen if since < -14 * DAY)
