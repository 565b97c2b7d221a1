"""Amazon's own delivery: how its numbers look and what it is called; asks Amazon nothing."""

from tracking.carriers.formats import Courier, Format

COURIER = Courier(
    code="amazon",
    name="Amazon",
    url="https://track.amazon.com/tracking/{number}",
    aliases=(
        "Amazon Logistics",
        "Amazon Shipping",
        "Amazon Logistics US",
        "Amazon Logistics UK",
        "AMZL",
        "AMZL US",
        "TBA",
    ),
    formats=(
        Format(
            name="Logistics",
            pattern=r"TB[ACM][0-9]{12}",
            weight=3,
            valid=("TBA000000000000", "TBA010000000000", "TBA502887274000"),
            invalid=("TBA50288727400A", "000000000000000", "000000000000", "TBB000000000000"),
        ),
        Format(
            name="International",
            pattern=r"[AFC][0-9]{10}",
            weight=1,
            valid=("C1004444443", "C1004444444"),
            invalid=("D1234567890",),
        ),
    ),
)
