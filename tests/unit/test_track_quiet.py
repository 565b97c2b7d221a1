"""What the tracking page says of silence: how long, what is usual, and whose word that is."""

from datetime import timedelta

from actions import times
from tests.scans import NOON, scan
from tracking.folding import distinct, fold
from tracking.model import Order, Patience, Shipment, Status, TrackingEvent
from web.track.view import Note, order_view


def notes(hours: float, patience: Patience | None, *events: TrackingEvent) -> tuple[Note, ...]:
    parcel = Shipment("1Z999", "amazon", events=distinct(events), state=fold(events), patience=patience)
    view = order_view(Order("1001", NOON, shipments=(parcel,)), NOON + timedelta(hours=hours), times)
    return view.parcels[0].notes


def learnt(slower: float, stalled: float) -> Patience:
    return Patience(NOON + timedelta(hours=slower), NOON + timedelta(hours=stalled), slower, 0.975, 300)


def test_a_slow_parcel_is_said_to_be_a_little_slow() -> None:
    (note,) = notes(40, learnt(30, 46), scan(Status.IN_TRANSIT))
    assert note.kind == "quiet"
    assert note.text.startswith(
        "There has been no news of it for 1 day, a little longer than is usual: "
        "97 % of parcels are scanned again within 30 hours at this stage. That is our own finding"
    )


def test_a_stalled_one_is_said_to_be_silent_for_longer_than_is_normal() -> None:
    (note,) = notes(52, learnt(30, 46), scan(Status.IN_TRANSIT))
    assert "for 2 days, longer than is normal: 97 % of parcels" in note.text


def test_a_general_rule_claims_no_share() -> None:
    (note,) = notes(24 * 5, None, scan(Status.LABEL_CREATED))
    assert "parcels are usually scanned for the first time within 3 days at this stage" in note.text
    assert "%" not in note.text


def test_normal_silence_is_not_worth_a_word() -> None:
    assert notes(30, learnt(30, 46), scan(Status.IN_TRANSIT)) == ()
