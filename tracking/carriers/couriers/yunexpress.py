"""YunExpress: how its numbers look and what it is called; asks nobody."""

from tracking.carriers.formats import Courier, Format

COURIER = Courier(
    code="yunexpress",
    name="YunExpress",
    url="https://www.yuntrack.com/parcelTracking?id={number}",
    aliases=("Yun Express", "YunTrack"),
    formats=(
        Format(
            name="YT (18)",
            pattern=r"YT[0-9]{16}",
            weight=2,
            valid=("YT2229521272164446", "YT2229521272164447"),
            invalid=("YT123456789012345",),
        ),
    ),
)
