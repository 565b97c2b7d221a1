"""What the tracking page says in every state: plain words, honest bars, nothing guessed and nothing private."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from actions import times
from support.model import TicketReason
from tests.scans import NOON, scan
from tracking.folding import fold
from tracking.model import (
    Address,
    Contact,
    DeliveryWindow,
    Item,
    Order,
    Shipment,
    Status,
    TrackingEvent,
)
from web.track.history import zone_name
from web.track.private import town, without_customer
from web.track.view import OrderView, order_view
from web.track.words import REASONS

DANA = Contact("Dana Doe", "dana@example.com", "+15550100142")
HOME = Address("94110", "San Francisco", "CA", "US")
PROMISE = DeliveryWindow(NOON - timedelta(days=2), NOON - timedelta(days=1, hours=1), NOON, "shop")


def parcel(*events: TrackingEvent, number: str = "1Z999AA10123456784", **more: object) -> Shipment:
    known: dict[str, object] = {"carrier": "ups", "last_checked_at": NOON, "known_since": NOON - timedelta(hours=1)}
    return Shipment(number, events=events, state=fold(events), **{**known, **more})  # type: ignore[arg-type]


def order(*parcels: Shipment, **more: object) -> Order:
    items = (Item("SHOE", "Blue shoes", 2), Item("POT", "Teapot"))
    known: dict[str, object] = {"customer": DANA, "ship_to": HOME, "items": items}
    return Order("1001", NOON - timedelta(days=3), shipments=parcels, **{**known, **more})  # type: ignore[arg-type]


def seen(*parcels: Shipment, now: datetime = NOON, **more: object) -> OrderView:
    return order_view(order(*parcels, **more), now, times)


FOLDED = [status for status in Status if status is not Status.UNKNOWN]


@pytest.mark.parametrize("status", FOLDED)
def test_every_state_has_words_and_help(status: Status) -> None:
    view = seen(parcel(scan(status, -1)))
    assert view.headline
    assert view.parcels[0].sentence
    assert view.parcels[0].next
    assert "{" not in str(view)
    assert view.reasons[-1] is TicketReason.SPEAK_TO_HUMAN
    assert len(view.reasons) > 1


@pytest.mark.parametrize(
    ("status", "now"),
    [
        (Status.PENDING, "Ordered"),
        (Status.LABEL_CREATED, "Packed"),
        (Status.IN_TRANSIT, "On its way"),
        (Status.EXCEPTION, "On its way"),
        (Status.ATTEMPT_FAILED, "Out for delivery"),
        (Status.AVAILABLE_FOR_PICKUP, "Ready to collect"),
    ],
)
def test_the_bar_says_where_it_is(status: Status, now: str) -> None:
    steps = seen(parcel(scan(status, -1))).steps
    assert [step.name for step in steps if step.state == "now"] == [now]
    assert all(step.state == "done" for step in steps[: [s.name for s in steps].index(now)])


def test_delivered_ends_the_bar() -> None:
    view = seen(parcel(scan(Status.DELIVERED, -1, location="Inkwell, WA, US", signed_by="R. Neighbour")))
    assert {step.state for step in view.steps} == {"done"}
    assert view.may_rate
    assert view.parcels[0].delivered.startswith("Delivered today at 4:00 am in Inkwell, WA, US.")
    assert "Received by R. Neighbour." in view.parcels[0].delivered
    assert view.parcels[0].arrival is None
    assert view.reasons[:3] == (TicketReason.MISSING, TicketReason.DAMAGED, TicketReason.RETURN)


@pytest.mark.parametrize("status", [Status.RETURNING, Status.RETURNED, Status.CANCELLED])
def test_off_the_road_there_is_no_bar(status: Status) -> None:
    assert seen(parcel(scan(status, -1)), cancelled=status is Status.CANCELLED).steps == ()


def test_scans_nobody_can_read_are_unknown_and_not_unshipped() -> None:
    view = seen(parcel(scan(Status.UNKNOWN, -1, raw_status="X9")))
    assert (view.headline, view.steps, view.tone) == ("State unknown", (), "off")
    assert "won't guess" in view.parcels[0].sentence
    assert view.parcels[0].days[0].rows[0].what == "News that we can't read"


def test_an_order_without_parcels() -> None:
    view = seen(promised=PROMISE, now=NOON - timedelta(days=3))
    assert view.headline == "Not shipped yet"
    assert view.arrival is not None
    assert "the shop's promise" in view.arrival.basis
    assert [item.sku for item in view.unsent] == ["SHOE", "POT"]
    assert TicketReason.CANCEL in view.reasons


def test_an_unshipped_order_is_told_to_be_late() -> None:
    (note,) = seen(promised=PROMISE).notes
    assert note.text.startswith("It's late, and we're sorry: the shop promised it")


def test_a_cancelled_order_promises_nothing() -> None:
    view = seen(cancelled=True, promised=PROMISE)
    assert (view.headline, view.arrival, view.notes, view.unsent) == ("Cancelled", None, (), ())
    assert "cancelled" in view.sentence


def test_a_split_order_shows_each_parcel_with_its_items() -> None:
    arrived = parcel(scan(Status.DELIVERED, -1), skus=("SHOE",))
    moving = parcel(scan(Status.IN_TRANSIT, -1), number="1Z999AA10123456785", skus=("POT",))
    view = seen(arrived, moving)
    assert view.headline == "1 of 2 parcels delivered"
    assert [p.title for p in view.parcels] == ["Parcel 1 of 2", "Parcel 2 of 2"]
    assert [[i.title for i in p.items] for p in view.parcels] == [["Blue shoes"], ["Teapot"]]
    assert {TicketReason.MISSING, TicketReason.LATE} <= set(view.reasons)
    assert view.unsent == ()


def test_what_is_in_no_parcel_yet_is_said() -> None:
    assert [i.title for i in seen(parcel(scan(Status.IN_TRANSIT, -1), skus=("SHOE",))).unsent] == ["Teapot"]
    assert seen(parcel(scan(Status.IN_TRANSIT, -1))).unsent == ()


def test_quiet_is_our_own_finding() -> None:
    view = seen(parcel(scan(Status.IN_TRANSIT, -24 * 7)))
    (note,) = view.parcels[0].notes
    assert note.kind == "quiet"
    assert "7 days" in note.text
    assert "our own finding" in note.text
    assert view.headline == "On its way"
    assert seen(parcel(scan(Status.IN_TRANSIT, -24))).parcels[0].notes == ()


def test_late_is_said_only_when_true() -> None:
    late = seen(parcel(scan(Status.IN_TRANSIT, -1)), promised=PROMISE).parcels[0]
    assert [note.kind for note in late.notes] == ["late"]
    assert late.arrival is not None
    assert (late.arrival.when, "no new date" in late.arrival.basis) == ("", True)
    in_time = seen(parcel(scan(Status.IN_TRANSIT, -1)), promised=PROMISE, now=NOON - timedelta(days=1, hours=2))
    assert in_time.parcels[0].notes == ()
    arrived = seen(parcel(scan(Status.DELIVERED, -1)), promised=PROMISE)
    assert arrived.parcels[0].notes == ()


def test_it_will_be_late_when_the_carrier_names_a_later_day() -> None:
    promised = DeliveryWindow(NOON, NOON + timedelta(hours=8), NOON, "shop")
    expected = DeliveryWindow(NOON + timedelta(days=3), NOON + timedelta(days=3, hours=6), NOON, "carrier", 0.8)
    view = seen(parcel(scan(Status.IN_TRANSIT, -1), estimate=expected), promised=promised).parcels[0]
    assert view.notes[0].text.startswith("It will be late")
    assert view.arrival is not None
    assert "UPS's own estimate" in view.arrival.basis
    assert "About 80 in 100" in view.arrival.basis


def test_no_date_is_said_as_no_date() -> None:
    found = seen(parcel(scan(Status.IN_TRANSIT, -1))).parcels[0].arrival
    assert found is not None
    assert (found.when, "won't guess" in found.basis) == ("", True)


def test_trouble_is_told_in_the_carriers_words_with_any_braces() -> None:
    view = seen(parcel(scan(Status.EXCEPTION, -1, description="Held {0} at customs.")))
    assert view.parcels[0].notes[0].text == "UPS says: “Held {0} at customs”"


def test_both_clocks_are_told_in_the_zone_of_the_scan() -> None:
    there = timezone(timedelta(hours=-5))
    event = scan(Status.IN_TRANSIT, -3, occurred_at=NOON.astimezone(there), recorded_at=NOON + timedelta(minutes=3))
    later = scan(Status.IN_TRANSIT, 1, recorded_at=NOON + timedelta(days=2))
    newest, oldest = seen(parcel(event, later)).parcels[0].days[0].rows
    assert (oldest.scanned, oldest.learned, oldest.zone) == ("7:00 am", "7:03 am", "UTC−5")
    assert (newest.scanned, newest.learned, newest.zone) == ("1:00 pm", "Thu 12 Mar, 12:00 pm", "UTC")


@pytest.mark.parametrize(
    ("minutes", "name"), [(0, "UTC"), (-300, "UTC−5"), (330, "UTC+5:30"), (-210, "UTC−3:30"), (60, "UTC+1")]
)
def test_zone_names(minutes: int, name: str) -> None:
    assert zone_name(datetime(2026, 3, 10, tzinfo=timezone(timedelta(minutes=minutes)))) == name


def test_the_newest_scans_come_first() -> None:
    days = seen(parcel(scan(Status.PICKED_UP, -30), scan(Status.IN_TRANSIT, -2), scan(Status.IN_TRANSIT, -1)))
    assert [day.name for day in days.parcels[0].days] == ["Tuesday 10 March", "Monday 9 March"]
    assert days.parcels[0].days[0].rows[0].scanned == "11:00 am"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Candleford, ME, US", "Candleford, ME, US"),
        ("12 Main Street, Springfield, IL 62701", "Springfield, IL"),
        ("Elm Road, Springfield", "Springfield"),
        ("LONDON SW1A 1AA", "LONDON"),
        ("98101", ""),
        ("", ""),
    ],
)
def test_places_are_no_closer_than_the_town(written: str, shown: str) -> None:
    assert town(written) == shown


def test_the_customer_is_taken_out_of_carriers_words() -> None:
    said = "Left with DANA DOE at 94110, call +15550100142 or dana@example.com; D. Doe signed"
    assert without_customer(said, order()) == "Left with … at …, call … or …; D. … signed"


def test_nothing_of_the_customer_is_on_the_page() -> None:
    event = scan(
        Status.DELIVERED, -1, location="1 Elm Road, San Francisco, CA 94110", description="To Dana Doe", signed_by="DOE"
    )
    shown = str(seen(parcel(event)))
    assert [secret for secret in ("Dana", "DOE", "94110", "0142", "dana@", "Elm") if secret in shown] == []
    assert "in the customer's name" in shown


def test_a_page_open_for_long_may_ask_for_any_help_that_is_offered() -> None:
    offered = {reason for status in FOLDED for reason in seen(parcel(scan(status, -1))).reasons}
    assert offered == set(REASONS)


def test_a_far_future_scan_breaks_nothing() -> None:
    assert (
        seen(parcel(scan(Status.IN_TRANSIT, 24 * 400)), now=datetime(2026, 1, 1, tzinfo=UTC)).headline == "On its way"
    )
