"""When a parcel counts as quiet."""

from datetime import timedelta

import pytest

from tests.scans import NOON, scan
from tracking.folding import distinct, fold
from tracking.model import FINAL, Shipment, Status, TrackingEvent
from tracking.quiet import NORMAL_SILENCE, never_scanned, quiet_since

SECOND = timedelta(seconds=1)


def parcel(*events: TrackingEvent) -> Shipment:
    return Shipment("1Z999", events=distinct(events), state=fold(events), known_since=NOON)


@pytest.mark.parametrize("status", sorted(NORMAL_SILENCE))
def test_a_parcel_is_quiet_after_its_stage_s_silence_and_not_before(status: Status) -> None:
    silent, limit = parcel(scan(status)), NOON + NORMAL_SILENCE[status]
    assert quiet_since(silent, limit) is None
    assert quiet_since(silent, limit + SECOND) == NOON


@pytest.mark.parametrize("status", sorted(FINAL))
def test_a_parcel_whose_way_is_over_is_never_quiet(status: Status) -> None:
    assert quiet_since(parcel(scan(status)), NOON + timedelta(days=1000)) is None


def test_every_stage_has_a_limit_or_is_over() -> None:
    assert set(NORMAL_SILENCE) | FINAL | {Status.UNKNOWN} == set(Status)


def test_a_parcel_nobody_scanned_is_quiet_from_when_it_was_first_spoken_of() -> None:
    assert quiet_since(parcel(), NOON + timedelta(days=4)) == NOON
    assert quiet_since(Shipment("1Z999"), NOON) is None


def test_an_event_we_cannot_read_is_a_sign_of_life() -> None:
    heard = parcel(scan(Status.IN_TRANSIT), scan(Status.UNKNOWN, 90))
    assert quiet_since(heard, NOON + timedelta(hours=100)) is None


def test_a_label_is_no_scan_but_an_unmapped_event_may_be() -> None:
    assert never_scanned(parcel())
    assert never_scanned(parcel(scan(Status.LABEL_CREATED)))
    assert not never_scanned(parcel(scan(Status.UNKNOWN)))
    assert not never_scanned(parcel(scan(Status.PICKED_UP)))
