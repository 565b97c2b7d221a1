"""What our own parcels teach about silence: robust, honest about what isn't over, and slow to believe a few."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scans import NOON, histories, scan
from tracking.calendars import calendar
from tracking.folding import distinct
from tracking.model import Status
from tracking.norms import FEWEST, MOST_GAPS, Gap, Group, Norms, Sample, ended_within, gaps_of, learn
from tracking.quiet import GENERAL, Norm
from tracking.working_time import every_day

ROAD = Status.IN_TRANSIT
RULE = GENERAL[ROAD]
HOURS = st.floats(0.5, 2000)
GAPS = st.lists(st.builds(Gap, HOURS, st.booleans()), max_size=200)


def one(gaps: list[Gap]) -> Norm | None:
    """The norm that these gaps of one carrier make."""
    return learn({("ups", "", ROAD): gaps}).get(("ups", "", ROAD))


def spread(count: int, longest: float) -> list[Gap]:
    """Gaps evenly spread up to the longest."""
    return [Gap(longest * (n + 1) / count) for n in range(count)]


def test_many_gaps_speak_for_themselves() -> None:
    norm = one(spread(2000, 32))
    assert norm is not None
    assert norm.slower_hours == pytest.approx(0.97 * 32, rel=0.06)
    assert norm.stalled_hours == pytest.approx(1.5 * norm.slower_hours, rel=0.06)
    assert norm.share >= 0.97
    assert norm.count == 2000


def test_a_few_are_drawn_to_the_general_rule_and_fewer_say_nothing() -> None:
    assert one(spread(FEWEST - 1, 20)) is None
    few, many = one(spread(FEWEST, 20)), one(spread(1000, 20))
    assert few is not None
    assert many is not None
    assert RULE.slower_hours > few.slower_hours > many.slower_hours
    assert few.share == 1.0  # all of ours were shorter than a norm so patient


def test_a_service_is_drawn_to_its_carrier() -> None:
    slow, quick = spread(1000, 60), spread(FEWEST, 10)
    learnt = learn({("ups", "air", ROAD): quick, ("ups", "", ROAD): slow + quick})
    air, ups = learnt["ups", "air", ROAD], learnt["ups", "", ROAD]
    assert 9 < air.slower_hours < ups.slower_hours < RULE.slower_hours


def test_a_silence_that_lasts_is_not_a_short_one() -> None:
    """Of three hundred parcels, one in ten has been silent for five hours; all others took one to four."""
    ended = spread(270, 4)
    ignorant, honest = one(ended), one([*ended, *([Gap(5.0, ended=False)] * 30)])
    assert ignorant is not None
    # 97 % of what there is has not ended yet: nothing is known, and nothing is claimed.
    assert honest is None


def test_a_young_history_teaches_no_impatience() -> None:
    """After two days of business no gap can be longer, though a third of them will be."""
    chance = random.Random(7)
    true = [chance.expovariate(1 / 40) for _ in range(3000)]
    seen = [Gap(min(hours, 48), hours <= 48) for hours in true]
    assert one(seen) is None
    cut = one([gap for gap in seen if gap.ended])
    assert cut is not None
    assert cut.slower_hours < 49  # what a naive look would have made of it


def test_parcels_that_were_lost_teach_nothing() -> None:
    good = spread(1000, 30)
    plain = one(good)
    lost = [Gap(24.0 * 30, ended=False)] * 100
    found_again = [Gap(24.0 * 60)] * 10
    assert plain is not None
    assert one([*good, *lost]) == plain
    with_found = one([*good, *lost, *found_again])
    assert with_found is not None
    assert with_found.slower_hours < plain.slower_hours * 1.1


@given(GAPS)
def test_a_norm_lies_between_what_was_seen_and_the_rule(gaps: list[Gap]) -> None:
    norm = one(gaps)
    if norm is None:
        return
    assert 6 <= norm.slower_hours <= 3 * RULE.stalled_hours
    assert norm.slower_hours <= norm.stalled_hours
    assert 0 < norm.share <= 1
    assert norm.count >= FEWEST


@given(GAPS, HOURS, HOURS)
def test_the_share_that_ended_only_grows(gaps: list[Gap], one_time: float, other: float) -> None:
    short, long = sorted((one_time, other))
    assert 0 <= ended_within(gaps, short) <= ended_within(gaps, long) <= 1


@given(st.lists(HOURS, min_size=1, max_size=50), HOURS)
def test_where_all_has_ended_the_share_is_counted(hours: list[float], within: float) -> None:
    counted = sum(h <= within for h in hours) / len(hours)
    assert ended_within([Gap(h) for h in hours], within) == pytest.approx(counted)


def test_gaps_are_told_by_stage_in_working_time() -> None:
    events = [
        scan(Status.LABEL_CREATED),
        scan(Status.IN_TRANSIT, 24),
        scan(Status.UNKNOWN, 24.2),
        scan(Status.UNKNOWN, 30),
        scan(Status.EXCEPTION, 40),
        scan(Status.DELIVERED, 50),
    ]
    found = gaps_of(events, every_day, NOON + timedelta(days=90))
    assert found == [
        (Status.LABEL_CREATED, Gap(24.0)),
        (Status.IN_TRANSIT, Gap(pytest.approx(5.8))),
        (Status.IN_TRANSIT, Gap(10.0, ended=False)),  # trouble ended it
        (Status.EXCEPTION, Gap(10.0)),
    ]
    saturday = [scan(Status.IN_TRANSIT, 96), scan(Status.IN_TRANSIT, 144)]
    assert gaps_of(saturday, calendar("ups", ""), NOON + timedelta(hours=150))[0] == (ROAD, Gap(24.0))


@given(histories)
def test_whatever_was_scanned_gaps_can_be_told(history: list[object]) -> None:
    for stage, gap in gaps_of(distinct(history), every_day, NOON + timedelta(days=2)):  # type: ignore[arg-type]
        assert stage in GENERAL
        assert gap.hours >= 0.5


def test_a_sample_is_bounded_and_keeps_services_apart() -> None:
    sample = Sample()
    for _ in range(MOST_GAPS + 5):
        sample.add("ups", "UPS  Ground", [(ROAD, Gap(1.0))])
    sample.add("ups", "", [(ROAD, Gap(9.0))])
    groups: dict[Group, int] = {group: len(gaps) for group, gaps in sample.gaps.items()}
    assert groups == {("ups", "ups ground", ROAD): MOST_GAPS, ("ups", "", ROAD): MOST_GAPS}


def test_a_parcel_s_norm_is_the_closest_there_is() -> None:
    own, carrier = Norm(10, 15, 0.97, 50), Norm(20, 30, 0.97, 500)
    norms = Norms({("ups", "ground", ROAD): own, ("ups", "", ROAD): carrier})
    assert norms.of("ups", "Ground", ROAD) == own
    assert norms.of("ups", "air", ROAD) == norms.of("ups", "", ROAD) == carrier
    assert norms.of("dhl", "", ROAD) == norms.of(None, "", ROAD) == RULE
    assert norms.of("ups", "", Status.DELIVERED) is None
