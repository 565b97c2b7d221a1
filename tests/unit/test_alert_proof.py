"""What a carrier's words prove of a delivery: where it was left and who signed, and nothing that they don't say."""

import pytest

from alerts.proof import left_at, signer


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("Delivered, Front Door/Porch", "at the front door"),
        ("DELIVERED - LEFT AT FRONT DOOR", "at the front door"),
        ("Delivered, In/At Mailbox", "in the mailbox"),
        ("Delivered, Parcel Locker", "in the parcel locker"),
        ("Delivered, Front Desk/Reception/Mail Room", "at the reception"),
        ("Delivered to neighbour", "with a neighbour"),
        ("Left with Neighbor as requested", "with a neighbour"),
        ("Left on the porch", "on the porch"),
        ("Delivered", ""),
        ("Delivered, left with individual", ""),
        ("Not left at front door", ""),
        ("Front door or garage", ""),
        ("Delivered to porch, see mail room", ""),
        ("Attempted at front door", ""),
        ("", ""),
    ],
)
def test_where_it_was_left(said: str, place: str) -> None:
    assert left_at(said) == place


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("R. DOE", "R. DOE"),
        ("  Robin   Doe ", "Robin Doe"),
        ("Zoë O'Neil-Smith", "Zoë O'Neil-Smith"),
        ("DOE", "DOE"),
        ("Signature not required", ""),
        ("DRIVER RELEASE", ""),
        ("Front Door", ""),
        ("n/a", ""),
        ("12345", ""),
        ("https://spam.example.com", ""),
        ("x" * 60, ""),
        ("", ""),
    ],
)
def test_who_signed(written: str, name: str) -> None:
    assert signer(written) == name
