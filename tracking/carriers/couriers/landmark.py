"""Landmark Global: how its numbers look and what it is called; asks Landmark nothing."""

from tracking.carriers.formats import Courier, Format

COURIER = Courier(
    code="landmark",
    name="Landmark Global",
    url="https://track.landmarkglobal.com/?search={number}",
    aliases=("Landmark Global LTN", "LandmarkGlobal"),
    formats=(
        Format(
            name="LTN",
            pattern=r"LTN[0-9]{8}N1",
            weight=5,
            valid=("LTN74207623N1", "LTN74209518N1", "LTN74224021N1"),
            invalid=("LSN74209518N2", "LSN74209518N1"),
        ),
    ),
)
