"""Yodel: how its numbers look and what it is called; asks Yodel nothing."""

from tracking.carriers.formats import Courier, Format

COURIER = Courier(
    code="yodel",
    name="Yodel",
    url="https://www.yodel.co.uk/tracking/{number}",
    aliases=("Yodel Domestic", "Yodel International", "Yodel Direct", "Yodel UK", "HDNL", "Home Delivery Network"),
    formats=(
        Format(
            name="JD or JJD",
            pattern=r"JJ?D[0-9]{16}",
            weight=2,
            valid=("JJD0002257639032011", "JJD0002255380054291", "JD0002242617644732", "JD0002254405060992"),
            invalid=("JD000225440506099", "JC0002254405060992"),
        ),
    ),
)
