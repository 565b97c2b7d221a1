"""Spee-Dee Delivery: how its numbers look and what it is called; asks nobody."""

from tracking.carriers.formats import Courier, Format

COURIER = Courier(
    code="speedee",
    name="Spee-Dee",
    url="https://speedeedelivery.com/track-a-shipment/?v=detail&barcode={number}",
    aliases=("Spee-Dee Delivery", "Spee Dee Delivery Service", "Speedee Delivery"),
    formats=(
        Format(
            name="SP (20)",
            pattern=r"SP[0-9]{18}",
            weight=2,
            valid=(
                "SP029692510000920746",
                "SP029692510000901479",
                "SP029692510000688332",
                "SP029692510000279301",
                "SP029692450001607639",
            ),
            invalid=("029692510000920746", "SX029692510000920746"),
        ),
    ),
)
