"""Canpar Express: how its numbers look and what it is called; asks Canpar nothing."""

from tracking.carriers.formats import Courier, Format

COURIER = Courier(
    code="canpar",
    name="Canpar",
    url="https://www.canpar.com/en/tracking/track.htm?barcode={number}",
    aliases=("Canpar Express", "Canpar Courier", "Canpar Transport"),
    formats=(
        Format(
            name="Barcode (22)",
            pattern=r"[CDKLSUXZ][0-9]{21}",
            weight=1,
            valid=(
                "D576002440000001718010",
                "D576002440000001428004",
                "D576002440000002496001",
                "L576002440000000001004",
                "L576002440000000004001",
                "S576002440000000004001",
                "S576002440000000025001",
            ),
            invalid=("1576002440000002510003", "D57600244000000251000", "M576002440000002510003"),
        ),
    ),
)
