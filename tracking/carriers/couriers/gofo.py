"""GOFO Express: how its numbers look and what it is called; asks GOFO nothing."""

from tracking.carriers.formats import Courier, Format

COURIER = Courier(
    code="gofo",
    name="GOFO Express",
    url="https://www.gofoexpress.com/tracking.html?searchID={number}",
    aliases=("GOFO", "GOFO US", "Cirro", "Cirro Parcel"),
    formats=(
        Format(
            name="United States",
            pattern=r"GFUS[0-9]{14}",
            weight=4,
            valid=("GFUS01011884214464", "GFUS01011884214272"),
            invalid=("GFUS0101188421446",),
        ),
    ),
)
